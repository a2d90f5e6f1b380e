"""Rules and filters as the contract's words say them, one profile at a time: what the pipeline is checked against.

Reads wire profiles, not the matcher's columns; shares with it only the tables of region names and currency rates, and
the list of rules that are read off a profile's fields.
"""

import math
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.matcher.domain.amounts import USD_PER_UNIT
from services.matcher.domain.profile_rules import profile_rules
from services.matcher.domain.region_keys import region_keys
from shared.contracts.kinds import Kind
from shared.contracts.parts import Money, MoneyRange, Region
from shared.contracts.profiles import Investor, PilotPlatform, Profile, Project, RdDemand, Scenario
from shared.contracts.rules import (
    After,
    And,
    AtLeast,
    AtMost,
    Before,
    Condition,
    DateAttribute,
    DateLeaf,
    In,
    Not,
    NotIn,
    NumberAttribute,
    NumberLeaf,
    OpenOn,
    Or,
    Overlaps,
    Range,
    Rule,
    SetAttribute,
    Within,
)
from shared.contracts.vocabularies import Language, Visibility

Bounds = tuple[float, float]
Days = tuple[date, date]
_FAILS, _MAY, _PASSES = "fails", "may", "passes"
_OPPOSITE = {_FAILS: _PASSES, _MAY: _MAY, _PASSES: _FAILS}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainProfile:
    """What conditions may ask of one profile, laid out once."""

    profile_id: str
    kind: Kind
    is_hidden: bool
    words: Mapping[SetAttribute, frozenset[str]]
    """In lower case; empty where unknown."""
    numbers: Mapping[NumberAttribute, Bounds | None]
    dates: Mapping[DateAttribute, Days | None]
    places: Sequence[tuple[str, ...]]
    """Keys of country, province, city, district; empty strings where unknown."""
    rules: Sequence[Rule]
    """What it asks of a counterpart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainQuestion:
    """Who may be proposed, and what the subject asks of them."""

    subject: PlainProfile
    """With its own rules."""
    target_kinds: Sequence[Kind]
    filters: Sequence[Condition]
    rules: Sequence[Rule]
    """Of the request."""
    as_of: date | None


def plain_profile(profile_id: str, profile: Profile, language: Language) -> PlainProfile:
    """Lay out a wire profile."""
    return PlainProfile(
        profile_id=profile_id,
        kind=profile.kind,
        is_hidden=profile.visibility is Visibility.HIDDEN,
        words=_words(profile, language),
        numbers=_numbers(profile),
        dates=_dates(profile),
        places=_places(profile),
        rules=[sourced.rule for sourced in profile_rules(profile)],
    )


def may_be_proposed(question: PlainQuestion, target: PlainProfile) -> bool:
    """Not oneself, not hidden, of a wanted kind, past every filter, open, and refused by no rule of either side."""
    subject = question.subject
    if target.kind not in question.target_kinds or target.is_hidden or target.profile_id == subject.profile_id:
        return False
    if any(_truth(condition, target, is_filter=True) != _PASSES for condition in question.filters):
        return False
    if question.as_of is not None and not _is_open(target, question.as_of):
        return False
    return not any(_refuses(rule, target) for rule in (*subject.rules, *question.rules)) and not any(
        _refuses(rule, subject) for rule in target.rules
    )


def _refuses(rule: Rule, counterpart: PlainProfile) -> bool:
    if rule.applies_to and counterpart.kind not in rule.applies_to:
        return False
    return _truth(rule.condition, counterpart) == _FAILS


def _truth(condition: Condition, profile: PlainProfile, *, is_filter: bool = False) -> str:
    match condition:
        case And():
            return _first_said((_FAILS, _MAY, _PASSES), condition.conditions, profile, is_filter)
        case Or():
            return _first_said((_PASSES, _MAY, _FAILS), condition.conditions, profile, is_filter)
        case Not():
            return _OPPOSITE[_truth(condition.condition, profile, is_filter=is_filter)]
        case In() | NotIn() | Overlaps():
            return _of_words(condition, profile.words[condition.attribute], is_filter)
        case _:
            return _of_leaf(condition, profile)


def _first_said(order: Sequence[str], conditions: Sequence[Condition], profile: PlainProfile, is_filter: bool) -> str:
    """The first answer of the order that one of the conditions gives."""
    said = {_truth(part, profile, is_filter=is_filter) for part in conditions}
    return next(answer for answer in order if answer in said)


def _of_leaf(condition: NumberLeaf | DateLeaf | Within | OpenOn, profile: PlainProfile) -> str:
    match condition:
        case Range() | AtLeast() | AtMost():
            return _of_number(condition, profile.numbers[condition.attribute])
        case Before() | After():
            return _of_days(condition, profile.dates[condition.attribute])
        case Within():
            return _of_places(condition.region, profile.places)
        case OpenOn():
            return _said(_is_open(profile, condition.day))


def _said(holds: bool) -> str:
    return _PASSES if holds else _FAILS


def _of_words(condition: In | NotIn | Overlaps, words: frozenset[str], is_filter: bool) -> str:
    if not words:
        return _PASSES if is_filter and isinstance(condition, NotIn) else _MAY
    listed = {value.lower() for value in condition.values}
    if isinstance(condition, In):
        return _said(all(word in listed for word in words))
    return _said(any(word in listed for word in words) is isinstance(condition, Overlaps))


def _of_number(condition: Range | AtLeast | AtMost, bounds: Bounds | None) -> str:
    if bounds is None:
        return _MAY
    lower, upper = bounds
    match condition:
        case AtLeast():
            return _said(upper >= condition.value)
        case AtMost():
            return _said(lower <= condition.value)
        case Range():
            is_above = condition.minimum is None or upper >= condition.minimum
            return _said(is_above and (condition.maximum is None or lower <= condition.maximum))


def _of_days(condition: Before | After, days: Days | None) -> str:
    """A year or a month says something only where all of its days say it."""
    if days is None:
        return _MAY
    said = {(day < condition.day) is isinstance(condition, Before) for day in days}
    return _MAY if len(said) > 1 else _said(said.pop())


def _of_places(region: Region, places: Sequence[tuple[str, ...]]) -> str:
    asked = _keys(region)
    said = [_of_place(asked, place) for place in places or [("",) * len(asked)]]
    return _PASSES if _PASSES in said else _MAY if _MAY in said else _FAILS


def _of_place(asked: Sequence[str], place: Sequence[str]) -> str:
    said = [_said(own == wanted) if own else _MAY for wanted, own in zip(asked, place, strict=True) if wanted]
    return _FAILS if _FAILS in said else _MAY if _MAY in said else _PASSES


def _is_open(profile: PlainProfile, day: date) -> bool:
    first = profile.dates[DateAttribute.VALID_FROM]
    ends = [profile.dates[DateAttribute.VALID_UNTIL], profile.dates[DateAttribute.DEADLINE]]
    return not (first and day < first[0]) and not any(end and end[1] < day for end in ends)


def _words(profile: Profile, language: Language) -> Mapping[SetAttribute, frozenset[str]]:
    is_named = profile.organisation and profile.visibility is not Visibility.ANONYMOUS
    found: Mapping[SetAttribute, Sequence[str | None]] = {
        SetAttribute.SECTOR: profile.sectors,
        SetAttribute.KEYWORD: profile.keywords,
        SetAttribute.STAGE: _stages(profile),
        SetAttribute.LANGUAGE: [language],
        SetAttribute.ORGANISATION: [profile.organisation] if is_named else [],
        SetAttribute.SOURCE: [profile.source],
        SetAttribute.NEED_TYPE: [need.type for need in profile.needs],
    }
    return {name: frozenset(str(word).lower() for word in words if word) for name, words in found.items()}


def _stages(profile: Profile) -> Sequence[str | None]:
    match profile:
        case Project():
            return [profile.company_stage, profile.funding_round]
        case RdDemand():
            return [profile.phase]
        case Investor():
            return profile.stages
        case _:
            return []


def _numbers(profile: Profile) -> Mapping[NumberAttribute, Bounds | None]:
    project = profile if isinstance(profile, Project) else None
    return {
        NumberAttribute.TRL: _trl(profile),
        NumberAttribute.AMOUNT_USD: _amount(profile),
        NumberAttribute.TEAM_SIZE: _exactly(project.team_size if project else None),
        NumberAttribute.CAPACITY: _exactly(profile.capacity if isinstance(profile, PilotPlatform) else None),
        NumberAttribute.TRACK_RECORD: _exactly(profile.track_record.total if profile.track_record else None),
        NumberAttribute.FOUNDED: _exactly(project.founded if project else None),
    }


def _exactly(value: float | None) -> Bounds | None:
    return None if value is None else (value, value)


def _trl(profile: Profile) -> Bounds | None:
    if isinstance(profile, Project):
        return _exactly(profile.trl)
    lowest = profile.trl_minimum if isinstance(profile, RdDemand | Scenario) else None
    highest = profile.trl_maximum if isinstance(profile, Scenario) else None
    return None if lowest is None and highest is None else (lowest or 1, highest or 9)


def _amount(profile: Profile) -> Bounds | None:
    value: Money | MoneyRange | None = None
    match profile:
        case Project():
            value = profile.amount_sought
        case RdDemand() | Scenario():
            value = profile.budget
        case Investor():
            value = profile.ticket
    if value is None or value.currency not in USD_PER_UNIT:
        return None
    rate = USD_PER_UNIT[value.currency]
    if isinstance(value, Money):
        return _exactly(value.amount * rate)
    if value.minimum is None and value.maximum is None:
        return None
    return (value.minimum or 0.0) * rate, math.inf if value.maximum is None else value.maximum * rate


def _dates(profile: Profile) -> Mapping[DateAttribute, Days | None]:
    deadline = profile.deadline if isinstance(profile, RdDemand | Scenario) else None
    last = profile.track_record.last_date if profile.track_record else None
    return {
        DateAttribute.DEADLINE: _one_day(deadline),
        DateAttribute.VALID_FROM: _one_day(profile.validity.valid_from),
        DateAttribute.VALID_UNTIL: _one_day(profile.validity.valid_until),
        DateAttribute.LAST_ACTIVITY: None if last is None else _all_days(last),
    }


def _one_day(day: date | None) -> Days | None:
    return None if day is None else (day, day)


def _all_days(text: str) -> Days | None:
    """First and last day of `2013`, `2013-05` or `2013-05-17`; None where the calendar has no such day."""
    year, month, day = (*(int(part) for part in text.split("-")), None, None)[:3]
    try:
        first = date(year or 1, month or 1, day or 1)
        last = date(first.year, month or 12, day or monthrange(first.year, month or 12)[1])
    except ValueError:
        return None
    return first, last


def _places(profile: Profile) -> Sequence[tuple[str, ...]]:
    regions = (profile.region, *(profile.regions if isinstance(profile, Investor) else ()))
    return [keys for keys in map(_keys, regions) if any(keys)]


def _keys(region: Region) -> tuple[str, ...]:
    names = (region.country, region.province, region.city, region.district)
    return region_keys(tuple((name or "").lower() for name in names))
