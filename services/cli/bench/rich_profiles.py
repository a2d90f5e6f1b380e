"""Random attributes and rules for stored profiles: real collections carry too few for rules to tell them apart."""

from collections.abc import Mapping, Sequence

from services.cli.bench.random_rules import NUMBERS, PLACES, WORDS, RuleDraw
from shared.contracts.kinds import Kind
from shared.contracts.parts import Money, MoneyRange, Need, Region, TrackRecord, Validity
from shared.contracts.profiles import PROFILE_TYPES, Profile, ProfileCommon
from shared.contracts.rules import NumberAttribute, Rule, SetAttribute
from shared.contracts.vocabularies import NeedType, Visibility

_ENRICHED = 0.7
"""Share of profiles that are given random attributes; the others stay as they are."""
_KNOWN = 0.6
"""Share of attributes that an enriched profile states."""
_WITH_RULES = 0.3
_OTHER_KIND = 0.2
"""Share that becomes a profile of any kind: collections often lack scenarios and platforms."""
_RULES = 300
"""Distinct rules among which profiles choose."""


def rich_profiles(profiles: Sequence[Profile], seed: int) -> list[Profile]:
    """The same texts and ids, most of them with random attributes, some with rules, some of another kind."""
    draw = RuleDraw((seed, 0))
    rules = draw.rules(_RULES)
    return [_rich(profile, rules, draw) if draw.happens(_ENRICHED) else profile for profile in profiles]


def _rich(profile: Profile, rules: Sequence[Rule], draw: RuleDraw) -> Profile:
    kind = draw.one(tuple(Kind)) if draw.happens(_OTHER_KIND) else profile.kind
    kept = ProfileCommon.model_fields if kind is not profile.kind else type(profile).model_fields
    own = {name: getattr(profile, name) for name in kept}
    stated = {**_of_all(draw), **_of_kind(kind, draw)}
    known = {name: value for name, value in stated.items() if draw.happens(_KNOWN)}
    if draw.happens(_WITH_RULES):
        known["rules"] = draw.some(rules, 3)
    fields = {**own, **known, "kind": kind}
    return PROFILE_TYPES[kind].model_validate(fields)  # type: ignore[return-value] # one of the union's members


def _of_all(draw: RuleDraw) -> Mapping[str, object]:
    first, last = sorted((draw.day(), draw.day()))
    return {
        "organisation": draw.one(WORDS[SetAttribute.ORGANISATION]),
        "sectors": draw.some(WORDS[SetAttribute.SECTOR], 3),
        "keywords": draw.some(WORDS[SetAttribute.KEYWORD], 4),
        "region": draw.one(PLACES),
        "visibility": Visibility.HIDDEN if draw.happens(0.1) else draw.one(tuple(Visibility)[:3]),
        "needs": (Need(text="A partner for the next step", type=draw.one(tuple(NeedType))),),
        "validity": Validity(
            valid_from=first if draw.happens(0.5) else None, valid_until=last if draw.happens(0.5) else None
        ),
        "track_record": TrackRecord(
            total=int(draw.one(NUMBERS[NumberAttribute.TRACK_RECORD])),
            last_date=str(draw.day())[: draw.one((4, 7, 10))],
        ),
    }


def _of_kind(kind: Kind, draw: RuleDraw) -> Mapping[str, object]:
    stage, trl = draw.one(WORDS[SetAttribute.STAGE]), int(draw.one(NUMBERS[NumberAttribute.TRL]))
    match kind:
        case Kind.PROJECT:
            return {
                "company_stage": stage,
                "trl": trl,
                "amount_sought": Money(amount=_amount(draw), currency=draw.one(("USD", "CNY", "EUR"))),
                "team_size": int(draw.one(NUMBERS[NumberAttribute.TEAM_SIZE])),
                "founded": int(draw.one(NUMBERS[NumberAttribute.FOUNDED])),
            }
        case Kind.RD_DEMAND:
            return {"phase": stage, "trl_minimum": trl, "budget": _range(draw), "deadline": draw.day()}
        case Kind.SCENARIO:
            return {"trl_minimum": trl, "trl_maximum": 9, "budget": _range(draw), "deadline": draw.day()}
        case Kind.INVESTOR:
            return {
                "stages": draw.some(WORDS[SetAttribute.STAGE], 4),
                "ticket": _range(draw),
                "regions": _regions(draw),
            }
        case Kind.PILOT_PLATFORM:
            return {"capacity": int(draw.one(NUMBERS[NumberAttribute.CAPACITY]))}


def _amount(draw: RuleDraw) -> float:
    return draw.one(NUMBERS[NumberAttribute.AMOUNT_USD])


def _range(draw: RuleDraw) -> MoneyRange:
    low, high = sorted((_amount(draw), _amount(draw)))
    return MoneyRange(minimum=low if draw.happens(0.7) else None, maximum=high if draw.happens(0.7) else None)


def _regions(draw: RuleDraw) -> tuple[Region, ...]:
    return draw.some(PLACES, 3)
