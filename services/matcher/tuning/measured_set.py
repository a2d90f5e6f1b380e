"""Measures a judged set into a signal table, through the stages that answer requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from services.matcher.evaluation.comparison import NothingToEvaluate
from services.matcher.evaluation.judged_set import JudgedSet
from services.matcher.evaluation.metrics import ideal_dcg
from services.matcher.evaluation.progress import StageProgress, no_progress
from services.matcher.matching.pipeline import Prepared
from services.matcher.retrieval.legs import word_legs
from services.matcher.scoring.directed import Signals
from services.matcher.scoring.policy import Scores
from services.matcher.tuning.signal_table import NO_TARGET, READINGS, Indices, SignalTable, Values
from shared.contracts.vocabularies import Signal

MOST_TARGETS = 3_000
"""Of a larger corpus each query keeps the best under the policy to beat, and all that are judged relevant."""
STAGE = "Measuring signals"


class Questions(Protocol):
    """A judged set's queries, ready to be put to the pipeline."""

    def prepared(self, subject_id: str) -> Prepared:
        """The question of one subject; raises SubjectNotFound."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One query's eligible targets, in the order of their ids."""

    organisation: str
    targets: list[str]
    scores: Scores = field(repr=False)
    readings: list[int]
    forward: Mapping[Signal, Values] = field(repr=False)
    backward: Mapping[Signal, Values] = field(repr=False)

    def kept(self, relevant: set[str], most: int) -> Indices:
        """Positions of the best and of the relevant, ascending."""
        if len(self.targets) <= most:
            return np.arange(len(self.targets))
        best = np.argsort(-self.scores, kind="stable")[:most]
        judged = [place for place, target in enumerate(self.targets) if target in relevant]
        return np.union1d(best, np.array(judged, dtype=np.int64))


def measure_set(
    judged: JudgedSet,
    questions: Questions,
    *,
    most_targets: int = MOST_TARGETS,
    progress: StageProgress = no_progress,
) -> SignalTable:
    """Every signal of every evaluated query; ignored pairs are left out. Raises NothingToEvaluate."""
    qrels = judged.evaluated()
    if not qrels:
        raise NothingToEvaluate(judged.name)
    ids = tuple(sorted({target_id for target_id, _ in judged.targets}))
    place_of = {target_id: place for place, target_id in enumerate(ids)}
    width = min(len(ids), most_targets + max(len(grades) for grades in qrels.values()))
    table = _Builder(len(qrels), width)
    organisations = []
    for number, (query_id, grades) in enumerate(qrels.items()):
        row = _measured(questions.prepared(query_id), judged.ignore.get(query_id, set()))
        kept = row.kept({target_id for target_id, grade in grades.items() if grade > 0}, most_targets)
        table.fill(number, row, kept, place_of, grades)
        organisations.append(row.organisation or query_id)
        progress(f"{STAGE}: {judged.name}", number + 1, len(qrels))
    return SignalTable(
        name=judged.name,
        asking=judged.subject_kind,
        asked=judged.target_kind,
        query_ids=tuple(qrels),
        organisations=tuple(organisations),
        target_ids=ids,
        targets=table.targets,
        grades=table.grades,
        ideals=np.array([ideal_dcg(grades) for grades in qrels.values()]),
        readings=table.readings,
        forward=table.forward,
        backward=table.backward,
    )


def _measured(prepared: Prepared, ignored: set[str]) -> _Row:
    """One query against every eligible target of the one asked kind."""
    scorer = prepared.scorer
    [kind] = scorer.pairings
    ids: list[str] = []
    parts = []
    for eligible in prepared.eligible:
        segment = eligible.segment
        rows = np.array(
            [row for row in np.flatnonzero(eligible.mask).tolist() if segment.entries[row].profile_id not in ignored],
            dtype=np.int64,
        )
        if len(rows):
            words = word_legs(prepared.words, segment.aspects)
            signals = scorer.measure(eligible, words, rows, kind)
            ids += [segment.entries[row].profile_id for row in rows.tolist()]
            readings = [READINGS.index(scorer.readings.of(bool(segment.chinese[row]))) for row in rows.tolist()]
            parts.append((signals, readings, scorer.scores(eligible, words, rows)))
    order = np.argsort(np.array(ids, dtype=object), kind="stable") if ids else np.empty(0, dtype=np.int64)
    counts = [len(readings) for _, readings, _ in parts]
    all_readings = [reading for _, readings, _ in parts for reading in readings]
    return _Row(
        organisation=scorer.subject.entry.facts.organisation or "",
        targets=[ids[place] for place in order.tolist()],
        scores=np.concatenate([np.empty(0), *(scores for _, _, scores in parts)])[order],
        readings=[all_readings[place] for place in order.tolist()],
        forward=_joined([signals.forward for signals, _, _ in parts], counts, order),
        backward=_joined([signals.backward for signals, _, _ in parts], counts, order),
    )


def _joined(parts: list[Signals], counts: list[int], order: Indices) -> dict[Signal, Values]:
    """The values of all segments, in the order of the ids; what a segment does not know is missing there."""
    joined = {}
    for signal in Signal:
        if any(signal in part for part in parts):
            values = [
                part[signal].value if signal in part else np.full(count, np.nan, dtype=np.float32)
                for part, count in zip(parts, counts, strict=True)
            ]
            joined[signal] = np.concatenate(values).astype(np.float32)[order]
    return joined


class _Builder:
    """The arrays of a table while they are filled."""

    def __init__(self, queries: int, width: int) -> None:
        self._shape = (queries, width)
        self.targets = np.full(self._shape, NO_TARGET, dtype=np.int32)
        self.grades = np.zeros(self._shape, dtype=np.int16)
        self.readings = np.zeros(self._shape, dtype=np.int8)
        self.forward: dict[Signal, Values] = {}
        self.backward: dict[Signal, Values] = {}

    def fill(
        self, number: int, row: _Row, kept: Indices, place_of: Mapping[str, int], grades: Mapping[str, int]
    ) -> None:
        """One query's kept targets."""
        targets = [row.targets[place] for place in kept.tolist()]
        here = np.s_[number, : len(targets)]
        self.targets[here] = [place_of[target] for target in targets]
        self.grades[here] = [max(grades.get(target, 0), 0) for target in targets]
        self.readings[here] = [row.readings[place] for place in kept.tolist()]
        for found, into in ((row.forward, self.forward), (row.backward, self.backward)):
            for signal, values in found.items():
                if not np.isnan(values).all():
                    self._column(into, signal)[here] = values[kept]

    def _column(self, into: dict[Signal, Values], signal: Signal) -> Values:
        if signal not in into:
            into[signal] = np.full(self._shape, np.nan, dtype=np.float32)
        return into[signal]
