"""From a problem to its best timetable, and how far from the best it may be; no I/O."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np

from services.matcher.allocation.effort import PATIENT, Effort, Searched
from services.matcher.allocation.problem import Mask, Meeting, Problem, Value, value_of, value_of_pairs, without_kept
from services.matcher.allocation.relaxation import honest_bound, least_value, wanted_pairs
from services.matcher.allocation.timetable import improved, slotted

MOST_CHOICES = 40_000
"""Pairs times common slots that are searched at once; of more, the pairs of lower scores are left out of the search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocated:
    """A timetable, and what none is better than."""

    meetings: tuple[Meeting, ...] = field(repr=False)
    """In the order of slots, then of the first side."""
    value: Value
    bound: Value
    is_out_of_time: bool
    """The clock ended the search: another machine may find better."""

    @property
    def is_optimal(self) -> bool:
        """Whether it is proven that no timetable is better."""
        return self.value <= self.bound


def allocate(problem: Problem, kept: Collection[Meeting] = (), effort: Effort = PATIENT) -> Allocated:
    """The best timetable around meetings that stand; equal input gives equal output unless the clock ended the search.

    A flow says which pairs are worth most where slots need not be thought of. If all of them find a slot, nothing is
    better. If not, slots are improved one by one, and then all of them are searched together.
    """
    rest = without_kept(problem, kept)
    wanted = wanted_pairs(rest)
    bound = value_of_pairs(wanted, rest)
    meetings = slotted(rest, wanted)
    searched = Searched(meetings=tuple(meetings), bound=bound)
    if value_of(meetings, rest) > bound:
        searched = _searched(rest, improved(rest, meetings), bound, effort)
    return _around(problem, kept, searched)


def _searched(problem: Problem, start: list[Meeting], bound: Value, effort: Effort) -> Searched:
    """All slots together; a bound of what was left out of the search is no bound of the whole."""
    # Loaded when first needed: with what it brings, it takes a second and a hundred megabytes of every start.
    from services.matcher.allocation.search import best_timetable  # noqa: PLC0415

    pairs, least = _searchable(problem, start), least_value(problem)
    searched = best_timetable(problem, pairs, start, bound, least, effort)
    if (pairs == problem.possible).all():
        return searched
    return replace(searched, bound=honest_bound(value_of(searched.meetings, problem), bound, least))


def _searchable(problem: Problem, start: list[Meeting]) -> Mask:
    """Every possible pair, or where they are too many those that the timetable has, locks, and then the best."""
    possible, common = problem.possible, problem.common_slots
    if int(common[possible].sum()) <= MOST_CHOICES:
        return possible
    kept = possible & problem.locked
    for one in start:
        kept[one.first, one.second] = True
    room = MOST_CHOICES - int(common[kept].sum())
    rows, columns = np.nonzero(possible & ~kept)
    order = np.argsort(-_standing(problem)[rows, columns], kind="stable")
    fits = order[np.cumsum(common[rows[order], columns[order]]) <= room]
    kept[rows[fits], columns[fits]] = True
    return kept


def _standing(problem: Problem) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """A pair's score beside the best of either participant, so that nobody is left without any: the better of both."""
    scores = np.where(problem.possible, problem.scores, 0).astype(np.float64)
    best_of_first, best_of_second = (np.maximum(scores.max(axis=axis, keepdims=True), 1) for axis in (1, 0))
    standing: np.ndarray[tuple[int, int], np.dtype[np.float64]] = np.maximum(
        scores / best_of_first, scores / best_of_second
    )
    return standing


def _around(problem: Problem, kept: Collection[Meeting], searched: Searched) -> Allocated:
    """With the meetings that stand: they add the same score to the timetable and to its bound."""
    meetings = sorted([*kept, *searched.meetings], key=lambda one: (one.slot, one.first, one.second))
    standing = -sum(int(problem.scores[one.first, one.second]) for one in kept)
    return Allocated(
        meetings=tuple(meetings),
        value=value_of(meetings, problem),
        bound=searched.bound._replace(lost_score=searched.bound.lost_score + standing),
        is_out_of_time=searched.is_out_of_time,
    )
