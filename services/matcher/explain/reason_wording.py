"""One entry a signal: from which value on it is a reason, and the fact that it stands for in both languages; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial

from services.matcher.domain.facts import Bounds
from services.matcher.domain.vocabulary import Names
from services.matcher.explain.names import signal_names
from services.matcher.explain.record_wording import (
    acceptance,
    activity,
    at_stage,
    co_investment,
    deal_size,
    experience,
    in_region,
    in_sector,
    kindred_regions,
    kindred_sectors,
    pace,
    preference,
    recency,
    responsiveness,
)
from services.matcher.explain.shared_facts import (
    Worded,
    amount_names,
    shared_place,
    shared_sectors,
    shared_tags,
    stage_names,
    trl_names,
)
from services.matcher.explain.sides import Sides
from services.matcher.scoring.directed import SignalPart
from shared.contracts.explanations import ReasonCode
from shared.contracts.vocabularies import Signal

_USUAL_SHARE = 0.55
"""A little above one half, which is what an average record gives."""
Word = Callable[[SignalPart, Sides], Worded | None]
"""None where the facts do not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """When a signal is a reason, and what it says."""

    threshold: float
    """The least value, on the signal's scale."""
    word: Word


def _by_names(word: Callable[[Names, Names], Worded]) -> Word:
    """Worded from what the needing and the offering side are called; few pairs of names stand for all pairs."""
    worded = lru_cache(maxsize=256)(word)
    return lambda _part, sides: worded(sides.need, sides.offer)


def _meaning(need: Names, offer: Names) -> Worded:
    return ReasonCode.MEANING_CLOSE, Names(
        f"what {offer.en} offers is close in meaning to what {need.en} needs",
        f"{offer.zh}所提供的与{need.zh}所需的内容相近",
    )


def _words(need: Names, offer: Names) -> Worded:
    return ReasonCode.WORDS_SHARED, Names(
        f"what {need.en} asks for is found in the words of {offer.en}",
        f"{offer.zh}的文本中提到了{need.zh}所求的要点",
    )


def _focus(need: Names, offer: Names) -> Worded:
    return ReasonCode.NEED_FOCUS, Names(
        f"much of what {offer.en} offers is just what {need.en} asks for",
        f"{offer.zh}所提供的主要内容正是{need.zh}所求",
    )


def _sector(_part: SignalPart, sides: Sides) -> Worded | None:
    return shared_sectors(sides.needing.facts.sectors, sides.offering.facts.sectors)


def _tags(_part: SignalPart, sides: Sides) -> Worded | None:
    return shared_tags(sides.needing, sides.offering)


def _region(_part: SignalPart, sides: Sides) -> Worded | None:
    return shared_place(sides.needing, sides.offering)


def _stage(part: SignalPart, sides: Sides) -> Worded | None:
    if not sides.needing.facts.stages or not sides.offering.facts.stages:
        return None
    both = stage_names(sides.needing.facts.stages), stage_names(sides.offering.facts.stages)
    return ReasonCode.STAGE_FITS, _side_by_side(_fit(part, Names("stages", "阶段")), sides, *both)


def _trl(part: SignalPart, sides: Sides) -> Worded | None:
    both = _bounds(sides.needing.facts.trl, sides.offering.facts.trl, trl_names)
    title = _fit(part, Names("technology readiness levels", "技术成熟度（TRL）"))
    return both and (ReasonCode.TRL_FITS, _side_by_side(title, sides, *both))


def _amount(part: SignalPart, sides: Sides) -> Worded | None:
    both = _bounds(sides.needing.facts.amount, sides.offering.facts.amount, amount_names)
    return both and (ReasonCode.AMOUNT_FITS, _side_by_side(_fit(part, Names("amounts", "金额")), sides, *both))


def _bounds(
    needing: Bounds | None, offering: Bounds | None, names: Callable[[Bounds], Names]
) -> tuple[Names, Names] | None:
    return None if needing is None or offering is None else (names(needing), names(offering))


def _fit(part: SignalPart, what: Names) -> Names:
    """Raw is the gap between the two sides: none where they meet."""
    if part.raw:
        return Names(f"{what.en} are close", f"{what.zh}相近")
    return Names(f"{what.en} fit", f"{what.zh}相符")


def _side_by_side(title: Names, sides: Sides, needed: Names, offered: Names) -> Names:
    return Names(
        f"{title.en}: {sides.need.en} {needed.en}; {sides.offer.en} {offered.en}",
        f"{title.zh}：{sides.need.zh}{needed.zh}，{sides.offer.zh}{offered.zh}",
    )


def _deadline(part: SignalPart, sides: Sides) -> Worded | None:
    known = [facts.deadline for facts in (sides.needing.facts, sides.offering.facts) if facts.deadline is not None]
    if part.raw is None or not known:
        return None
    day = date.fromordinal(min(known)).isoformat()
    return ReasonCode.DEADLINE_AHEAD, Names(
        f"the deadline {day} is {part.raw:.0f} days ahead", f"距截止日{day}还有{part.raw:.0f}天"
    )


def _of_offering(word: Callable[[Sides], Worded | None]) -> Word:
    """From the record of whoever offers: experience."""
    return lambda _part, sides: word(sides.turned())


def _of_needing(word: Callable[[Sides], Worded | None]) -> Word:
    """From the record of whoever needs: habit."""
    return lambda _part, sides: word(sides)


def _of_either(word: Callable[[Sides], Worded | None]) -> Word:
    """From the record of whoever offers, else of whoever needs: either side's size is measured against the other's."""
    return lambda _part, sides: word(sides.turned()) or word(sides)


WORDINGS: Mapping[Signal, Wording] = {
    Signal.MEANING: Wording(threshold=0.25, word=_by_names(_meaning)),
    Signal.WORDS: Wording(threshold=0.2, word=_by_names(_words)),
    Signal.FOCUS: Wording(threshold=0.2, word=_by_names(_focus)),
    Signal.SECTOR: Wording(threshold=0.5, word=_sector),
    Signal.TAGS: Wording(threshold=0.1, word=_tags),
    Signal.REGION: Wording(threshold=0.25, word=_region),
    Signal.STAGE: Wording(threshold=0.6, word=_stage),
    Signal.TRL: Wording(threshold=0.6, word=_trl),
    Signal.AMOUNT: Wording(threshold=0.6, word=_amount),
    Signal.DEADLINE: Wording(threshold=0.3, word=_deadline),
    Signal.SECTOR_RECORD: Wording(
        threshold=0.2, word=_of_offering(partial(experience, in_sector, ReasonCode.TRACK_RECORD_IN_SECTOR))
    ),
    Signal.REGION_RECORD: Wording(
        threshold=0.2, word=_of_offering(partial(experience, in_region, ReasonCode.TRACK_RECORD_IN_REGION))
    ),
    Signal.STAGE_RECORD: Wording(
        threshold=0.2, word=_of_offering(partial(experience, at_stage, ReasonCode.TRACK_RECORD_AT_STAGE))
    ),
    Signal.SECTOR_SHARE: Wording(
        threshold=_USUAL_SHARE, word=_of_needing(partial(preference, in_sector, ReasonCode.PREFERS_SECTOR))
    ),
    Signal.REGION_SHARE: Wording(
        threshold=_USUAL_SHARE, word=_of_needing(partial(preference, in_region, ReasonCode.PREFERS_REGION))
    ),
    Signal.STAGE_SHARE: Wording(
        threshold=_USUAL_SHARE, word=_of_needing(partial(preference, at_stage, ReasonCode.PREFERS_STAGE))
    ),
    Signal.KINDRED_SECTORS: Wording(threshold=_USUAL_SHARE, word=lambda part, sides: kindred_sectors(part.raw, sides)),
    Signal.KINDRED_REGIONS: Wording(threshold=_USUAL_SHARE, word=lambda part, sides: kindred_regions(part.raw, sides)),
    Signal.RECENT_HABIT: Wording(threshold=0.5, word=_of_needing(recency)),
    Signal.APPETITE: Wording(threshold=0.4, word=lambda part, sides: pace(part.raw, sides)),
    Signal.PACE: Wording(threshold=0.4, word=lambda part, sides: pace(part.raw, sides.turned())),
    Signal.DEAL_SIZE: Wording(threshold=0.75, word=_of_either(deal_size)),
    Signal.ACTIVITY: Wording(threshold=0.4, word=_of_offering(activity)),
    Signal.RECENCY: Wording(threshold=0.5, word=_of_offering(recency)),
    Signal.RESPONSIVENESS: Wording(threshold=0.5, word=lambda part, sides: responsiveness(part.raw, sides.turned())),
    Signal.ACCEPTANCE: Wording(threshold=0.3, word=lambda part, sides: acceptance(part.raw, sides.turned())),
    Signal.CO_INVESTMENT: Wording(threshold=0.05, word=_of_offering(co_investment)),
}
"""Costs are never reasons (`unknown_rules`, `already_backed`); one without an entry is named by `worded_generally`."""
GENERAL_THRESHOLD = 0.5


def worded_generally(part: SignalPart, _sides: Sides) -> Worded:
    """The signal by its name alone: for one whose facts are not at hand."""
    names = signal_names(part.signal)
    return ReasonCode.SIGNAL_SPEAKS_FOR_IT, Names(f"{names.en} speaks for it", f"{names.zh}有利")


_GENERAL = Wording(threshold=GENERAL_THRESHOLD, word=worded_generally)


def wording_of(signal: Signal) -> Wording:
    """The entry of a signal, or the general one."""
    return WORDINGS.get(signal, _GENERAL)
