"""What scoring may ask of a profile beside its texts: sectors, places, stages, amounts, track record; pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from services.matcher.domain.amounts import amount_usd, in_usd
from services.matcher.domain.places import Place, place_of
from services.matcher.domain.profile_fields import field_value, trl_bounds
from services.matcher.domain.sectors import finest_codes, sector_codes
from services.matcher.domain.tag_pieces import tag_pieces
from shared.contracts.parts import Region, TrackRecord
from shared.contracts.profiles import Kind, ProfileCommon
from shared.contracts.vocabularies import CompanyStage, Visibility

Bounds = tuple[float, float]
"""Lower and upper end; equal for a plain number."""
LADDER: Mapping[CompanyStage, float] = {
    CompanyStage.IDEA: 0.0,
    CompanyStage.FEASIBILITY: 0.5,
    CompanyStage.SEED_ANGEL: 1.0,
    CompanyStage.PROTOTYPE: 1.0,
    CompanyStage.PRE_A: 2.0,
    CompanyStage.SERIES_A: 3.0,
    CompanyStage.VENTURE: 3.5,
    CompanyStage.SERIES_B: 4.0,
    CompanyStage.SERIES_C_PLUS: 5.0,
    CompanyStage.GROWTH: 6.0,
    CompanyStage.STRATEGIC: 6.0,
    CompanyStage.PUBLIC_MARKET: 7.0,
    CompanyStage.OTHER: 100.0,
}
"""Steps of a company's way, early to late; stages on one step stand for the same maturity. `other` is far from all."""
_STAGES = frozenset(CompanyStage)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """What was done before; names in lower case, days as proleptic ordinals, amounts in US dollars."""

    total: float | None = None
    first_day: int | None = None
    last_day: int | None = None
    sectors: Mapping[str, float]
    """Deals by finest sector code; a word of several codes counts a part for each, an unknown one for none."""
    places: Mapping[str, float]
    """Deals by place key."""
    stages: Mapping[CompanyStage, float]
    """Deals by stage."""
    amounts: tuple[float, float, float] | None = None
    """10th percentile, median and 90th of the deals' amounts."""
    response_rate: float | None = None
    companies: frozenset[str] = frozenset()
    """Keys of the companies that an investor names among its deals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFacts:
    """Facts of one profile; what is unknown is empty or None."""

    kind: Kind
    organisation: str | None
    """In lower case, for limits by organisation; never shown."""
    is_anonymous: bool
    sectors: frozenset[str]
    """Codes of the sector vocabulary, both levels."""
    tags: frozenset[str]
    """Pieces of the sectors and keywords that no code explains."""
    place: Place | None
    place_keys: frozenset[str]
    """The profile's province, city and district as records count deals by them."""
    places_served: tuple[Place, ...] = ()
    """Where it looks: an investor's regions."""
    stages: frozenset[CompanyStage] = frozenset()
    """All that the profile names: its own, or those it looks for."""
    round: CompanyStage | None = None
    """The round it raises, else its stage or phase."""
    trl: Bounds | None = None
    amount: Bounds | None = None
    """Sought, offered or budgeted, in US dollars."""
    deadline: int | None = None
    capacity: int | None = None
    company_keys: frozenset[str] = frozenset()
    """What an investor that financed a project would name it; nothing of an anonymous one."""
    record: RecordFacts | None = None


def profile_facts(profile: ProfileCommon) -> ProfileFacts:
    """The facts of a profile of any kind: a field that a kind lacks is unknown."""
    place = _place(profile.region)
    return ProfileFacts(
        kind=field_value(profile, "kind"),
        organisation=profile.organisation.lower() if profile.organisation else None,
        is_anonymous=profile.visibility is Visibility.ANONYMOUS,
        sectors=sector_codes(profile.sectors),
        tags=tag_pieces((*profile.sectors, *profile.keywords)),
        place=place,
        place_keys=frozenset(_place_keys(place)) if place else frozenset(),
        places_served=tuple(place for region in field_value(profile, "regions") or () if (place := _place(region))),
        stages=frozenset(stage for stage in (*_own_stages(profile), *(field_value(profile, "stages") or ())) if stage),
        round=next((stage for stage in _own_stages(profile) if stage), None),
        trl=trl_bounds(profile),
        amount=amount_usd(profile),
        deadline=_ordinal(field_value(profile, "deadline")),
        capacity=field_value(profile, "capacity"),
        company_keys=_company_keys(profile),
        record=_record(profile.track_record, field_value(profile, "kind")) if profile.track_record else None,
    )


def company_keys(names: Iterable[str]) -> frozenset[str]:
    """Names without case, spaces and punctuation, so that different spellings of a company meet."""
    keys = (re.sub(r"[\W_]+", "", name.casefold()) for name in names)
    return frozenset(key for key in keys if len(key) > 1)


def _company_keys(profile: ProfileCommon) -> frozenset[str]:
    if field_value(profile, "kind") is not Kind.PROJECT or profile.visibility is Visibility.ANONYMOUS:
        return frozenset()
    return company_keys(name for name in (profile.title, profile.organisation) if name)


def _place(region: Region) -> Place | None:
    if not any((region.country, region.province, region.city, region.district)):
        return None
    return place_of(region.country, region.province, region.city, region.district)


def _place_keys(place: Place) -> Iterator[str]:
    """One key a level below the country: the path from the country down."""
    path = place.country or ""
    for name in (place.province, place.city, place.district):
        if name:
            path = f"{path}/{name}"
            yield path


def _own_stages(profile: ProfileCommon) -> tuple[CompanyStage | None, ...]:
    return tuple(field_value(profile, name) for name in ("funding_round", "company_stage", "phase"))


def _ordinal(day: date | None) -> int | None:
    return day.toordinal() if day else None


def _record(record: TrackRecord, kind: Kind) -> RecordFacts:
    amounts = [in_usd(amount) for amount in (record.amount_p10, record.amount_median, record.amount_p90)]
    median = amounts[1]
    return RecordFacts(
        total=None if record.total is None else float(record.total),
        first_day=_partial_day(record.first_date),
        last_day=_partial_day(record.last_date),
        sectors=_sector_counts(record.sector_counts),
        places=_place_counts(record.region_counts),
        stages={CompanyStage(name): float(count) for name, count in record.stage_counts.items() if name in _STAGES},
        amounts=None if median is None else (amounts[0] or median, median, amounts[2] or median),
        response_rate=record.response_rate,
        companies=company_keys(item.title for item in record.items) if kind is Kind.INVESTOR else frozenset(),
    )


def _sector_counts(counts: Mapping[str, int]) -> dict[str, float]:
    by_code: dict[str, float] = {}
    for word, count in counts.items():
        codes = sorted(finest_codes(sector_codes((word,))))
        for code in codes:
            by_code[code] = by_code.get(code, 0.0) + count / len(codes)
    return by_code


def _place_counts(counts: Mapping[str, int]) -> dict[str, float]:
    """Counts under the finest key of each name; a name of a country alone says too little."""
    by_key: dict[str, float] = {}
    for word, count in counts.items():
        keys = list(_place_keys(place_of(province=word)))
        if keys:
            by_key[keys[-1]] = by_key.get(keys[-1], 0.0) + count
    return by_key


def _partial_day(text: str | None) -> int | None:
    """The middle of the year, month or day that a partial date names."""
    if text is None:
        return None
    year, month, day = (*text.split("-"), *("",) * 2)[:3]
    try:
        return date(int(year), int(month or 7), int(day or (15 if month else 1))).toordinal()
    except ValueError:
        return None  # such as 2021-02-30: the wire checks the form, not the calendar
