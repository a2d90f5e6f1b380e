"""An allocation as arrays, and what one is worth; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SCORE_UNIT = 1_000_000
"""A score of 1. Whole numbers add up alike in any order, so that a bound that is reached is reached exactly."""


class Meeting(NamedTuple):
    """A pair in a slot: rows of the first side, the second side and the slots."""

    first: int
    second: int
    slot: int


class Value(NamedTuple):
    """What a timetable is worth, the weightiest first; the lower is the better."""

    locks_missed: int
    shortfall: int
    """Meetings that participants lack to their minimum, both sides together."""
    without: int
    """Participants without any meeting; 0 where the objective takes no notice of them."""
    lost_score: int
    """Minus the sum of the scores, in SCORE_UNIT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side's participants, one a row."""

    available: Mask = field(repr=False)
    """(participants, slots)"""
    capacity: Counts
    """Most meetings of each, (participants,)."""
    minimum: Counts
    """Meetings that each should have, (participants,)."""
    must_meet: Mask
    """Whether each counts among those that should meet anybody at all, (participants,)."""

    @property
    def size(self) -> int:
        """Number of participants."""
        return len(self.capacity)

    @property
    def most(self) -> Counts:
        """Meetings that each can have at most, by capacity and slots."""
        most: Counts = np.minimum(self.capacity, self.available.sum(axis=1))
        return most


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Who may meet whom and when. A participant has one meeting a slot at most, and a pair meets once at most."""

    first: Side
    second: Side
    allowed: Mask = field(repr=False)
    """Pairs that may meet, (first, second)."""
    scores: Scores = field(repr=False)
    """In SCORE_UNIT, at least 1, (first, second): a meeting is better than none."""
    tables: Counts
    """Most meetings of each slot, (slots,)."""
    locked: Mask = field(repr=False)
    """Pairs that must meet, (first, second): all allowed, and nobody in more of them than it can have meetings."""

    def __post_init__(self) -> None:
        """Raise ValueError where locks are not as they should be: bounds would be wrong."""
        over = [(self.locked.sum(axis=axis) > side.most).any() for side, axis in ((self.first, 1), (self.second, 0))]
        if any(over) or (self.locked & ~self.allowed).any():
            raise ValueError("locks of pairs that may not meet, or more of them than a participant has places")

    @property
    def slots(self) -> int:
        """Number of slots."""
        return len(self.tables)

    @property
    def common_slots(self) -> Counts:
        """In how many slots that have a table both sides of each pair are there, (first, second)."""
        first = self.first.available & (self.tables > 0)
        return first.astype(np.int64) @ self.second.available.T.astype(np.int64)

    @property
    def possible(self) -> Mask:
        """Pairs that may meet and are ever there together, (first, second)."""
        mask: Mask = self.allowed & (self.common_slots > 0)
        return mask


def degrees(meetings: Iterable[Meeting], problem: Problem) -> tuple[Counts, Counts]:
    """Meetings of each participant of both sides."""
    first, second = np.zeros(problem.first.size, dtype=np.int64), np.zeros(problem.second.size, dtype=np.int64)
    for meeting in meetings:
        first[meeting.first] += 1
        second[meeting.second] += 1
    return first, second


def value_of(meetings: Iterable[Meeting], problem: Problem) -> Value:
    """What a timetable is worth."""
    held = list(meetings)
    pairs = np.zeros(problem.allowed.shape, dtype=bool)
    for meeting in held:
        pairs[meeting.first, meeting.second] = True
    return value_of_pairs(pairs, problem)


def value_of_pairs(pairs: Mask, problem: Problem) -> Value:
    """What pairs are worth, whenever they meet."""
    sides = ((problem.first, pairs.sum(axis=1)), (problem.second, pairs.sum(axis=0)))
    return Value(
        locks_missed=int((problem.locked & ~pairs).sum()),
        shortfall=sum(int(np.maximum(side.minimum - met, 0).sum()) for side, met in sides),
        without=sum(int((side.must_meet & (met == 0)).sum()) for side, met in sides),
        lost_score=-int(problem.scores[pairs].sum()),
    )


def without_kept(problem: Problem, kept: Iterable[Meeting]) -> Problem:
    """What is left to decide once some meetings stand: their slots, tables, places and pairs are taken."""
    held = list(kept)
    allowed, locked, tables = problem.allowed.copy(), problem.locked.copy(), problem.tables.copy()
    availables = problem.first.available.copy(), problem.second.available.copy()
    for first, second, slot in held:
        allowed[first, second] = locked[first, second] = False
        availables[0][first, slot] = availables[1][second, slot] = False
        tables[slot] -= 1
    met = degrees(held, problem)
    sides = [
        replace(
            side,
            available=available,
            capacity=side.capacity - times,
            minimum=np.maximum(side.minimum - times, 0),
            must_meet=side.must_meet & (times == 0),
        )
        for side, available, times in zip((problem.first, problem.second), availables, met, strict=True)
    ]
    return replace(problem, first=sides[0], second=sides[1], allowed=allowed, locked=locked, tables=tables)
