"""Rules as the contract's words say it, one profile at a time: what the columns must agree with."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date

from services.matcher.domain.amounts import USD_PER_UNIT
from shared.contracts.parts import Money, Region
from shared.contracts.profiles import Investor, PilotPlatform, Profile, Project, RdDemand, Scenario
from shared.contracts.rules import (
    After,
    And,
    AtLeast,
    AtMost,
    Before,
    Condition,
    DateAttribute,
    In,
    Not,
    NotIn,
    NumberAttribute,
    OpenOn,
    Or,
    Overlaps,
    Range,
    Rule,
    SetAttribute,
    Within,
)
from shared.contracts.vocabularies import Language, Visibility

INFINITY = float("inf")
FAILS, MAY, PASSES = 0, 1, 2


def passes(profile: Profile, language: Language, condition: Condition) -> bool:
    """Whether the profile passes one filter: it is known to, or nothing is known that `not_in` excludes."""
    return truth(profile, language, condition, is_filter=True) == PASSES


def rule_truth(profile: Profile, language: Language, rule: Rule) -> int:
    """What a rule says of the profile: 0, 1 or 2."""
    if rule.applies_to and profile.kind not in rule.applies_to:
        return PASSES
    return truth(profile, language, rule.condition)


def truth(profile: Profile, language: Language, condition: Condition, *, is_filter: bool = False) -> int:
    """What a condition says of the profile: 0, 1 or 2."""
    if isinstance(condition, And | Or | Not):
        return _of_parts(profile, language, condition, is_filter)
    if isinstance(condition, In | NotIn | Overlaps):
        return _of_words(words_of(profile, language, condition.attribute), condition, is_filter)
    if isinstance(condition, Range | AtLeast | AtMost):
        return _of_number(bounds_of(profile, condition.attribute), condition)
    if isinstance(condition, Before | After):
        return _of_days(days_of(profile, condition.attribute), condition)
    if isinstance(condition, Within):
        return _of_places([region for region in regions_of(profile) if not is_empty(region)], condition.region)
    return PASSES if is_open(profile, condition) else FAILS


def _of_parts(profile: Profile, language: Language, condition: And | Or | Not, is_filter: bool) -> int:
    if isinstance(condition, Not):
        return {FAILS: PASSES, MAY: MAY, PASSES: FAILS}[
            truth(profile, language, condition.condition, is_filter=is_filter)
        ]
    said = [truth(profile, language, part, is_filter=is_filter) for part in condition.conditions]
    deciding, otherwise = (FAILS, PASSES) if isinstance(condition, And) else (PASSES, FAILS)
    if deciding in said:
        return deciding
    return MAY if MAY in said else otherwise


def _of_words(words: set[str], condition: In | NotIn | Overlaps, is_filter: bool) -> int:
    if not words:
        return PASSES if is_filter and isinstance(condition, NotIn) else MAY
    listed = [word in {value.lower() for value in condition.values} for word in words]
    if isinstance(condition, In):
        return PASSES if all(listed) else FAILS
    return PASSES if any(listed) is isinstance(condition, Overlaps) else FAILS


def _of_number(bounds: tuple[float, float] | None, condition: Range | AtLeast | AtMost) -> int:
    if bounds is None:
        return MAY
    lowest, highest = -INFINITY, INFINITY
    if isinstance(condition, AtLeast):
        lowest = condition.value
    elif isinstance(condition, AtMost):
        highest = condition.value
    else:
        lowest = lowest if condition.minimum is None else condition.minimum
        highest = highest if condition.maximum is None else condition.maximum
    return PASSES if bounds[0] <= highest and bounds[1] >= lowest else FAILS


def _of_days(days: tuple[date, date] | None, condition: Before | After) -> int:
    """A year or a month says something only where all of its days say it."""
    if days is None:
        return MAY
    said = {(day < condition.day) is isinstance(condition, Before) for day in days}
    return MAY if len(said) == 2 else (PASSES if said == {True} else FAILS)


def _of_places(places: list[Region], asked: Region) -> int:
    if is_empty(asked):
        return PASSES
    said = [_of_place(place, asked) for place in places] or [MAY]
    return next(answer for answer in (PASSES, MAY, FAILS) if answer in said)


def _of_place(place: Region, asked: Region) -> int:
    pairs = zip(place.model_dump().values(), asked.model_dump().values(), strict=True)
    compared = [(own and _same_name(own), _same_name(wanted)) for own, wanted in pairs if wanted]
    if any(own and own != wanted for own, wanted in compared):
        return FAILS
    return MAY if any(own is None for own, _ in compared) else PASSES


def _same_name(name: str) -> str:
    """Of the names that the tests use, one country has two."""
    return "china" if name == "中国" else name.lower()


def is_open(profile: Profile, condition: OpenOn) -> bool:
    """Whether neither validity nor deadline excludes the day."""
    deadline = profile.deadline if isinstance(profile, RdDemand | Scenario) else None
    first, last = profile.validity.valid_from, profile.validity.valid_until
    return not (first and first > condition.day) and all(end >= condition.day for end in (last, deadline) if end)


def words_of(profile: Profile, language: Language, attribute: SetAttribute) -> set[str]:
    """The profile's values of one attribute, in lower case."""
    found: Iterable[object]
    match attribute:
        case SetAttribute.SECTOR:
            found = profile.sectors
        case SetAttribute.KEYWORD:
            found = profile.keywords
        case SetAttribute.STAGE:
            found = stages_of(profile)
        case SetAttribute.LANGUAGE:
            found = (language,)
        case SetAttribute.ORGANISATION:
            found = (profile.organisation if profile.visibility is not Visibility.ANONYMOUS else None,)
        case SetAttribute.SOURCE:
            found = (profile.source,)
        case SetAttribute.NEED_TYPE:
            found = (need.type for need in profile.needs)
    return {str(word).lower() for word in found if word is not None}


def stages_of(profile: Profile) -> tuple[object, ...]:
    """Stages of a company, of a round, of a programme, or those that an investor takes."""
    match profile:
        case Project():
            return (profile.company_stage, profile.funding_round)
        case RdDemand():
            return (profile.phase,)
        case Investor():
            return profile.stages
        case _:
            return ()


def bounds_of(profile: Profile, attribute: NumberAttribute) -> tuple[float, float] | None:
    """Lower and upper bound of a number; None where unknown."""
    value: float | None
    match attribute:
        case NumberAttribute.TRL:
            return trl_of(profile)
        case NumberAttribute.AMOUNT_USD:
            return amount_of(profile)
        case NumberAttribute.TEAM_SIZE:
            value = profile.team_size if isinstance(profile, Project) else None
        case NumberAttribute.CAPACITY:
            value = profile.capacity if isinstance(profile, PilotPlatform) else None
        case NumberAttribute.TRACK_RECORD:
            value = profile.track_record.total if profile.track_record else None
        case NumberAttribute.FOUNDED:
            value = profile.founded if isinstance(profile, Project) else None
    return None if value is None else (value, value)


def trl_of(profile: Profile) -> tuple[float, float] | None:
    """A project's level, or the levels that are wanted."""
    if isinstance(profile, Project):
        return (profile.trl, profile.trl) if profile.trl is not None else None
    lowest = profile.trl_minimum if isinstance(profile, RdDemand | Scenario) else None
    highest = profile.trl_maximum if isinstance(profile, Scenario) else None
    return None if lowest is None and highest is None else (lowest or 1, highest or 9)


def amount_of(profile: Profile) -> tuple[float, float] | None:
    """What is sought or given, in US dollars."""
    match profile:
        case Project():
            amount: object = profile.amount_sought
        case RdDemand() | Scenario():
            amount = profile.budget
        case Investor():
            amount = profile.ticket
        case _:
            amount = None
    rate = USD_PER_UNIT.get(getattr(amount, "currency", ""))
    if rate is None:
        return None
    if isinstance(amount, Money):
        return (amount.amount * rate, amount.amount * rate)
    lowest, highest = getattr(amount, "minimum", None), getattr(amount, "maximum", None)
    if lowest is None and highest is None:
        return None
    return ((lowest or 0.0) * rate, INFINITY if highest is None else highest * rate)


def regions_of(profile: Profile) -> tuple[Region, ...]:
    """Where the profile is, and where an investor invests."""
    return (profile.region, *profile.regions) if isinstance(profile, Investor) else (profile.region,)


def is_empty(region: Region) -> bool:
    """Whether no level is given."""
    return region == Region()


def days_of(profile: Profile, attribute: DateAttribute) -> tuple[date, date] | None:
    """First and last day that a date may stand for; None where unknown."""
    day: date | None
    match attribute:
        case DateAttribute.DEADLINE:
            day = profile.deadline if isinstance(profile, RdDemand | Scenario) else None
        case DateAttribute.VALID_FROM:
            day = profile.validity.valid_from
        case DateAttribute.VALID_UNTIL:
            day = profile.validity.valid_until
        case DateAttribute.LAST_ACTIVITY:
            return partial_days(profile.track_record.last_date) if profile.track_record else None
    return None if day is None else (day, day)


def partial_days(text: str | None) -> tuple[date, date] | None:
    """First and last day of `2013`, `2013-05` or `2013-05-17`."""
    if text is None:
        return None
    if len(text) == 4:
        return date(int(text), 1, 1), date(int(text), 12, 31)
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date.fromisoformat(text), date.fromisoformat(text)
