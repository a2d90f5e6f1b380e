"""The rules language: conditions on a counterpart's attributes, in filters of a request and in rules of either side."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.contracts.base import Line, WireModel
from shared.contracts.kinds import Kind
from shared.contracts.parts import Region

MAX_DEPTH = 6
MAX_NODES = 100


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
    """Attributes that hold a number or a range; amounts are in US dollars at the fixed reference rates."""

    TRL = "trl"
    AMOUNT_USD = "amount_usd"
    TEAM_SIZE = "team_size"
    CAPACITY = "capacity"
    TRACK_RECORD = "track_record"
    FOUNDED = "founded"


class DateAttribute(StrEnum):
    """Attributes that hold a day; a year or a month alone stands for all its days."""

    DEADLINE = "deadline"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    LAST_ACTIVITY = "last_activity"


Values = Annotated[tuple[Line, ...], Field(min_length=1, max_length=100)]


class In(WireModel):
    """Every known value is among these; compared without case."""

    op: Literal["in"] = "in"
    attribute: SetAttribute
    values: Values


class NotIn(WireModel):
    """No known value is among these; compared without case. In a filter it also holds of what is unknown."""

    op: Literal["not_in"] = "not_in"
    attribute: SetAttribute
    values: Values


class Overlaps(WireModel):
    """At least one known value is among these; compared without case."""

    op: Literal["overlaps"] = "overlaps"
    attribute: SetAttribute
    values: Values


class Range(WireModel):
    """Between the bounds, both included; an attribute that is itself a range must overlap them."""

    op: Literal["range"] = "range"
    attribute: NumberAttribute
    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def _minimum_below_maximum(self) -> Self:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum is above maximum; swap them or drop one")
        return self


class AtLeast(WireModel):
    """The value or more; an attribute that is a range must reach it."""

    op: Literal["at_least"] = "at_least"
    attribute: NumberAttribute
    value: float


class AtMost(WireModel):
    """The value or less; an attribute that is a range must begin at or below it."""

    op: Literal["at_most"] = "at_most"
    attribute: NumberAttribute
    value: float


class Within(WireModel):
    """Inside the region: one place of the counterpart agrees on every level given, in Chinese or English.

    Unknown where a place agrees as far as it is known and lacks a level given, or where no place is known.
    """

    op: Literal["within"] = "within"
    region: Region


class Before(WireModel):
    """Earlier than the day, which is excluded; `before` and `after` the same day are opposites."""

    op: Literal["before"] = "before"
    attribute: DateAttribute
    day: date


class After(WireModel):
    """On the day or later: the day itself is included."""

    op: Literal["after"] = "after"
    attribute: DateAttribute
    day: date


class OpenOn(WireModel):
    """Deadline and validity still open on this day; a profile without either is open, so it is never unknown."""

    op: Literal["open_on"] = "open_on"
    day: date


class _Inner(WireModel):
    """A condition made of conditions."""

    @model_validator(mode="after")
    def _within_limits(self) -> Self:
        if (levels := _depth(self)) > MAX_DEPTH:
            raise ValueError(f"conditions are nested {levels} deep, {MAX_DEPTH} is the most; write the rule flatter")
        if (nodes := _nodes(self)) > MAX_NODES:
            raise ValueError(f"the condition has {nodes} parts, {MAX_NODES} is the most; list values in one `overlaps`")
        return self


class And(_Inner):
    """All of the conditions; fails where one fails, else unknown where one is unknown."""

    op: Literal["and"] = "and"
    conditions: Annotated[tuple["Condition", ...], Field(min_length=1, max_length=MAX_NODES)]


class Or(_Inner):
    """At least one of the conditions; passes where one passes, else unknown where one is unknown."""

    op: Literal["or"] = "or"
    conditions: Annotated[tuple["Condition", ...], Field(min_length=1, max_length=MAX_NODES)]


class Not(_Inner):
    """The opposite of the condition; what is unknown stays unknown."""

    op: Literal["not"] = "not"
    condition: "Condition"


NumberLeaf = Range | AtLeast | AtMost
WordLeaf = In | NotIn | Overlaps
DateLeaf = Before | After
Leaf = WordLeaf | NumberLeaf | DateLeaf | Within | OpenOn
Condition = Annotated[
    In | NotIn | Overlaps | Range | AtLeast | AtMost | Within | Before | After | OpenOn | And | Or | Not,
    Field(discriminator="op"),
]
CONDITION_OPERATORS: tuple[str, ...] = (
    *("in", "not_in", "overlaps", "range", "at_least", "at_most", "within", "before", "after", "open_on"),
    *("and", "or", "not"),
)
"""The values of `op`, one a condition."""
for _inner in (And, Or, Not):
    _inner.model_rebuild()


def parts_of(condition: WireModel) -> tuple[Condition, ...]:
    """The conditions that a condition is made of; none for a leaf."""
    match condition:
        case And() | Or():
            return condition.conditions
        case Not():
            return (condition.condition,)
        case _:
            return ()


def _depth(condition: WireModel) -> int:
    return 1 + max((_depth(part) for part in parts_of(condition)), default=0)


def _nodes(condition: WireModel) -> int:
    return 1 + sum(_nodes(part) for part in parts_of(condition))


class Rule(WireModel):
    """What one side asks of a counterpart: what fails is out, what is unknown passes at a cost and is asked about."""

    condition: Condition
    applies_to: Annotated[tuple[Kind, ...], Field(max_length=5)] = ()
    """Kinds of counterparts that it is asked of; empty for all. Other kinds pass."""
    label: Line | None = None
    """The owner's own words for it."""


Rules = Annotated[tuple[Rule, ...], Field(max_length=50)]
