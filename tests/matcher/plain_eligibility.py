"""Eligibility as the contract's words say it, one profile at a time: what the columns must agree with."""

from collections.abc import Iterable

from services.matcher.domain.attributes import USD_PER_UNIT
from shared.contracts.filters import Filter, NotIn, NumberAttribute, OpenOn, Overlaps, Range, SetAttribute, Within
from shared.contracts.parts import Money, Region
from shared.contracts.profiles import Investor, PilotPlatform, Profile, Project, RdDemand, Scenario
from shared.contracts.vocabularies import Language

INFINITY = float("inf")


def passes(profile: Profile, language: Language, condition: Filter) -> bool:
    """Whether the profile passes one filter."""
    match condition:
        case Overlaps(attribute=attribute, values=values):
            return not words_of(profile, language, attribute).isdisjoint(value.lower() for value in values)
        case NotIn(attribute=attribute, values=values):
            return words_of(profile, language, attribute).isdisjoint(value.lower() for value in values)
        case Range(attribute=attribute, minimum=minimum, maximum=maximum):
            bounds = bounds_of(profile, attribute)
            lowest = -INFINITY if minimum is None else minimum
            highest = INFINITY if maximum is None else maximum
            return bounds is not None and bounds[0] <= highest and bounds[1] >= lowest
        case Within(region=region):
            return is_empty(region) or any(lies_within(own, region) for own in regions_of(profile))
        case OpenOn(day=day):
            deadline = profile.deadline if isinstance(profile, RdDemand | Scenario) else None
            first, last = profile.validity.valid_from, profile.validity.valid_until
            return not (first and first > day) and all(end >= day for end in (last, deadline) if end)


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
            found = (profile.organisation,)
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


def lies_within(own: Region, asked: Region) -> bool:
    """Whether every level that is asked for is equal."""
    pairs = zip(own.model_dump().values(), asked.model_dump().values(), strict=True)
    return all((mine or "").lower() == wanted.lower() for mine, wanted in pairs if wanted)
