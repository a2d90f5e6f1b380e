"""Whole timetables by constraint programming: OR-tools' CP-SAT."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from time import monotonic
from typing import TypeVar

import numpy as np
from ortools.sat.python import cp_model

from services.matcher.allocation.effort import Effort, Searched
from services.matcher.allocation.problem import Counts, Mask, Meeting, Problem, Value, value_of

SEED = 1
_Key = TypeVar("_Key")


def best_timetable(
    problem: Problem, pairs: Mask, start: Sequence[Meeting], bound: Value, least: Value, effort: Effort
) -> Searched:
    """The best timetable of some pairs, starting from one: what weighs most is settled first, then held.

    `bound` is what no timetable of these pairs can be better than; where it is reached, nothing is searched. Where it
    turns out to be out of reach, what weighs less is bounded by `least`, which holds for each part by itself.
    """
    began, model = monotonic(), _Timetable(problem, pairs)
    meetings, bounds, is_cut, is_met = tuple(start), list(bound), False, True
    for place, term in enumerate(model.terms):
        bounds[place] = bounds[place] if is_met else least[place]
        reached = value_of(meetings, problem)[place]
        if reached > bounds[place] and not is_cut:
            found = model.minimise(term, meetings, effort, began + effort.seconds - monotonic())
            meetings, is_cut = found.meetings or meetings, found.is_out_of_time
            proven = bounds[place] if found.bound is None else max(bounds[place], found.bound)
            reached = value_of(meetings, problem)[place]
            is_met = is_met and proven == reached == bounds[place]
            bounds[place] = proven
        if reached > bounds[place]:
            return Searched(
                meetings=meetings, bound=Value(*bounds[: place + 1], *least[place + 1 :]), is_out_of_time=is_cut
            )
        model.hold(term, reached)
    return Searched(meetings=meetings, bound=Value(*bounds), is_out_of_time=is_cut)


@dataclass(frozen=True, slots=True)
class _Found:
    meetings: tuple[Meeting, ...]
    bound: int | None
    """None where the search found nothing out."""
    is_out_of_time: bool


class _Timetable:
    """Every pair in every slot as a yes or no; the parts of a value as sums of them."""

    def __init__(self, problem: Problem, pairs: Mask) -> None:
        self._model = cp_model.CpModel()
        self._problem = problem
        both = problem.first.available[:, None, :] & problem.second.available[None, :, :] & pairs[:, :, None]
        self._places = [Meeting(*place) for place in np.argwhere(both & (problem.tables > 0)).tolist()]
        self._chosen = [self._model.new_bool_var("") for _ in self._places]
        self._constrain()
        self.terms = self._terms()

    def _constrain(self) -> None:
        problem = self._problem
        for once in ((0, 1), (0, 2), (1, 2)):  # a pair meets once, and nobody is in two meetings of a slot
            for exclusive in self._grouped(itemgetter(*once)).values():
                self._model.add_at_most_one(exclusive)
        for slot, parts in self._grouped(itemgetter(2)).items():
            if len(parts) > problem.tables[slot]:
                self._model.add(cp_model.LinearExpr.sum(parts) <= int(problem.tables[slot]))
        self._met = [
            {row: cp_model.LinearExpr.sum(parts) for row, parts in self._grouped(itemgetter(of)).items()}
            for of in (0, 1)
        ]
        for side, met in zip((problem.first, problem.second), self._met, strict=True):
            for row, times in met.items():
                if side.capacity[row] < problem.slots:
                    self._model.add(times <= int(side.capacity[row]))

    def _grouped(self, key: Callable[[Meeting], _Key]) -> dict[_Key, list[cp_model.IntVar]]:
        groups: dict[_Key, list[cp_model.IntVar]] = {}
        for place, chosen in zip(self._places, self._chosen, strict=True):
            groups.setdefault(key(place), []).append(chosen)
        return groups

    def _terms(self) -> list[cp_model.LinearExprT]:
        """In the order of Value."""
        problem = self._problem
        locked = [
            one for at, one in zip(self._places, self._chosen, strict=True) if problem.locked[at.first, at.second]
        ]
        lost = [-int(problem.scores[at.first, at.second]) for at in self._places]
        return [
            int(problem.locked.sum()) - cp_model.LinearExpr.sum(locked),
            self._lacking([problem.first.minimum, problem.second.minimum]),
            self._lacking([problem.first.must_meet, problem.second.must_meet]),
            cp_model.LinearExpr.weighted_sum(self._chosen, lost),
        ]

    def _lacking(self, wanted: Sequence[Counts | Mask]) -> cp_model.LinearExprT:
        """By how much participants fall short of what is wanted, in all."""
        lacking: list[cp_model.LinearExprT] = []
        for numbers, met in zip(wanted, self._met, strict=True):
            for row in np.flatnonzero(numbers).tolist():
                number = int(numbers[row])
                if row not in met:
                    lacking.append(number)
                    continue
                short = self._model.new_int_var(0, number, "")
                self._model.add(short >= number - met[row])
                lacking.append(short)
        return cp_model.LinearExpr.sum(lacking)

    def minimise(self, term: cp_model.LinearExprT, start: Sequence[Meeting], effort: Effort, seconds: float) -> _Found:
        """The best under what is held so far; `start` is where the search begins."""
        self._model.clear_hints()  # type: ignore[no-untyped-call]  # OR-tools
        held = set(start)
        for place, chosen in zip(self._places, self._chosen, strict=True):
            self._model.add_hint(chosen, place in held)
        self._model.minimize(term)
        solver = _solver(effort, max(seconds, 0.01))
        status = solver.solve(self._model)
        is_found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
        chosen_places = zip(self._places, self._chosen, strict=True) if is_found else ()
        return _Found(
            tuple(place for place, chosen in chosen_places if solver.boolean_value(chosen)),
            bound=int(np.ceil(solver.best_objective_bound - 0.5)) if is_found else None,
            is_out_of_time=status != cp_model.OPTIMAL
            and solver.response_proto.deterministic_time < effort.deterministic,
        )

    def hold(self, term: cp_model.LinearExprT, value: int) -> None:
        """Let no later search lose what is reached."""
        self._model.add(term <= value)


def _solver(effort: Effort, seconds: float) -> cp_model.CpSolver:
    """One worker: with several, the answer would depend on which of them was the quicker."""
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers, parameters.random_seed = 1, SEED
    parameters.max_deterministic_time, parameters.max_time_in_seconds = effort.deterministic, seconds
    # The relaxation of these timetables is nearly whole-numbered: it settles them, and probing only delays it.
    parameters.linearization_level, parameters.cp_model_probing_level, parameters.symmetry_level = 2, 0, 0
    return solver
