"""Which pairs should meet where slots need not be thought of: as good as any timetable, or better; no I/O."""

from dataclasses import dataclass, replace

import numpy as np

from services.matcher.allocation.flow import Places, dearest_pairs
from services.matcher.allocation.problem import Mask, Problem, Scores, Side, Value, value_of_pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What one step of each part of a Value weighs, so that one sum orders as the parts do one after another."""

    lock: int
    minimum: int
    meeting: int

    @classmethod
    def of(cls, problem: Problem) -> "Gains":
        """Each outweighs all that the lighter ones can come to."""
        most = _most_meetings(problem)
        meeting = most * int(problem.scores.max(initial=1)) + 1
        minimum = meeting * (problem.first.size + problem.second.size + 1)
        return cls(lock=8 * (minimum + meeting), minimum=minimum, meeting=meeting)


def wanted_pairs(problem: Problem) -> Mask:
    """The pairs of the best value that capacities, numbers of slots and of tables leave open, (first, second)."""
    gains = Gains.of(problem)
    locked = problem.locked & problem.possible
    sides = [_without_locks(side, locked.sum(axis=axis)) for side, axis in ((problem.first, 1), (problem.second, 0))]
    chosen = dearest_pairs(
        problem.possible & ~locked,
        problem.scores,
        _places(sides[0], gains),
        _places(sides[1], gains),
        _most_meetings(problem) - int(locked.sum()),
    )
    wanted: Mask = chosen | locked
    return wanted


def bound_of(problem: Problem) -> Value:
    """What no timetable is better than."""
    return value_of_pairs(wanted_pairs(problem), problem)


def least_value(problem: Problem) -> Value:
    """Parts that no timetable is better than, each by itself, whatever the others come to."""
    free = replace(
        problem,
        first=_wanting_nothing(problem.first),
        second=_wanting_nothing(problem.second),
        locked=np.zeros_like(problem.locked),
    )
    minimums, meetings = (
        replace(
            free,
            first=replace(free.first, **{part: getattr(problem.first, part)}),
            second=replace(free.second, **{part: getattr(problem.second, part)}),
        )
        for part in ("minimum", "must_meet")
    )
    return Value(
        locks_missed=int((problem.locked & ~problem.possible).sum()),
        shortfall=bound_of(minimums).shortfall,
        without=bound_of(meetings).without,
        lost_score=bound_of(free).lost_score,
    )


def honest_bound(value: Value, bound: Value, least: Value) -> Value:
    """A bound as far as a value reaches it part by part; what weighs less than the first it misses is `least`."""
    missed = next((place for place, (mine, best) in enumerate(zip(value, bound, strict=True)) if mine != best), 3)
    return Value(*bound[: missed + 1], *least[missed + 1 :])


def _wanting_nothing(side: Side) -> Side:
    return replace(side, minimum=np.zeros_like(side.minimum), must_meet=np.zeros_like(side.must_meet))


def _most_meetings(problem: Problem) -> int:
    """Meetings that all slots together can hold: in each no more than tables, and than either side is there."""
    there = [side.available.sum(axis=0) for side in (problem.first, problem.second)]
    return int(np.minimum(problem.tables, np.minimum(*there)).sum())


def _without_locks(side: Side, locked: Scores) -> Side:
    """The places that locked meetings do not take."""
    return replace(
        side,
        capacity=side.most - locked,
        minimum=np.maximum(side.minimum - locked, 0),
        must_meet=side.must_meet & (locked == 0),
    )


def _places(side: Side, gains: Gains) -> Places:
    """The first place may weigh twice, those up to the minimum once, the others nothing."""
    rows = np.arange(side.size, dtype=np.int64)
    capacity = side.most
    first = np.minimum(capacity, 1)
    needed = np.clip(side.minimum - 1, 0, np.maximum(capacity - 1, 0))
    of_first = (side.minimum > 0) * gains.minimum + side.must_meet * gains.meeting
    return Places(
        of=np.concatenate([rows, rows, rows]),
        number=np.concatenate([first, needed, capacity - first - needed]),
        gain=np.concatenate([of_first, np.full(side.size, gains.minimum), np.zeros(side.size, dtype=np.int64)]),
    )
