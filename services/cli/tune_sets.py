"""Judged folders measured into signal tables, with embedded texts kept between runs."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from services.catalog.imports.records import RecordProblem, profile_from_record
from services.matcher.evaluation.judged_set import JudgedSet, Record
from services.matcher.evaluation.progress import StageProgress
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.tuning.signal_table import SignalTable
from shared.contracts.profiles import Kind, Profile

MeasureSet = Callable[[JudgedSet, StageProgress], SignalTable]
"""Measures one set."""


class PipelineMeasure:
    """Measures through the pipeline that serves; the model is loaded at the first set."""

    def __init__(self, vectors: Path, policy: RankingPolicy) -> None:
        """`vectors` is the SQLite file that keeps embedded texts; `policy` chooses the targets of large corpora."""
        self._vectors = vectors
        self._policy = policy
        self._measure: MeasureSet | None = None

    def __call__(self, judged: JudgedSet, progress: StageProgress) -> SignalTable:
        """The table of a set. Raises NothingToEvaluate."""
        self._measure = self._measure or _load(self._vectors, self._policy)
        return self._measure(judged, progress)


def _load(vectors: Path, policy: RankingPolicy) -> MeasureSet:
    from services.matcher.bootstrap import open_database  # noqa: PLC0415 - torch takes seconds
    from services.matcher.embedding.vector_store import VectorStore  # noqa: PLC0415
    from services.matcher.evaluation.served import pipeline_rankers  # noqa: PLC0415
    from services.matcher.model_lines import build_encoder  # noqa: PLC0415
    from services.matcher.settings import MatcherSettings  # noqa: PLC0415
    from services.matcher.tuning.measured_set import measure_set  # noqa: PLC0415

    encoder = build_encoder(MatcherSettings(encoder_threads=os.cpu_count() or 1))
    store = VectorStore(open_database(f"sqlite:///{vectors}"), encoder)

    def measure(judged: JudgedSet, progress: StageProgress) -> SignalTable:
        subjects = list(_profiles(judged.subjects, judged.subject_kind, judged.name))
        targets = list(_profiles(judged.targets, judged.target_kind, judged.name))
        [ranker] = pipeline_rankers(
            subjects, targets, progress, encoder=encoder, store=store, policies={"tuned": policy}
        ).values()
        known = {subject_id for subject_id, _ in subjects}
        asked = replace(judged, subjects=[one for one in judged.subjects if one[0] in known])
        return measure_set(asked, ranker, progress=progress)

    return measure


def _profiles(records: Sequence[tuple[str, Record]], kind: Kind, source: str) -> Iterator[tuple[str, Profile]]:
    """Records that stand for no profile score the same under every policy: they are left out."""
    for record_id, record in records:
        try:
            yield record_id, profile_from_record(record, kind=kind, source=source)
        except RecordProblem:
            continue
