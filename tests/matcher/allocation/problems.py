"""Random allocation problems, a checker that knows nothing of the solver, and every timetable of small ones."""

from collections import Counter
from collections.abc import Collection, Iterator
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from services.matcher.allocation.problem import Mask, Meeting, Problem, Side, Value, value_of


def broken_constraints(meetings: Collection[Meeting], problem: Problem) -> list[str]:
    """What a timetable breaks, one line each; the lock of a pair that is never there together is not looked at."""
    pairs = [(one.first, one.second) for one in meetings]
    broken = [f"{pair} meets {times} times" for pair, times in Counter(pairs).items() if times > 1]
    broken += [f"{pair} may not meet" for pair in pairs if not problem.allowed[pair]]
    for slot, number in Counter(one.slot for one in meetings).items():
        if number > problem.tables[slot]:
            broken.append(f"{number} meetings at {problem.tables[slot]} tables in {slot}")
    for name, side, place in (("first", problem.first, 0), ("second", problem.second, 1)):
        busy = Counter((one[place], one.slot) for one in meetings)
        broken += [f"{name} {at} is in {times} meetings" for at, times in busy.items() if times > 1]
        broken += [f"{name} {row} is not there in {slot}" for row, slot in busy if not side.available[row, slot]]
        for row, times in Counter(one[place] for one in meetings).items():
            if times > side.capacity[row]:
                broken.append(f"{name} {row} has {times} meetings of {side.capacity[row]}")
    return broken


def best_value(problem: Problem) -> Value:
    """By trying every timetable."""
    return min(value_of(meetings, problem) for meetings in _timetables(problem, 0, ()))


def _timetables(problem: Problem, slot: int, before: tuple[Meeting, ...]) -> Iterator[tuple[Meeting, ...]]:
    if slot == problem.slots:
        if not broken_constraints(before, problem):
            yield before
        return
    met = {(one.first, one.second) for one in before}
    here = [
        Meeting(first, second, slot)
        for first, second in np.argwhere(problem.allowed).tolist()
        if (first, second) not in met
        and problem.first.available[first, slot]
        and problem.second.available[second, slot]
    ]
    for number in range(min(problem.first.size, problem.second.size, len(here)) + 1):
        for chosen in combinations(here, number):
            if len({one.first for one in chosen}) == len({one.second for one in chosen}) == number:
                yield from _timetables(problem, slot + 1, before + chosen)


def small_side(size: int, slots: int) -> st.SearchStrategy[Side]:
    """Participants who are not always there, with capacities and minimums of every kind."""
    return st.builds(
        Side,
        available=_bits(size, slots),
        capacity=_numbers(size, 0, slots + 1),
        minimum=_numbers(size, 0, 3),
        must_meet=_bits(size),
    )


@st.composite
def small_problems(draw: st.DrawFn, shapes: tuple[tuple[int, int, int], ...]) -> Problem:
    """Of one of some shapes: first side, second side, slots."""
    first, second, slots = draw(st.sampled_from(shapes))
    allowed, sides = draw(_bits(first, second)), [draw(small_side(size, slots)) for size in (first, second)]
    locked = allowed & draw(_bits(first, second)) & draw(_bits(first, second))
    return Problem(
        first=sides[0],
        second=sides[1],
        allowed=allowed,
        scores=draw(_numbers(first * second, 1, 50)).reshape(first, second) * 1_000,
        tables=draw(_numbers(slots, 0, 3)),
        locked=_within_places(locked, sides[0], sides[1]),
    )


def _within_places(locked: Mask, first: Side, second: Side) -> Mask:
    """The first of the locks that nobody lacks a place for."""
    kept = np.zeros_like(locked)
    for row, column in np.argwhere(locked).tolist():
        kept[row, column] = kept[row].sum() < first.most[row] and kept[:, column].sum() < second.most[column]
    return kept


def _numbers(size: int, low: int, high: int) -> st.SearchStrategy[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    return st.lists(st.integers(low, high), min_size=size, max_size=size).map(lambda one: np.array(one, dtype=np.int64))


def _bits(*shape: int) -> st.SearchStrategy[np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    size = int(np.prod(shape))
    some = st.lists(st.booleans(), min_size=size, max_size=size)
    mostly = st.lists(st.sampled_from([True, True, True, False]), min_size=size, max_size=size)
    return st.one_of(some, mostly).map(lambda one: np.array(one, dtype=bool).reshape(shape))


def random_problem(
    seed: int, first: int, second: int, slots: int, *, there: float = 1.0, minimum: int = 1, tables: int = 10_000
) -> Problem:
    """A large one; `there` is the chance that a participant is there in a slot."""
    draw = np.random.default_rng(seed)

    def side(size: int, capacity: int) -> Side:
        return Side(
            available=draw.random((size, slots)) < there,
            capacity=np.full(size, capacity),
            minimum=np.full(size, minimum),
            must_meet=np.ones(size, dtype=bool),
        )

    allowed = draw.random((first, second)) < 0.6
    return Problem(
        first=side(first, max(1, slots // 2)),
        second=side(second, slots),
        allowed=allowed,
        scores=draw.integers(1, 1_000_000, (first, second)),
        tables=np.full(slots, tables),
        locked=allowed & (draw.random((first, second)) < 0.0005),
    )
