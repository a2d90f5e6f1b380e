"""What two sides have in common, in words: sectors, keywords, the finest place, stages, amounts; pure."""

from collections.abc import Mapping, Set
from functools import lru_cache

from services.matcher.domain.facts import LADDER, Bounds
from services.matcher.domain.places import (
    SAME_CITY,
    SAME_CLUSTER,
    SAME_COUNTRY,
    SAME_DISTRICT,
    SAME_PROVINCE,
    Place,
    place_names,
    proximity,
)
from services.matcher.domain.sector_aliases import field_of
from services.matcher.domain.sectors import finest_codes, sector_name
from services.matcher.domain.vocabulary import Names
from services.matcher.explain.names import STAGES, joined, uncapitalised
from services.matcher.explain.party import Party
from services.matcher.explain.quantities import dollar_range, number_range
from shared.contracts.explanations import ReasonCode
from shared.contracts.rules import SetAttribute
from shared.contracts.vocabularies import CompanyStage

Worded = tuple[ReasonCode, Names]
_MOST_NAMED = 3
_NO_TAGS: frozenset[str] = frozenset()
_PLACE_CODES: Mapping[float, tuple[ReasonCode, int]] = {
    SAME_DISTRICT: (ReasonCode.SAME_DISTRICT, 4),
    SAME_CITY: (ReasonCode.SAME_CITY, 3),
    SAME_PROVINCE: (ReasonCode.SAME_PROVINCE, 2),
    SAME_COUNTRY: (ReasonCode.SAME_COUNTRY, 1),
}
"""By nearness: the code, and how many levels the two places share."""


@lru_cache(maxsize=16_384)
def shared_sectors(a: frozenset[str], b: frozenset[str]) -> Worded | None:
    """The sectors that both name, else the fields that both lie in; None where they share none."""
    same = finest_codes(a) & finest_codes(b) or {code for code in a & b if code != field_of(code)}
    if same:
        names = _sector_names(same)
        return ReasonCode.SAME_SECTOR, Names(f"both work on {names.en}", f"双方都在{names.zh}领域")
    fields = {field_of(code) for code in a} & {field_of(code) for code in b}
    if not fields:
        return None
    names = _sector_names(fields)
    return ReasonCode.RELATED_SECTOR, Names(f"both work in the field of {names.en}", f"双方同属{names.zh}领域")


def _sector_names(codes: Set[str]) -> Names:
    names = (sector_name(code) for code in sorted(codes))
    return joined((Names(uncapitalised(name.en), name.zh) for name in names), most=_MOST_NAMED)


def shared_tags(a: Party, b: Party) -> Worded | None:
    """Keywords that both give, else two that share a word; None where no two can be shown."""
    own, others = _shown_tags(a), _shown_tags(b)
    both = own & others
    if both:
        words = joined((_plain(tag) for tag in sorted(both)), most=_MOST_NAMED)
        return ReasonCode.SHARED_TAGS, Names(f"shared keywords: {words.en}", f"共同的关键词：{words.zh}")
    for piece in sorted(a.facts.tags & b.facts.tags, key=lambda piece: (-len(piece), piece)):
        mine = min((tag for tag in own if piece in tag), default=None)
        yours = min((tag for tag in others if piece in tag), default=None)
        if mine and yours:
            words = joined((_plain(mine), _plain(yours)))
            return ReasonCode.SHARED_TAGS, Names(f"related keywords: {words.en}", f"相近的关键词：{words.zh}")
    return None


def _shown_tags(party: Party) -> Set[str]:
    """Keywords and sectors as they were given, in lower case, without those that name a hidden organisation."""
    words = party.attributes.words
    tags = words.get(SetAttribute.KEYWORD, _NO_TAGS) | words.get(SetAttribute.SECTOR, _NO_TAGS)
    return tags if party.hidden_name is None else {tag for tag in tags if not party.gives_away(tag)}


def _plain(tag: str) -> Names:
    text = tag.replace("_", " ")
    return Names(text, text)


def shared_place(a: Party, b: Party) -> Worded | None:
    """The finest place that both are in, or where one looks and the other is; None where they meet nowhere."""
    return _meeting_place(a.facts.place, a.facts.places_served, b.facts.place, b.facts.places_served)


@lru_cache(maxsize=16_384)
def _meeting_place(
    a: Place | None, served_by_a: tuple[Place, ...], b: Place | None, served_by_b: tuple[Place, ...]
) -> Worded | None:
    own = _nearest((a,), (b,))
    served = _nearest(served_by_a, (b,)), _nearest(served_by_b, (a,))
    best = max((found for found in (own, *served) if found), key=lambda found: found[0], default=None)
    if best is None or best[0] <= 0:
        return None
    return _same_place(*best) if best is own else _served_place(*best)


def _nearest(places: tuple[Place | None, ...], others: tuple[Place | None, ...]) -> tuple[float, Place, Place] | None:
    found: tuple[float, Place, Place] | None = None
    for one in places:
        for other in others:
            nearness = proximity(one, other) if one and other else None
            if one and other and nearness is not None and (found is None or nearness > found[0]):
                found = (nearness, one, other)
    return found


def _same_place(nearness: float, a: Place, b: Place) -> Worded | None:
    meeting = _meeting(nearness, a, b)
    if meeting is None:
        return None
    code, names = meeting
    return code, Names(f"both are in {names.en}", f"双方都在{names.zh}")


def _served_place(nearness: float, served: Place, own: Place) -> Worded | None:
    meeting = _meeting(nearness, served, own)
    if meeting is None:
        return None
    names = meeting[1]
    return ReasonCode.REGION_SERVED, Names(
        f"one side looks for partners where the other is: {names.en}", f"一方关注的地区正是另一方所在地：{names.zh}"
    )


def _meeting(nearness: float, a: Place, b: Place) -> tuple[ReasonCode, Names] | None:
    if nearness == SAME_CLUSTER:
        return ReasonCode.SAME_CLUSTER, place_names(Place(country=a.country, clusters=a.clusters & b.clusters))
    if nearness not in _PLACE_CODES:
        return None
    code, levels = _PLACE_CODES[nearness]
    slots = (*(a.country, a.province, a.city, a.district)[:levels], *(None,) * 4)
    return code, place_names(Place(country=slots[0], province=slots[1], city=slots[2], district=slots[3]))


@lru_cache(maxsize=4_096)
def stage_names(stages: frozenset[CompanyStage]) -> Names:
    """Stages, early to late."""
    return joined((STAGES[stage] for stage in sorted(stages, key=lambda stage: (LADDER[stage], stage))), most=4)


@lru_cache(maxsize=1_024)
def trl_names(bounds: Bounds) -> Names:
    """A readiness level or a range of them."""
    return number_range(*bounds)


@lru_cache(maxsize=8_192)
def amount_names(bounds: Bounds) -> Names:
    """An amount or a range, in US dollars at the reference rates; an investor's lower end may be nought."""
    lower, upper = bounds
    return dollar_range(None if lower == 0 and upper > 0 else lower, upper)
