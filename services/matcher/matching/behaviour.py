"""What priors say of a subject and of whoever may be proposed to it, as signals."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from services.matcher.matching.subject import Subject
from services.matcher.priors.cells import BANDS_FROM, Cell, cells_of
from services.matcher.priors.priors import NO_PRIORS, NO_VALUES, PriorColumns, Priors, PriorValues
from services.matcher.retrieval.segment import Segment
from services.matcher.scoring.bounds import Upper, UpperValue
from services.matcher.scoring.directed import FloatVector, Measured, Rows, Signals
from shared.contracts.vocabularies import Signal

PriorsOf = Callable[[], Priors]
"""The priors of now."""
_KEPT = 6
"""Columns that are kept: of the base and the delta under the priors before and after a change."""


class PriorBook:
    """Columns of priors over segments; thread-safe."""

    def __init__(self) -> None:
        self._columns: dict[tuple[int, int], tuple[Priors, Segment, PriorColumns]] = {}
        """By identities; both are held so that no other takes their place."""
        self._turn = Lock()

    def columns(self, priors: Priors, segment: Segment) -> PriorColumns:
        """Made once for each segment that is served."""
        kept = self._columns.get((id(priors), id(segment)))
        if kept is None:
            made = _columns(priors, segment)
            with self._turn:
                while len(self._columns) >= _KEPT:
                    del self._columns[next(iter(self._columns))]
                kept = self._columns[id(priors), id(segment)] = (priors, segment, made)
        return kept[2]


def _columns(priors: Priors, segment: Segment) -> PriorColumns:
    """Those alike share a value; only who was asked, and who declares a rate, is looked at alone."""
    group_of_row, cells = _groups(segment)
    acceptance, responsiveness = (
        np.array([of.like(one) for one in cells], dtype=np.float32)[group_of_row]
        for of in (priors.acceptance, priors.responsiveness)
    )
    declared = segment.facts.response_rate
    responsiveness = np.where(np.isnan(declared), responsiveness, declared)
    for profile_id in priors.asked & segment.row_by_id.keys():
        row = segment.row_by_id[profile_id]
        own = priors.of(profile_id, segment.entries[row].facts)
        acceptance[row], responsiveness[row] = own.acceptance, own.responsiveness
    return PriorColumns(acceptance=acceptance, responsiveness=responsiveness)


def _groups(segment: Segment) -> tuple[Rows, list[tuple[Cell, ...]]]:
    """(size,) the group of each row, and each group's cells: rows of one kind, set of sectors and stage are alike."""
    steps, sets = segment.facts.stages.mean(axis=1), segment.facts.sectors.set_of_row
    bands = np.where(np.isnan(steps), len(BANDS_FROM) + 1, np.searchsorted(BANDS_FROM, steps, side="right"))
    keys = (segment.attributes.kinds.astype(np.int64) * (sets.max(initial=0) + 1) + sets) * (
        len(BANDS_FROM) + 2
    ) + bands
    _, first, group_of_row = np.unique(keys, return_index=True, return_inverse=True)
    return group_of_row.astype(np.int64), [cells_of(segment.entries[row].facts) for row in first.tolist()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The priors of one request: the target's speak forward, the subject's backward."""

    priors: Priors
    subject: PriorValues
    book: PriorBook = field(repr=False)

    @classmethod
    def of(cls, priors: Priors, subject: Subject, book: PriorBook, *, is_personalised: bool = True) -> "Behaviour":
        """Without profiling, nothing of what the subject itself did is told."""
        own = priors.of(subject.profile_id, subject.entry.facts) if is_personalised else NO_VALUES
        return cls(priors=priors, subject=own, book=book)

    def signals(self, segment: Segment, rows: Rows) -> tuple[Signals, Signals]:
        """Forward and backward, one value a row; none where nobody was ever asked, so that records alone speak."""
        if self.priors.version is None:
            return {}, {}
        columns, own = self.book.columns(self.priors, segment), self.subject
        forward = {
            Signal.ACCEPTANCE: _measured(columns.acceptance[rows]),
            Signal.RESPONSIVENESS: _measured(columns.responsiveness[rows]),
        }
        backward = {
            Signal.ACCEPTANCE: _measured(np.full(len(rows), own.acceptance, dtype=np.float32)),
            Signal.RESPONSIVENESS: _measured(np.full(len(rows), own.responsiveness, dtype=np.float32)),
        }
        return forward, backward

    def bounded(self, upper: Upper, segment: Segment) -> Upper:
        """The bounds with those of the priors, which are known before anything is measured."""
        if self.priors.version is None:
            nothing = {Signal.ACCEPTANCE: float("nan")}
            return Upper(forward={**upper.forward, **nothing}, backward={**upper.backward, **nothing})
        columns, own = self.book.columns(self.priors, segment), self.subject
        forward: dict[Signal, UpperValue] = {
            Signal.ACCEPTANCE: _bound(columns.acceptance),
            Signal.RESPONSIVENESS: _bound(columns.responsiveness),
        }
        backward: dict[Signal, UpperValue] = {
            Signal.ACCEPTANCE: own.acceptance,
            Signal.RESPONSIVENESS: own.responsiveness,
        }
        return Upper(forward={**upper.forward, **forward}, backward={**upper.backward, **backward})


NO_BEHAVIOUR = Behaviour(priors=NO_PRIORS, subject=NO_VALUES, book=PriorBook())
"""Of a request that is answered without priors, as evaluations are."""


def no_priors() -> Priors:
    """PriorsOf where nothing is learned."""
    return NO_PRIORS


def _measured(values: FloatVector) -> Measured:
    return Measured(raw=values, value=values)


def _bound(values: FloatVector) -> UpperValue:
    return float("nan") if np.isnan(values).all() else values
