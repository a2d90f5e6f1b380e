"""Typed attributes of profiles: what conditions may ask, of one document and, as columns, of many at once."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from services.matcher.domain.amounts import amount_usd
from services.matcher.domain.profile_fields import field_value, trl_bounds
from services.matcher.domain.profile_rules import SourcedRule, profile_rules
from services.matcher.domain.region_keys import region_keys
from services.matcher.domain.truth import Truths
from shared.contracts.kinds import Kind
from shared.contracts.parts import Region
from shared.contracts.profiles import Profile, ProfileCommon
from shared.contracts.rules import DateAttribute, NumberAttribute, SetAttribute
from shared.contracts.vocabularies import Language, Visibility

Mask = npt.NDArray[np.bool_]
FOREVER = int(np.iinfo(np.int32).max)
_ALL_DAYS = (0, FOREVER)
REGION_LEVELS = ("country", "province", "city", "district")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What conditions may ask of one document; words in lower case, days as proleptic ordinals."""

    kind: Kind
    words: dict[SetAttribute, frozenset[str]]
    numbers: dict[NumberAttribute, tuple[float, float]]
    """Lower and upper bound, equal for a plain number; absent where unknown."""
    regions: tuple[tuple[str, ...], ...]
    """Lower-case paths (country, province, city, district), empty strings where unknown, none where all are."""
    dates: dict[DateAttribute, tuple[int, int]]
    """First and last day that it may be, equal for a whole date; absent where unknown."""
    rules: tuple[SourcedRule, ...] = ()
    """What it asks of a counterpart itself."""

    @property
    def open_from(self) -> int:
        """The first day on which it takes part."""
        return self.dates.get(DateAttribute.VALID_FROM, (0, 0))[0]

    @property
    def open_until(self) -> int:
        """The last day on which it takes part and can be answered."""
        ends = (DateAttribute.VALID_UNTIL, DateAttribute.DEADLINE)
        return min((self.dates[name][1] for name in ends if name in self.dates), default=FOREVER)


def profile_attributes(profile: Profile, language: Language) -> Attributes:
    """The attributes of a profile of any kind: a field that a kind lacks is unknown."""
    return Attributes(
        kind=profile.kind,
        words={name: values for name, values in _words(profile, language).items() if values},
        numbers=_numbers(profile),
        regions=_places((profile.region, *(field_value(profile, "regions") or ()))),
        dates=_dates(profile),
        rules=profile_rules(profile),
    )


def _words(profile: ProfileCommon, language: Language) -> dict[SetAttribute, frozenset[str]]:
    stages = {field_value(profile, name) for name in ("company_stage", "funding_round", "phase")}
    return {
        SetAttribute.SECTOR: _lower(profile.sectors),
        SetAttribute.KEYWORD: _lower(profile.keywords),
        SetAttribute.STAGE: _lower(str(stage) for stage in (*stages, *(field_value(profile, "stages") or ())) if stage),
        SetAttribute.LANGUAGE: frozenset({language.value}),
        # A filter must not tell what an anonymous poster hides.
        SetAttribute.ORGANISATION: _lower(
            (profile.organisation,) if profile.organisation and profile.visibility is not Visibility.ANONYMOUS else ()
        ),
        SetAttribute.SOURCE: _lower((profile.source,)),
        SetAttribute.NEED_TYPE: _lower(need.type for need in profile.needs if need.type),
    }


def _lower(words: object) -> frozenset[str]:
    return frozenset(str(word).lower() for word in words)  # type: ignore[attr-defined] # any iterable of words


def _numbers(profile: ProfileCommon) -> dict[NumberAttribute, tuple[float, float]]:
    record = profile.track_record
    found = {
        NumberAttribute.TRL: trl_bounds(profile),
        NumberAttribute.AMOUNT_USD: amount_usd(profile),
        NumberAttribute.TEAM_SIZE: _point(field_value(profile, "team_size")),
        NumberAttribute.CAPACITY: _point(field_value(profile, "capacity")),
        NumberAttribute.TRACK_RECORD: _point(record.total if record else None),
        NumberAttribute.FOUNDED: _point(field_value(profile, "founded")),
    }
    return {name: bounds for name, bounds in found.items() if bounds}


def _point(value: float | None) -> tuple[float, float] | None:
    return None if value is None else (float(value), float(value))


def _dates(profile: ProfileCommon) -> dict[DateAttribute, tuple[int, int]]:
    record = profile.track_record
    found = {
        DateAttribute.DEADLINE: _day(field_value(profile, "deadline")),
        DateAttribute.VALID_FROM: _day(profile.validity.valid_from),
        DateAttribute.VALID_UNTIL: _day(profile.validity.valid_until),
        DateAttribute.LAST_ACTIVITY: days_of(record.last_date) if record and record.last_date else None,
    }
    return {name: days for name, days in found.items() if days}


def _day(day: date | None) -> tuple[int, int] | None:
    return None if day is None else (day.toordinal(), day.toordinal())


def days_of(partial_date: str) -> tuple[int, int] | None:
    """First and last day of a year, a month or a day; None where the calendar has no such day."""
    year, month, day = (*(int(part) for part in partial_date.split("-")), 0, 0)[:3]
    try:
        first = date(year, month or 1, day or 1)
        last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    except ValueError:
        return None  # such as 2021-02-30: the wire checks the form, not the calendar
    return first.toordinal(), last.toordinal()


def _places(regions: Sequence[Region]) -> tuple[tuple[str, ...], ...]:
    """The paths that name at least one level, each once."""
    return tuple(dict.fromkeys(path for path in map(region_path, regions) if any(path)))


def region_path(region: Region) -> tuple[str, ...]:
    """Country, province, city and district in lower case, empty where unknown."""
    return tuple((getattr(region, level) or "").lower() for level in REGION_LEVELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordColumn:
    """A set of words a row, stored as sorted rows under each word."""

    rows: dict[str, npt.NDArray[np.int32]]
    counts: npt.NDArray[np.int16]
    """(size,) words a row."""
    unknown: Truths
    """(size,) 1 where a row has no word, else 0: unknown and fail."""

    def hits(self, words: Iterable[str]) -> Iterator[npt.NDArray[np.int32]]:
        """The rows of each distinct word; compared without case."""
        for word in {word.lower() for word in words}:
            if word in self.rows:
                yield self.rows[word]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """Bounds a row, NaN where unknown."""

    lower: npt.NDArray[np.float64]
    upper: npt.NDArray[np.float64]
    unknown: Truths
    """(size,) 1 where unknown, else 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateColumn:
    """First and last day a row; where unknown, all days, so that every comparison is undecided."""

    lower: npt.NDArray[np.int32]
    upper: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionColumns:
    """Places a row as numbers of their names, level by level; 0 where a level is unknown."""

    names: dict[tuple[int, str], int]
    """Number by level and `region_keys`' key."""
    first: npt.NDArray[np.int32]
    """(levels, size) each row's first place; all 0 where it has none."""
    more: npt.NDArray[np.int32]
    """(levels, m) the further places."""
    more_rows: npt.NDArray[np.int32]
    """(m,) the row of each further place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeTable:
    """The attributes of many documents, by column."""

    size: int
    kinds: npt.NDArray[np.int8]
    """Index into `list(Kind)`."""
    words: dict[SetAttribute, WordColumn]
    numbers: dict[NumberAttribute, NumberColumn]
    dates: dict[DateAttribute, DateColumn]
    regions: RegionColumns
    open_from: npt.NDArray[np.int32]
    open_until: npt.NDArray[np.int32]

    def kind_mask(self, kinds: Sequence[Kind]) -> Mask:
        """Rows of one of the kinds."""
        mask = np.zeros(self.size, dtype=bool)
        for code, kind in enumerate(Kind):
            if kind in kinds:
                mask |= self.kinds == code
        return mask


def attribute_table(documents: Sequence[Attributes]) -> AttributeTable:
    """Columns over the documents, in their order."""
    order = {kind: code for code, kind in enumerate(Kind)}
    dates = {name: _date_column(name, documents) for name in DateAttribute}
    return AttributeTable(
        size=len(documents),
        kinds=np.array([order[document.kind] for document in documents], dtype=np.int8),
        words={name: _word_column(name, documents) for name in SetAttribute},
        numbers={name: _number_column(name, documents) for name in NumberAttribute},
        dates=dates,
        regions=_region_columns(documents),
        open_from=dates[DateAttribute.VALID_FROM].lower,
        open_until=np.minimum(dates[DateAttribute.VALID_UNTIL].upper, dates[DateAttribute.DEADLINE].upper),
    )


def _word_column(name: SetAttribute, documents: Sequence[Attributes]) -> WordColumn:
    rows: dict[str, list[int]] = {}
    counts = np.zeros(len(documents), dtype=np.int16)
    for row, document in enumerate(documents):
        words = document.words.get(name)
        if words:
            counts[row] = len(words)
            for word in words:
                rows.setdefault(word, []).append(row)
    return WordColumn(
        rows={word: np.array(found, dtype=np.int32) for word, found in rows.items()},
        counts=counts,
        unknown=(counts == 0).astype(np.int8),
    )


def _number_column(name: NumberAttribute, documents: Sequence[Attributes]) -> NumberColumn:
    unknown = (np.nan, np.nan)
    bounds = np.array([document.numbers.get(name, unknown) for document in documents], dtype=np.float64).reshape(-1, 2)
    lower, upper = np.ascontiguousarray(bounds.T)
    return NumberColumn(lower=lower, upper=upper, unknown=np.isnan(lower).astype(np.int8))


def _date_column(name: DateAttribute, documents: Sequence[Attributes]) -> DateColumn:
    days = np.array([document.dates.get(name, _ALL_DAYS) for document in documents], dtype=np.int32).reshape(-1, 2)
    lower, upper = np.ascontiguousarray(days.T)
    return DateColumn(lower=lower, upper=upper)


def _region_columns(documents: Sequence[Attributes]) -> RegionColumns:
    names: dict[tuple[int, str], int] = {}
    paths: dict[tuple[str, ...], tuple[int, ...]] = {(): (0,) * len(REGION_LEVELS)}
    for document in documents:
        for path in document.regions:
            if path not in paths:
                paths[path] = _numbered(path, names)
    more = [(row, paths[path]) for row, document in enumerate(documents) for path in document.regions[1:]]
    return RegionColumns(
        names=names,
        first=_by_level([paths[document.regions[0] if document.regions else ()] for document in documents]),
        more=_by_level([numbers for _, numbers in more]),
        more_rows=np.array([row for row, _ in more], dtype=np.int32),
    )


def _numbered(path: Sequence[str], names: dict[tuple[int, str], int]) -> tuple[int, ...]:
    levels = enumerate(region_keys(path))
    return tuple(names.setdefault((level, key), len(names) + 1) if key else 0 for level, key in levels)


def _by_level(places: Sequence[tuple[int, ...]]) -> npt.NDArray[np.int32]:
    return np.ascontiguousarray(np.array(places, dtype=np.int32).reshape(-1, len(REGION_LEVELS)).T)
