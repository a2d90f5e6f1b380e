"""Every counterpart counts exactly once, and the code says what would have to change."""

import numpy as np
from hypothesis import given, settings

from services.matcher.allocation.allocating import allocate
from services.matcher.allocation.effort import Effort
from services.matcher.allocation.problem import Meeting, Problem, Side
from services.matcher.allocation.shortfalls import Apart, Shortfall, shortfalls
from shared.contracts.allocations import AllocationSide
from tests.matcher.allocation.problems import small_problems


def side(*available: tuple[int, ...], capacity: int = 9, minimum: int = 1) -> Side:
    there = np.array(available, dtype=bool)
    numbers = np.ones(len(there), dtype=np.int64)
    return Side(
        available=there,
        capacity=numbers * capacity,
        minimum=numbers * minimum,
        must_meet=np.ones(len(there), dtype=bool),
    )


def told(
    first: Side, second: Side, *meetings: Meeting, refused: bool = False, tables: int = 9
) -> dict[tuple[str, int], Shortfall]:
    """By side and row."""
    shape = first.size, second.size
    none, all_refused = np.zeros(shape, dtype=bool), np.full(shape, refused)
    problem = Problem(
        first=first,
        second=second,
        allowed=~all_refused,
        scores=np.ones(shape, dtype=np.int64),
        tables=np.full(first.available.shape[1], tables),
        locked=none,
    )
    found = shortfalls(problem, meetings, Apart(refused=all_refused, banned=none, below_floor=none))
    return {(one.side.value, one.row): one for one in found}


def code(found: dict[tuple[str, int], Shortfall], row: int) -> str:
    return found[AllocationSide.FIRST.value, row].code.value


def test_refused_by_everybody() -> None:
    assert code(told(side((1, 1)), side((1, 1)), refused=True), 0) == "no_eligible_counterpart"


def test_there_at_other_times() -> None:
    assert code(told(side((1, 0)), side((0, 1))), 0) == "no_common_slot"


def test_everybody_is_met_and_they_are_too_few() -> None:
    found = told(side((1, 1), minimum=2), side((1, 1)), Meeting(0, 0, 0))
    assert code(found, 0) == "few_eligible_counterparts"
    assert found["first", 0].counterparts.met == 1


def test_own_slots_are_too_few() -> None:
    assert code(told(side((1, 0), minimum=2), side((1, 1), (1, 1)), Meeting(0, 0, 0)), 0) == "own_time"


def test_others_have_all_they_can_have() -> None:
    assert code(told(side((1, 1), (1, 1)), side((1, 1), capacity=1), Meeting(0, 0, 0)), 1) == "all_full"


def test_every_common_slot_is_taken() -> None:
    """The second is busy in the only slot they share, and free in another."""
    assert code(told(side((1, 0), (1, 0)), side((1, 1)), Meeting(0, 0, 0)), 1) == "no_free_slot"
    full = told(side((1,), (1,)), side((1,), (1,)), Meeting(0, 0, 0), tables=1)
    assert code(full, 1) == "all_full" or full["first", 1].counterparts.no_free_slot == 1


def test_room_that_the_search_did_not_use() -> None:
    assert code(told(side((1,)), side((1,))), 0) == "not_found"


@settings(max_examples=40)
@given(small_problems(((2, 3, 2), (3, 3, 3))))
def test_every_counterpart_counts_once_and_a_settled_day_leaves_nobody_free(problem: Problem) -> None:
    found = allocate(problem, effort=Effort(deterministic=5.0, seconds=60.0))
    none = np.zeros(problem.allowed.shape, dtype=bool)
    apart = Apart(refused=~problem.allowed, banned=none, below_floor=none)
    for one in shortfalls(problem, found.meetings, apart):
        counts = one.counterparts.model_dump()
        others = problem.second.size if one.side is AllocationSide.FIRST else problem.first.size
        assert sum(counts.values()) == others
        assert counts["met"] == one.meetings < one.wanted
        assert one.code.value != "not_found"
