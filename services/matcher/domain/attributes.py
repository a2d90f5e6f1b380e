"""Typed attributes of profiles as columns, one row a document, so that conditions run over all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from shared.contracts.filters import NumberAttribute, SetAttribute
from shared.contracts.parts import Money, MoneyRange, Region
from shared.contracts.profiles import Kind, Profile, ProfileCommon
from shared.contracts.vocabularies import Language, Visibility

Mask = npt.NDArray[np.bool_]
USD_PER_UNIT = {"USD": 1.0, "CNY": 0.14, "EUR": 1.1, "GBP": 1.27, "JPY": 0.0067, "HKD": 0.128, "CAD": 0.73, "CHF": 1.13}
"""Fixed reference rates: amounts are compared by order of magnitude, and an answer must not change with the day."""
FOREVER = np.iinfo(np.int32).max
REGION_LEVELS = ("country", "province", "city", "district")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What conditions may ask of one document; words in lower case, days as proleptic ordinals."""

    kind: Kind
    words: dict[SetAttribute, frozenset[str]]
    numbers: dict[NumberAttribute, tuple[float, float]]
    """Lower and upper bound, equal for a plain number; absent where unknown."""
    regions: tuple[tuple[str, ...], ...]
    """Lower-case paths (country, province, city, district), empty strings where unknown."""
    open_from: int
    open_until: int


def profile_attributes(profile: Profile, language: Language) -> Attributes:
    """The attributes of a profile of any kind: a field that a kind lacks is unknown."""
    validity = profile.validity
    deadline: date | None = _field(profile, "deadline")
    last_days = [day.toordinal() for day in (validity.valid_until, deadline) if day]
    return Attributes(
        kind=profile.kind,
        words={name: values for name, values in _words(profile, language).items() if values},
        numbers=_numbers(profile),
        regions=tuple(_region_path(region) for region in (profile.region, *(_field(profile, "regions") or ()))),
        open_from=validity.valid_from.toordinal() if validity.valid_from else 0,
        open_until=min(last_days, default=FOREVER),
    )


def _field(profile: ProfileCommon, name: str) -> Any:  # Any: whatever the kind keeps under that name
    """The field's value; None where the kind has no such field (a missing attribute of a pydantic model is slow)."""
    return profile.__dict__.get(name)


def _words(profile: ProfileCommon, language: Language) -> dict[SetAttribute, frozenset[str]]:
    stages = {_field(profile, name) for name in ("company_stage", "funding_round", "phase")}
    return {
        SetAttribute.SECTOR: _lower(profile.sectors),
        SetAttribute.KEYWORD: _lower(profile.keywords),
        SetAttribute.STAGE: _lower(str(stage) for stage in (*stages, *(_field(profile, "stages") or ())) if stage),
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
        NumberAttribute.TRL: _trl(profile),
        NumberAttribute.AMOUNT_USD: _amount_usd(profile),
        NumberAttribute.TEAM_SIZE: _point(_field(profile, "team_size")),
        NumberAttribute.CAPACITY: _point(_field(profile, "capacity")),
        NumberAttribute.TRACK_RECORD: _point(record.total if record else None),
    }
    return {name: bounds for name, bounds in found.items() if bounds}


def _point(value: float | None) -> tuple[float, float] | None:
    return None if value is None else (float(value), float(value))


def _trl(profile: ProfileCommon) -> tuple[float, float] | None:
    exact = _field(profile, "trl")
    if exact is not None:
        return _point(exact)
    lowest, highest = _field(profile, "trl_minimum"), _field(profile, "trl_maximum")
    return None if lowest is None and highest is None else (float(lowest or 1), float(highest or 9))


def _amount_usd(profile: ProfileCommon) -> tuple[float, float] | None:
    for name in ("amount_sought", "ticket", "budget"):
        value: Money | MoneyRange | None = _field(profile, name)
        rate = USD_PER_UNIT.get(value.currency) if value else None
        if value is None or rate is None:
            continue
        if isinstance(value, Money):
            return _point(value.amount * rate)
        if value.minimum is not None or value.maximum is not None:
            return ((value.minimum or 0.0) * rate, np.inf if value.maximum is None else value.maximum * rate)
    return None


def _region_path(region: Region) -> tuple[str, ...]:
    return tuple((getattr(region, level) or "").lower() for level in REGION_LEVELS)


@dataclass(frozen=True, slots=True)
class WordColumn:
    """A set of words a row, stored as sorted rows under each word."""

    rows: dict[str, npt.NDArray[np.int32]]
    known: Mask

    def any_of(self, words: Sequence[str]) -> Mask:
        """Rows that hold at least one of the words."""
        mask = np.zeros(len(self.known), dtype=bool)
        for word in words:
            mask[self.rows.get(word.lower(), np.empty(0, dtype=np.int32))] = True
        return mask


@dataclass(frozen=True, slots=True)
class AttributeTable:
    """The attributes of many documents, by column."""

    size: int
    kinds: npt.NDArray[np.int8]
    """Index into `list(Kind)`."""
    words: dict[SetAttribute, WordColumn]
    numbers: dict[NumberAttribute, npt.NDArray[np.float64]]
    """(size, 2) lower and upper bounds; NaN where unknown."""
    regions: dict[tuple[int, str], npt.NDArray[np.int32]]
    """Sorted `row * stride + path` codes by (level, name)."""
    open_from: npt.NDArray[np.int32]
    open_until: npt.NDArray[np.int32]
    _stride: int = field(default=128)

    def kind_mask(self, kinds: Sequence[Kind]) -> Mask:
        """Rows of one of the kinds."""
        allowed = np.array([kind in kinds for kind in Kind])
        mask: Mask = allowed[self.kinds]
        return mask

    def within(self, region: Region) -> Mask:
        """Rows with a path that agrees on every level given."""
        codes: npt.NDArray[np.int32] | None = None
        for level, name in enumerate(_region_path(region)):
            if name:
                here = self.regions.get((level, name), np.empty(0, dtype=np.int32))
                codes = here if codes is None else np.intersect1d(codes, here, assume_unique=True)
        mask = np.full(self.size, codes is None)
        if codes is not None:
            mask[codes // self._stride] = True
        return mask


def attribute_table(documents: Sequence[Attributes]) -> AttributeTable:
    """Columns over the documents, in their order."""
    order = {kind: code for code, kind in enumerate(Kind)}
    stride = 1 + max((len(document.regions) for document in documents), default=1)
    regions: dict[tuple[int, str], list[int]] = {}
    for row, document in enumerate(documents):
        for path_number, path in enumerate(document.regions):
            for level, name in enumerate(path):
                if name:
                    regions.setdefault((level, name), []).append(row * stride + path_number)
    return AttributeTable(
        size=len(documents),
        kinds=np.array([order[document.kind] for document in documents], dtype=np.int8),
        words={name: _word_column(name, documents) for name in SetAttribute},
        numbers={name: _number_column(name, documents) for name in NumberAttribute},
        regions={key: np.array(codes, dtype=np.int32) for key, codes in regions.items()},
        open_from=np.array([document.open_from for document in documents], dtype=np.int32),
        open_until=np.array([document.open_until for document in documents], dtype=np.int32),
        _stride=stride,
    )


def _word_column(name: SetAttribute, documents: Sequence[Attributes]) -> WordColumn:
    rows: dict[str, list[int]] = {}
    known = np.zeros(len(documents), dtype=bool)
    for row, document in enumerate(documents):
        for word in document.words.get(name, ()):
            rows.setdefault(word, []).append(row)
            known[row] = True
    return WordColumn({word: np.array(found, dtype=np.int32) for word, found in rows.items()}, known)


def _number_column(name: NumberAttribute, documents: Sequence[Attributes]) -> npt.NDArray[np.float64]:
    unknown = (np.nan, np.nan)
    bounds = [document.numbers.get(name, unknown) for document in documents]
    return np.array(bounds, dtype=np.float64).reshape(len(documents), 2)
