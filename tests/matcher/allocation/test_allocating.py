"""Timetables hold every constraint, are the best there are, and say how far from it they may be."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from services.matcher.allocation.allocating import allocate
from services.matcher.allocation.effort import Effort
from services.matcher.allocation.problem import Meeting, Problem, value_of
from services.matcher.allocation.relaxation import bound_of
from services.matcher.allocation.timetable import slotted
from tests.matcher.allocation.problems import best_value, broken_constraints, random_problem, small_problems

SHAPES = ((1, 1, 1), (2, 2, 2), (2, 3, 2), (3, 2, 2), (2, 2, 3), (1, 3, 3), (3, 3, 1))
EFFORT = Effort(deterministic=5.0, seconds=60.0)


def without_missed_locks(problem: Problem) -> Problem:
    """Meetings that stand may take the place of a lock that was missed."""
    met = np.zeros_like(problem.locked)
    for one in allocate(problem, effort=EFFORT).meetings:
        met[one.first, one.second] = True
    return replace(problem, locked=problem.locked & met)


@settings(max_examples=100)
@given(small_problems(SHAPES))
def test_small_timetables_are_the_best_of_all(problem: Problem) -> None:
    found = allocate(problem, effort=EFFORT)
    assert broken_constraints(found.meetings, problem) == []
    assert found.value == value_of(found.meetings, problem) == best_value(problem)
    assert found.is_optimal
    assert found.bound == found.value


@settings(max_examples=25)
@given(small_problems(((4, 3, 4), (6, 4, 3), (3, 7, 5))))
def test_a_timetable_is_never_better_than_its_bound(problem: Problem) -> None:
    found = allocate(problem, effort=EFFORT)
    assert broken_constraints(found.meetings, problem) == []
    assert bound_of(problem) <= found.bound <= found.value


@settings(max_examples=25)
@given(small_problems(((3, 3, 3), (4, 3, 4))))
def test_solving_again_around_the_meetings_it_has_changes_nothing(problem: Problem) -> None:
    problem = without_missed_locks(problem)
    found = allocate(problem, effort=EFFORT)
    again = allocate(problem, kept=found.meetings, effort=EFFORT)
    assert (again.meetings, again.value, again.is_optimal) == (found.meetings, found.value, True)


@settings(max_examples=25)
@given(small_problems(((3, 3, 3), (4, 3, 4))))
def test_kept_meetings_stay_and_the_rest_is_solved_around_them(problem: Problem) -> None:
    problem = without_missed_locks(problem)
    found = allocate(problem, effort=EFFORT)
    kept = found.meetings[::2]
    around = allocate(problem, kept=kept, effort=EFFORT)
    assert set(kept) <= set(around.meetings)
    assert broken_constraints(around.meetings, problem) == []
    assert around.value >= found.value


@pytest.mark.parametrize("tables", [10_000, 60])
@pytest.mark.parametrize("seed", [1, 2])
def test_where_everybody_is_always_there_every_wanted_pair_finds_a_slot(seed: int, tables: int) -> None:
    problem = random_problem(seed, 200, 80, 12, minimum=2, tables=tables)
    found = allocate(problem)
    assert broken_constraints(found.meetings, problem) == []
    assert found.is_optimal
    assert found.value.locks_missed == found.value.shortfall == 0


def test_equal_input_gives_equal_output_also_where_all_slots_are_searched() -> None:
    problem = random_problem(3, 30, 12, 6, there=0.4)
    assert len(slotted(problem, problem.possible)) < int(problem.possible.sum())
    found = allocate(problem, effort=EFFORT)
    assert broken_constraints(found.meetings, problem) == []
    assert found == allocate(problem, effort=EFFORT)


def test_without_time_to_search_the_timetable_holds_and_its_bound_is_honest() -> None:
    problem = random_problem(4, 60, 24, 8, there=0.4, minimum=2)
    hurried = allocate(problem, effort=Effort(deterministic=0.001, seconds=0.01))
    assert broken_constraints(hurried.meetings, problem) == []
    assert hurried.bound <= hurried.value
    assert not hurried.is_optimal


def test_participation_comes_before_score() -> None:
    """One slot, one investor (capacity 1) and another who shares only the poorer pair: 9 + nothing < 5 + 4."""
    problem = random_problem(1, 2, 2, 1)
    scores = np.array([[900_000, 500_000], [400_000, 1]])
    allowed = np.array([[True, True], [True, False]])
    both = Problem(
        first=problem.first,
        second=problem.second,
        allowed=allowed,
        scores=scores,
        tables=np.array([2]),
        locked=np.zeros((2, 2), dtype=bool),
    )
    assert allocate(both).meetings == (Meeting(0, 1, 0), Meeting(1, 0, 0))
