"""Filters on a counterpart's attributes: conditions that are applied inside the search, all of them."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import Line, WireModel
from shared.contracts.parts import Region


class SetAttribute(StrEnum):
    """Attributes that hold one or several words."""

    SECTOR = "sector"
    KEYWORD = "keyword"
    STAGE = "stage"
    LANGUAGE = "language"
    ORGANISATION = "organisation"
    SOURCE = "source"
    NEED_TYPE = "need_type"


class NumberAttribute(StrEnum):
    """Attributes that hold a number; amounts are in US dollars at the fixed reference rates."""

    TRL = "trl"
    AMOUNT_USD = "amount_usd"
    TEAM_SIZE = "team_size"
    CAPACITY = "capacity"
    TRACK_RECORD = "track_record"


class Overlaps(WireModel):
    """At least one of the values; compared without case."""

    op: Literal["overlaps"] = "overlaps"
    attribute: SetAttribute
    values: Annotated[tuple[Line, ...], Field(min_length=1, max_length=100)]


class NotIn(WireModel):
    """None of the values; compared without case."""

    op: Literal["not_in"] = "not_in"
    attribute: SetAttribute
    values: Annotated[tuple[Line, ...], Field(min_length=1, max_length=100)]


class Range(WireModel):
    """Between the bounds, both included; an attribute that is itself a range must overlap them."""

    op: Literal["range"] = "range"
    attribute: NumberAttribute
    minimum: float | None = None
    maximum: float | None = None


class Within(WireModel):
    """Inside the region: every level given must be equal, compared without case."""

    op: Literal["within"] = "within"
    region: Region


class OpenOn(WireModel):
    """Deadline and validity still open on this day; a profile without either is open."""

    op: Literal["open_on"] = "open_on"
    day: date


Filter = Annotated[Overlaps | NotIn | Range | Within | OpenOn, Field(discriminator="op")]
FILTER_OPERATORS: tuple[str, ...] = ("overlaps", "not_in", "range", "within", "open_on")
"""The values of `op`, one a filter."""
