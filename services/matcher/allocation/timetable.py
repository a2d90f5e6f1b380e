"""Slots for pairs, one slot after another, and what a slot can still be improved by; no I/O."""

from collections.abc import Sequence

import numpy as np

from services.matcher.allocation.flow import Places, dearest_pairs
from services.matcher.allocation.problem import Counts, Mask, Meeting, Problem, Scores, Side, degrees, value_of
from services.matcher.allocation.relaxation import Gains

_BUSIEST = 10**12
_HELD = 10**8
_LOCKED = 10**14
_MOST_SWEEPS = 20


def slotted(problem: Problem, pairs: Mask) -> list[Meeting]:
    """As many of the pairs as find a slot in one pass; those that do not are left out.

    Each slot takes first whoever needs every slot that is left, then as many as it can. Where everybody is there all
    the time, that places every pair: a bipartite graph has an edge colouring of as many colours as its highest degree
    (König 1916), also with no more than a fair share of its edges in each colour (de Werra 1971).
    """
    left, meetings = pairs.copy(), list[Meeting]()
    slots = _scarcest_first(problem)
    for place, slot in enumerate(slots):
        later = slots[place:]
        here = left & problem.first.available[:, slot, None] & problem.second.available[None, :, slot]
        met = degrees(meetings, problem)
        weights = _HELD + 1_000 // np.maximum(_common(problem, later), 1) + _LOCKED * problem.locked
        chosen = dearest_pairs(
            here,
            weights,
            _urgency(problem.first, met[0], left.sum(axis=1), slot, later),
            _urgency(problem.second, met[1], left.sum(axis=0), slot, later),
            int(problem.tables[slot]),
        )
        meetings += [Meeting(first, second, slot) for first, second in np.argwhere(chosen).tolist()]
        left &= ~chosen
    return meetings


def improved(problem: Problem, meetings: Sequence[Meeting]) -> list[Meeting]:
    """Better by deciding one slot anew while the others stand, slot after slot until none gains any more."""
    best, gains = list(meetings), Gains.of(problem)
    for _ in range(_MOST_SWEEPS):
        before = value_of(best, problem)
        for slot in range(problem.slots):
            best = _decided_anew(problem, best, slot, gains)
        if value_of(best, problem) >= before:
            break
    return best


def _decided_anew(problem: Problem, meetings: list[Meeting], slot: int, gains: Gains) -> list[Meeting]:
    others = [one for one in meetings if one.slot != slot]
    pairs = problem.allowed & problem.first.available[:, slot, None] & problem.second.available[None, :, slot]
    for one in others:
        pairs[one.first, one.second] = False
    first, second = degrees(others, problem)
    chosen = dearest_pairs(
        pairs,
        problem.scores + gains.lock * problem.locked,
        _worth(problem.first, first, gains),
        _worth(problem.second, second, gains),
        int(problem.tables[slot]),
    )
    return others + [Meeting(row, column, slot) for row, column in np.argwhere(chosen).tolist()]


def _worth(side: Side, met: Counts, gains: Gains) -> Places:
    """One more meeting of each participant who has room for it."""
    rows = np.arange(side.size, dtype=np.int64)
    gain = (met < side.minimum) * gains.minimum + (side.must_meet & (met == 0)) * gains.meeting
    return Places(of=rows, number=(met < side.capacity).astype(np.int64), gain=gain)


def _urgency(side: Side, met: Counts, left: Counts, slot: int, later: Sequence[int]) -> Places:
    """One meeting of each participant who is there and has room for it; the fewer slots to spare, the dearer."""
    spare = side.available[:, later].sum(axis=1) - left
    gain = np.where(spare <= 0, _BUSIEST, 1_000 // (1 + np.maximum(spare, 0)))
    return Places(
        of=np.arange(side.size, dtype=np.int64),
        number=(side.available[:, slot] & (met < side.capacity)).astype(np.int64),
        gain=gain.astype(np.int64),
    )


def _common(problem: Problem, slots: Sequence[int]) -> Scores:
    """In how many of some slots both sides of each pair are there."""
    return problem.first.available[:, slots].astype(np.int64) @ problem.second.available[:, slots].T.astype(np.int64)


def _scarcest_first(problem: Problem) -> list[int]:
    """Slots in which the fewest are there come first: later ones make up for them."""
    there = problem.first.available.sum(axis=0) + problem.second.available.sum(axis=0)
    return sorted(range(problem.slots), key=lambda slot: (int(there[slot]), slot))
