"""Which pairs are worth most together: OR-tools' minimum cost flow."""

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from services.matcher.allocation.problem import Counts, Mask, Scores


def solver_version() -> str:
    """Names what timetables depend on beside their input."""
    return f"ortools-{version('ortools')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Places of one side's participants, each with what filling it is worth; dearer places are filled first."""

    of: Counts
    """Whose they are, (entries,)."""
    number: Counts
    gain: Scores


def dearest_pairs(pairs: Mask, scores: Scores, first: Places, second: Places, at_most: int) -> Mask:
    """Of the pairs those that are worth most together, each once: a minimum cost flow, solved exactly.

    Each pair takes a place of either side. The gains of a participant's places must not rise with their order.
    """
    rows, columns = np.nonzero(pairs)
    chosen = np.zeros(pairs.shape, dtype=bool)
    if not len(rows) or at_most <= 0:
        return chosen
    flow, source = SimpleMinCostFlow(), sum(pairs.shape)
    sink, beyond = source + 1, pairs.shape[0]
    flow.add_arcs_with_capacity_and_unit_cost(np.full_like(first.of, source), first.of, first.number, -first.gain)
    flow.add_arcs_with_capacity_and_unit_cost(
        second.of + beyond, np.full_like(second.of, sink), second.number, -second.gain
    )
    ones = np.ones(len(rows), dtype=np.int64)
    arcs_of_pairs = flow.add_arcs_with_capacity_and_unit_cost(rows, columns + beyond, ones, -scores[rows, columns])
    flow.add_arc_with_capacity_and_unit_cost(source, sink, at_most, 0)
    flow.set_node_supply(source, at_most)
    flow.set_node_supply(sink, -at_most)
    status = flow.solve()
    assert status == flow.OPTIMAL, status  # the arc from source to sink carries everything where nothing else can
    used = flow.flows(arcs_of_pairs) > 0
    chosen[rows[used], columns[used]] = True
    return chosen
