"""The parts that profiles of every kind are made of: place, money, need, contact, track record."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from shared.contracts.base import Amount, Clean, Line, Paragraph, Share, Tag, WireModel
from shared.contracts.vocabularies import NeedType

CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$"), Clean]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=r"^[0-9+()\-.\s/ext]+$")]
NeedText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), Clean]
Counts = Annotated[dict[Tag, Annotated[int, Field(ge=0, le=10_000_000)]], Field(max_length=2_000)]


class Region(WireModel):
    """A path from country to district; a level may be left out where it is unknown."""

    country: Tag | None = None
    province: Tag | None = None
    city: Tag | None = None
    district: Tag | None = None


class Money(WireModel):
    """An amount in units (not thousands) of an ISO 4217 currency."""

    amount: Amount
    currency: CurrencyCode = "CNY"


class MoneyRange(WireModel):
    """Bounds in units of an ISO 4217 currency; either may be open."""

    minimum: Amount | None = None
    maximum: Amount | None = None
    currency: CurrencyCode = "CNY"

    @model_validator(mode="after")
    def _minimum_below_maximum(self) -> "MoneyRange":
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum is above maximum; swap them or drop one")
        return self


class Need(WireModel):
    """One atomic need or offer; `weight` says how much it counts beside its siblings."""

    text: NeedText
    weight: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 1.0
    type: NeedType | None = None


class Contact(WireModel):
    """Private: stored by the catalog, never part of an answer, the feed or an export."""

    name: Line | None = None
    role: Line | None = None
    email: Email | None = None
    phone: Phone | None = None
    note: Paragraph | None = None


class PastItem(WireModel):
    """One past deal, award or use."""

    title: Line
    text: Paragraph | None = None
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None = None


class TrackRecord(WireModel):
    """What a counterpart did before: an investor's portfolio, a firm's awards, a platform's users."""

    total: Annotated[int, Field(ge=0)] | None = None
    """Number of past deals, awards or users."""
    first_date: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None = None
    last_date: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None = None
    sector_counts: Counts = Field(default_factory=dict)
    region_counts: Counts = Field(default_factory=dict)
    stage_counts: Counts = Field(default_factory=dict)
    other_counts: Annotated[dict[Tag, Counts], Field(max_length=20)] = Field(default_factory=dict)
    """Further counts by the name of what is counted, such as `keyword`."""
    amount_median: Money | None = None
    amount_p10: Money | None = None
    amount_p90: Money | None = None
    items: Annotated[tuple[PastItem, ...], Field(max_length=500)] = ()
    response_rate: Share | None = None
    """Share of introductions answered, where known."""


class Validity(WireModel):
    """The days on which a profile takes part, both included; open where None."""

    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _from_before_until(self) -> "Validity":
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise ValueError("valid_from is after valid_until; swap them or drop one")
        return self
