"""Why a participant has fewer meetings than it should: each counterpart counts where it first drops out; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from services.matcher.allocation.problem import Counts, Mask, Meeting, Problem, degrees
from shared.contracts.allocations import AllocationSide, CounterpartCounts, ShortfallCode
from shared.contracts.explanations import BilingualText

_TEXTS = {
    ShortfallCode.NO_ELIGIBLE_COUNTERPART: BilingualText(
        zh="规则、禁止配对和分数下限之后，没有可安排的对象。",
        en="Rules, bans and the floor leave nobody whom it may meet.",
    ),
    ShortfallCode.FEW_ELIGIBLE_COUNTERPARTS: BilingualText(
        zh="符合条件的对象都已安排见面，数量不足。", en="It meets everybody whom it may meet, and they are too few."
    ),
    ShortfallCode.OWN_TIME: BilingualText(
        zh="自身可用时段或会面上限少于所需次数。",
        en="Its own capacity, or the slots in which it is there, are fewer than it should have meetings.",
    ),
    ShortfallCode.NO_COMMON_SLOT: BilingualText(
        zh="符合条件的对象与其没有共同时段。", en="Those whom it may meet are there at other times."
    ),
    ShortfallCode.ALL_FULL: BilingualText(
        zh="符合条件的对象会面已满。", en="Those whom it may meet have as many meetings as they can have."
    ),
    ShortfallCode.NO_FREE_SLOT: BilingualText(
        zh="共同时段内双方或桌位均已占用。",
        en="In every slot that they share, one of the two or every table is taken.",
    ),
    ShortfallCode.NOT_FOUND: BilingualText(
        zh="可能仍有空位：搜索在确定之前已结束。", en="There may be room: the search ended before it was settled."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Why pairs may not meet, (first, second) each."""

    refused: Mask = field(repr=False)
    banned: Mask = field(repr=False)
    below_floor: Mask = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """One participant's, by its row in its side."""

    side: AllocationSide
    row: int
    meetings: int
    wanted: int
    code: ShortfallCode
    counterparts: CounterpartCounts

    @property
    def text(self) -> BilingualText:
        """The code in words."""
        return _TEXTS[self.code]


def shortfalls(problem: Problem, meetings: Sequence[Meeting], apart: Apart) -> list[Shortfall]:
    """Of everybody who falls short: the first side, then the second, in their order."""
    states = _states(problem, meetings, apart)
    first, second = degrees(meetings, problem)
    turned = {name: mask.T for name, mask in states.items()}
    views = ((AllocationSide.FIRST, states, first), (AllocationSide.SECOND, turned, second))
    found = []
    for (side, masks, times), of_side in zip(views, (problem.first, problem.second), strict=True):
        wanted = np.maximum(of_side.minimum, of_side.must_meet)
        for row in np.flatnonzero(times < wanted).tolist():
            counts = CounterpartCounts(**{name: int(mask[row].sum()) for name, mask in masks.items()})
            most = int(of_side.most[row])
            found.append(_shortfall(side, row, int(times[row]), int(wanted[row]), counts, most))
    return found


def _shortfall(
    side: AllocationSide, row: int, meetings: int, wanted: int, counts: CounterpartCounts, most: int
) -> Shortfall:
    return Shortfall(
        side=side,
        row=row,
        meetings=meetings,
        wanted=wanted,
        code=_code(meetings, most, counts),
        counterparts=counts,
    )


def _code(meetings: int, most: int, counts: CounterpartCounts) -> ShortfallCode:
    """What keeps most of those apart whom it might have met; in doubt the one that is easier to change."""
    if meetings >= most:
        return ShortfallCode.OWN_TIME
    if counts.free:
        return ShortfallCode.NOT_FOUND
    reasons = {
        ShortfallCode.ALL_FULL: counts.full,
        ShortfallCode.NO_FREE_SLOT: counts.no_free_slot,
        ShortfallCode.NO_COMMON_SLOT: counts.no_common_slot,
    }
    if any(reasons.values()):
        return max(reasons, key=lambda code: reasons[code])
    return ShortfallCode.FEW_ELIGIBLE_COUNTERPARTS if counts.met else ShortfallCode.NO_ELIGIBLE_COUNTERPART


def _states(problem: Problem, meetings: Sequence[Meeting], apart: Apart) -> dict[str, Mask]:
    """Every pair under exactly one name of CounterpartCounts, (first, second) each."""
    met = np.zeros(problem.allowed.shape, dtype=bool)
    for one in meetings:
        met[one.first, one.second] = True
    first, second = degrees(meetings, problem)
    full = (first >= problem.first.most)[:, None] | (second >= problem.second.most)[None, :]
    states = {
        "met": met,
        "refused_by_rules": apart.refused,
        "banned": apart.banned,
        "below_floor": apart.below_floor,
        "no_common_slot": problem.common_slots == 0,
        "full": full,
        "no_free_slot": ~_can_meet(problem, meetings),
        "free": np.ones_like(met),
    }
    left = np.ones_like(met)
    for name, mask in states.items():
        states[name] = left & mask
        left = left & ~mask
    return states


def _can_meet(problem: Problem, meetings: Sequence[Meeting]) -> Mask:
    """Pairs with a slot in which both are free and a table is, (first, second)."""
    first, second = problem.first.available.copy(), problem.second.available.copy()
    taken: Counts = np.zeros(problem.slots, dtype=np.int64)
    for one in meetings:
        first[one.first, one.slot] = second[one.second, one.slot] = False
        taken[one.slot] += 1
    first &= taken < problem.tables
    mask: Mask = (first.astype(np.int64) @ second.T.astype(np.int64)) > 0
    return mask
