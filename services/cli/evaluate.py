"""Judged sets, from their records to a report: profiles are mapped, rankings built, and scored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from services.catalog.imports.records import RecordProblem, profile_from_record
from services.matcher.evaluation.comparison import NothingToEvaluate, evaluate_set
from services.matcher.evaluation.intervals import RESAMPLES
from services.matcher.evaluation.judged_set import JudgedSet, Record
from services.matcher.evaluation.progress import StageProgress, no_progress
from services.matcher.evaluation.rankers import Ranker
from services.matcher.evaluation.report import SetReport
from services.matcher.evaluation.set_folder import read_judged_set
from services.matcher.evaluation.versions import versions_of
from shared.contracts.profiles import Kind, Profile

ProfileById = Sequence[tuple[str, Profile]]


class RankerFactory(Protocol):
    """Builds the rankings of one set from its profiles; the ids are the set's own."""

    def __call__(self, subjects: ProfileById, targets: ProfileById, progress: StageProgress) -> Mapping[str, Ranker]:
        """Rankings by name, such as `served`, `dense` and `lexical`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _RankerOfMapped:
    """A ranking that finds nothing for a subject which stands for no profile, so that its query scores 0."""

    ranker: Ranker
    subjects: frozenset[str]

    @property
    def versions(self) -> Mapping[str, str]:
        return versions_of(self.ranker)

    def rank(self, subject_id: str, depth: int) -> Sequence[str]:
        return self.ranker.rank(subject_id, depth) if subject_id in self.subjects else ()


def evaluate_folders(
    folders: Sequence[Path],
    *,
    build_rankers: RankerFactory,
    progress: StageProgress = no_progress,
    qrels: str = "qrels.tsv",
    seed: int = 0,
    resamples: int = RESAMPLES,
    cutoffs: Sequence[int] = (),
    reference: str | None = None,
) -> Iterator[SetReport]:
    """One report a folder, in their order; all are read first, so that a fault in the last is found at once.

    Raises JudgedSetProblem, NothingToEvaluate, UnknownReference and FaultyRanking.
    """
    for judged in [read_judged_set(folder, qrels=qrels) for folder in folders]:
        yield evaluate_judged(
            judged,
            build_rankers=build_rankers,
            progress=progress,
            seed=seed,
            resamples=resamples,
            cutoffs=cutoffs,
            reference=reference,
        )


def evaluate_judged(
    judged: JudgedSet,
    *,
    build_rankers: RankerFactory,
    progress: StageProgress = no_progress,
    seed: int = 0,
    resamples: int = RESAMPLES,
    cutoffs: Sequence[int] = (),
    reference: str | None = None,
) -> SetReport:
    """The report of one set; raises NothingToEvaluate, UnknownReference and FaultyRanking."""
    from services.matcher.evaluation.facets import query_facets  # noqa: PLC0415 - the index library takes a second

    qrels = judged.evaluated()
    if not qrels:
        raise NothingToEvaluate(judged.name)
    subjects, subject_warnings = _profiles(judged.subjects, judged.subject_kind, judged.name)
    targets, target_warnings = _profiles(judged.targets, judged.target_kind, judged.name)
    mapped = frozenset(subject_id for subject_id, _ in subjects)
    return evaluate_set(
        replace(judged, warnings=(*judged.warnings, *subject_warnings, *target_warnings)),
        {
            name: _RankerOfMapped(ranker=ranker, subjects=mapped)
            for name, ranker in build_rankers(subjects, targets, progress).items()
        },
        progress=progress,
        seed=seed,
        resamples=resamples,
        cutoffs=cutoffs,
        facets=query_facets(dict(subjects), dict(targets), qrels),
        reference=reference,
    )


def _profiles(
    records: Sequence[tuple[str, Record]], kind: Kind, source: str
) -> tuple[list[tuple[str, Profile]], list[str]]:
    """Profiles by the set's ids, and a warning if some records stand for none."""
    profiles = []
    problems = []
    for record_id, record in records:
        try:
            profiles.append((record_id, profile_from_record(record, kind=kind, source=source)))
        except RecordProblem as problem:
            problems.append(f"{record_id}: {problem}")
    if not problems:
        return profiles, []
    return profiles, [
        f"{len(problems)} of {len(records)} records stand for no {kind} and score nothing; the first is {problems[0]}"
    ]
