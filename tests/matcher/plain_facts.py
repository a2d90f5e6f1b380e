"""Structured signals of one pair of profiles from their definitions, in plain Python: part of the ranking's oracle."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, inf, log, log1p, log10
from typing import TypeVar

import numpy as np

from services.matcher.domain.facts import LADDER, Bounds, ProfileFacts, RecordFacts
from services.matcher.domain.places import proximity
from services.matcher.domain.sectors import affinity
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import CompanyStage, Signal

_Key = TypeVar("_Key", bound=str)
Values = dict[Signal, float | None]
"""By signal, in [0, 1]; None where a fact is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRecords:
    """All deals of one kind's records, by what they are counted by."""

    sectors: Mapping[str, float]
    places: Mapping[str, float]
    stages: Mapping[CompanyStage, float]
    newest_day: float
    holders: Sequence[RecordFacts]
    sectors_akin: "Akin"
    places_akin: "Akin"


class Akin:
    """The kinship of each two keys that deals are counted by; each is worked out once."""

    def __init__(self, holders: Sequence[Mapping[str, float]]) -> None:
        self._holders = holders
        self._known: dict[tuple[str, str], float] = {}

    def __call__(self, one: str, other: str) -> float:
        if (one, other) not in self._known:
            self._known[one, other] = _kinship(one, other, self._holders)
        return self._known[one, other]


def plain_records(facts: Sequence[ProfileFacts], kind: Kind) -> PlainRecords:
    """Sums over the records of a kind."""
    sectors: Counter[str] = Counter()
    places: Counter[str] = Counter()
    stages: Counter[CompanyStage] = Counter()
    records = [one.record for one in facts if one.kind is kind and one.record]
    for record in records:
        sectors.update(record.sectors)
        places.update(record.places)
        stages.update(record.stages)
    newest = max((record.last_day for record in records if record.last_day), default=0)
    return PlainRecords(
        sectors=sectors,
        places=places,
        stages=stages,
        newest_day=newest,
        holders=records,
        sectors_akin=Akin([one.sectors for one in records]),
        places_akin=Akin([one.places for one in records]),
    )


def plain_structured(
    subject: ProfileFacts, target: ProfileFacts, records: Mapping[Kind, PlainRecords], as_of: date | None
) -> tuple[Values, Values]:
    """Signals of both directions: a record is experience of whoever offers and habit of whoever needs."""
    theirs, own = _record(target, subject, records[target.kind]), _record(subject, target, records[subject.kind])
    sizes = [one[2] for one in (theirs, own) if one[2] is not None]
    with_theirs, with_own = (
        _co_investment(target, subject, records[target.kind]),
        _co_investment(subject, target, records[subject.kind]),
    )
    shared = {**plain_shared(subject, target, as_of), Signal.DEAL_SIZE: max(sizes, default=None)}
    return (
        {**shared, **theirs[0], **own[1], **with_theirs},
        {**shared, **own[0], **theirs[1], **with_own},
    )


def plain_shared(subject: ProfileFacts, target: ProfileFacts, as_of: date | None) -> Values:
    """Signals that are the same from both sides."""
    return {
        Signal.SECTOR: affinity(subject.sectors, target.sectors),
        Signal.TAGS: _dice(subject.tags, target.tags),
        Signal.REGION: _nearest(subject, target),
        Signal.STAGE: _closeness(_steps(subject), _steps(target), 3),
        Signal.TRL: _closeness(subject.trl, target.trl, 4),
        Signal.AMOUNT: _closeness(_powers(subject.amount), _powers(target.amount), 1.5),
        Signal.DEADLINE: _deadline(subject, target, as_of),
    }


def _dice(one: frozenset[str], other: frozenset[str]) -> float | None:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else None


def _nearest(subject: ProfileFacts, target: ProfileFacts) -> float | None:
    mine = [subject.place] if subject.place else []
    yours = [target.place] if target.place else []
    pairs = [(a, b) for a in (*mine, *subject.places_served) for b in yours]
    pairs += [(a, b) for a in mine for b in target.places_served]
    return max((near for a, b in pairs if (near := proximity(a, b)) is not None), default=None)


def _steps(facts: ProfileFacts) -> Bounds | None:
    steps = [LADDER[stage] for stage in facts.stages if stage is not CompanyStage.OTHER]
    return (min(steps), max(steps)) if steps else None


def _powers(amount: Bounds | None) -> Bounds | None:
    return amount and (log10(max(amount[0], 1)), log10(max(amount[1], 1)))


def _closeness(one: Bounds | None, other: Bounds | None, reach: float) -> float | None:
    if one is None or other is None:
        return None
    gap = max(other[0] - one[1], one[0] - other[1], 0)
    return max(1 - gap / reach, 0)


def _deadline(subject: ProfileFacts, target: ProfileFacts, as_of: date | None) -> float | None:
    days = [one.deadline for one in (subject, target) if one.deadline is not None]
    if as_of is None or not days:
        return None
    return min(max((min(days) - as_of.toordinal()) / 60, 0), 1)


def _record(holder: ProfileFacts, other: ProfileFacts, average: PlainRecords) -> tuple[Values, Values, float | None]:
    """Experience, habit and fit of the amounts, for the deals of one side that are like the other side."""
    record = holder.record or RecordFacts(sectors={}, places={}, stages={})
    codes = {*record.sectors, *average.sectors} if other.sectors else set()
    sector = _counted(record.sectors, average.sectors, {code: _alike(code, other.sectors) for code in codes})
    place = _counted(record.places, average.places, dict.fromkeys(other.place_keys, 1.0))
    stage = _counted(record.stages, average.stages, _near_stages(other))
    pace, recency = _pace(record), _recency(record, average)
    experience: Values = {
        Signal.SECTOR_RECORD: _depth(sector),
        Signal.REGION_RECORD: _depth(place),
        Signal.STAGE_RECORD: _depth(stage),
        Signal.ACTIVITY: None if record.total is None else min(log1p(record.total) / log(501), 1),
        Signal.PACE: pace,
        Signal.RECENCY: recency,
        Signal.RESPONSIVENESS: record.response_rate,
    }
    habit: Values = {
        Signal.SECTOR_SHARE: _preference(sector),
        Signal.REGION_SHARE: _preference(place),
        Signal.STAGE_SHARE: _preference(stage),
        Signal.KINDRED_SECTORS: _preference(
            _kindred(record.sectors, average.sectors, average.sectors_akin, dict.fromkeys(other.sectors, 1.0))
        ),
        Signal.KINDRED_REGIONS: _preference(
            _kindred(
                record.places,
                average.places,
                average.places_akin,
                {key: average.places.get(key, 0.0) for key in other.place_keys},
            )
        ),
        Signal.RECENT_HABIT: recency,
        Signal.APPETITE: pace,
    }
    return experience, habit, _size(record, other.amount)


def _alike(code: str, sectors: frozenset[str]) -> float:
    """1 in the same sector, .6 in the same field."""
    if "/" in code and code in sectors:
        return 1.0
    return 0.6 if code.partition("/")[0] in {one.partition("/")[0] for one in sectors} else 0.0


def _near_stages(other: ProfileFacts) -> dict[CompanyStage, float]:
    """Deals a step off count e^-1.5."""
    if other.round is None:
        return {}
    return {stage: exp(-1.5 * abs(LADDER[stage] - LADDER[other.round])) for stage in LADDER}


def _counted(
    counts: Mapping[_Key, float], average: Mapping[_Key, float], alike: Mapping[_Key, float]
) -> tuple[float, float, float] | None:
    """Deals that count, all deals, the usual share; None without deals or without anything to be like."""
    total = sum(counts.values())
    if not total or not alike:
        return None
    like, usual = (sum(count * alike.get(key, 0.0) for key, count in some.items()) for some in (counts, average))
    return like, total, usual / max(sum(average.values()), 1)


def _depth(counted: tuple[float, float, float] | None) -> float | None:
    return counted and min(log1p(counted[0]) / log(301), 1)


def _preference(counted: tuple[float, float, float] | None) -> float | None:
    if counted is None:
        return None
    like, total, usual = counted[0], counted[1], min(max(counted[2], 1e-3), 1)
    lift = (like + 5 * usual) / (total + 5) / usual
    return min(0.5 + log(max(lift, 0.01)) / log(10_000), 1)


def _kindred(
    counts: Mapping[str, float], average: Mapping[str, float], akin: Akin, own: Mapping[str, float]
) -> tuple[float, float, float] | None:
    """As `_counted`, where a deal counts by the squared cosine of its key's deals with those of the own keys' mean."""
    known = {key: weight for key, weight in own.items() if average.get(key, 0) > 0}
    whole = sum(known.values())
    alike = {
        other: sum(weight * akin(key, other) for key, weight in known.items()) / whole for other in average if known
    }
    return _counted(counts, average, alike)


def _kinship(one: str, other: str, holders: Sequence[Mapping[str, float]]) -> float:
    both = sum(holder.get(one, 0.0) * holder.get(other, 0.0) for holder in holders)
    lengths = [sum(holder.get(key, 0.0) ** 2 for holder in holders) for key in (one, other)]
    kinship = both * both / (lengths[0] * lengths[1]) if both else 0.0
    return kinship if kinship >= 0.01 else 0.0


def _co_investment(holder: ProfileFacts, other: ProfileFacts, average: PlainRecords) -> Values:
    """Cosines of the holder's portfolio with those of the other side's backers; known only where they are above 0."""
    own = holder.record.companies if holder.record else frozenset()
    if own & other.company_keys:
        return {Signal.CO_INVESTMENT: None, Signal.ALREADY_BACKED: 1.0}
    backers = [one.companies for name in other.company_keys for one in average.holders if name in one.companies]
    cosines = sum(len(own & backer) / (len(own) * len(backer)) ** 0.5 for backer in backers) if own else 0.0
    return {Signal.CO_INVESTMENT: min(2 * cosines, 1) if cosines else None, Signal.ALREADY_BACKED: None}


def _pace(record: RecordFacts) -> float | None:
    if record.total is None or record.first_day is None or record.last_day is None:
        return None
    first, last = (np.floor(np.float32(day) / np.float32(365.25)) for day in (record.first_day, record.last_day))
    return min(log1p(record.total / float(last - first + 1)) / log(51), 1)


def _recency(record: RecordFacts, average: PlainRecords) -> float | None:
    return None if record.last_day is None else exp(-max(average.newest_day - record.last_day, 0) / 365.25)


def _size(record: RecordFacts, amount: Bounds | None) -> float | None:
    if record.amounts is None or amount is None:
        return None
    lower, upper = (log(max(bound, 1)) for bound in amount)
    middle = lower if upper == inf else (lower + upper) / 2
    p10, median, p90 = (log(max(one, 1)) for one in record.amounts)
    z = (middle - median) / max(0.7, (p90 - p10) / 2.563)
    return exp(-z * z / 2)
