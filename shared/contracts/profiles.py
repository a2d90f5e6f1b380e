"""Profiles on the wire: what every kind has in common, the five kinds, and the union over them."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, TypeAdapter

from shared.contracts.base import Identifier, Line, LongText, Paragraph, Tag, Trl, WireModel
from shared.contracts.kinds import Kind as Kind  # noqa: PLC0414 - one of the names of this module
from shared.contracts.parts import Contact, Money, MoneyRange, Need, Region, TrackRecord, Validity
from shared.contracts.rules import Rules
from shared.contracts.vocabularies import (
    CompanyStage,
    Language,
    PlatformScale,
    ProfileStatus,
    Provenance,
    Visibility,
)

Tags = Annotated[tuple[Tag, ...], Field(max_length=100)]
Lines = Annotated[tuple[Line, ...], Field(max_length=200)]
Needs = Annotated[tuple[Need, ...], Field(max_length=200)]


class ProfileCommon(WireModel):
    """What a profile of any kind carries; the class variables say which of its texts stand for which aspect."""

    offer_fields: ClassVar[tuple[str, ...]] = ()
    """Fields of the kind whose texts say what the profile offers, beside `offers`."""
    need_fields: ClassVar[tuple[str, ...]] = ()
    """Fields of the kind whose texts say what the profile needs, beside `needs`."""

    source: Identifier
    """The system or list the profile comes from; with `external_id` it names the profile for good."""
    external_id: Identifier
    title: Line
    organisation: Line | None = None
    organisation_unit: Line | None = None
    summary: Paragraph | None = None
    description: LongText | None = None
    """The long text: an abstract, a demand's full wording, a thesis in prose."""
    offers: Needs = ()
    needs: Needs = ()
    sectors: Tags = ()
    keywords: Tags = ()
    region: Region = Region()
    language: Language | None = None
    """Detected from the text where it is not given."""
    visibility: Visibility = Visibility.PUBLIC
    validity: Validity = Validity()
    contact: Contact | None = None
    """Private; accepted, stored, never returned."""
    provenance: Annotated[dict[Tag, Provenance], Field(max_length=100)] = Field(default_factory=dict)
    """By field name; a field that is not named was declared by the profile's owner."""
    track_record: TrackRecord | None = None
    rules: Rules = ()
    """What the profile asks of a counterpart, beside what the matcher reads off its fields."""
    url: Annotated[Line, Field(max_length=500)] | None = None
    owner: Identifier | None = None
    """The organisation that it belongs to: the writer's own, unless the platform names another. Shown to it alone."""


class Project(ProfileCommon):
    """An incubating project or young company: offers technology, needs money, customers, places to test."""

    offer_fields: ClassVar[tuple[str, ...]] = ("technology", "product", "intellectual_property")
    need_fields: ClassVar[tuple[str, ...]] = ()

    kind: Literal[Kind.PROJECT] = Kind.PROJECT
    technology: Paragraph | None = None
    product: Paragraph | None = None
    trl: Trl | None = None
    company_stage: CompanyStage | None = None
    funding_round: CompanyStage | None = None
    amount_sought: Money | None = None
    team_size: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    founded: Annotated[int, Field(ge=1800, le=2200, description="Year")] | None = None
    intellectual_property: Lines = ()


class RdDemand(ProfileCommon):
    """An enterprise's or agency's R&D demand: needs a solution, offers a budget and an order."""

    offer_fields: ClassVar[tuple[str, ...]] = ()
    need_fields: ClassVar[tuple[str, ...]] = ("problem", "technical_requirements")

    kind: Literal[Kind.RD_DEMAND] = Kind.RD_DEMAND
    problem: LongText | None = None
    technical_requirements: Lines = ()
    budget: MoneyRange | None = None
    deadline: date | None = None
    trl_minimum: Trl | None = None
    programme: Line | None = None
    phase: CompanyStage | None = None


class Scenario(ProfileCommon):
    """An application scenario: a real setting where something new may be tried."""

    offer_fields: ClassVar[tuple[str, ...]] = ("setting", "data_and_access")
    need_fields: ClassVar[tuple[str, ...]] = ("may_be_tried", "conditions")

    kind: Literal[Kind.SCENARIO] = Kind.SCENARIO
    setting: Paragraph | None = None
    may_be_tried: Lines = ()
    conditions: Lines = ()
    data_and_access: Lines = ()
    budget: MoneyRange | None = None
    deadline: date | None = None
    trl_minimum: Trl | None = None
    trl_maximum: Trl | None = None


class Investor(ProfileCommon):
    """An investor: offers capital, needs deals inside a thesis."""

    offer_fields: ClassVar[tuple[str, ...]] = ("value_added",)
    need_fields: ClassVar[tuple[str, ...]] = ("thesis",)

    kind: Literal[Kind.INVESTOR] = Kind.INVESTOR
    thesis: Paragraph | None = None
    stages: Annotated[tuple[CompanyStage, ...], Field(max_length=20)] = ()
    ticket: MoneyRange | None = None
    regions: Annotated[tuple[Region, ...], Field(max_length=100)] = ()
    """Where it invests; empty means unknown."""
    value_added: Lines = ()


class PilotPlatform(ProfileCommon):
    """A concept-verification or pilot-test platform: offers equipment and process steps, needs users."""

    offer_fields: ClassVar[tuple[str, ...]] = ("capabilities", "equipment", "process_steps", "certifications")
    need_fields: ClassVar[tuple[str, ...]] = ()

    kind: Literal[Kind.PILOT_PLATFORM] = Kind.PILOT_PLATFORM
    capabilities: Lines = ()
    equipment: Lines = ()
    process_steps: Lines = ()
    scale: PlatformScale | None = None
    certifications: Lines = ()
    capacity: Annotated[int, Field(ge=0, le=100_000, description="Users it can serve at a time")] | None = None
    price_model: Line | None = None


Profile = Annotated[Project | RdDemand | Scenario | Investor | PilotPlatform, Field(discriminator="kind")]
profile_adapter: TypeAdapter[Profile] = TypeAdapter(Profile)
PROFILE_TYPES: dict[Kind, type[ProfileCommon]] = {
    Kind.PROJECT: Project,
    Kind.RD_DEMAND: RdDemand,
    Kind.SCENARIO: Scenario,
    Kind.INVESTOR: Investor,
    Kind.PILOT_PLATFORM: PilotPlatform,
}


class StoredProfile(WireModel):
    """A profile as the catalog keeps it; `profile.contact` is always None here."""

    id: Identifier
    """Made from `(source, external_id)`, so the same profile has the same id in every catalog;
    another one where an erased profile is registered anew."""
    revision: Annotated[int, Field(ge=1)]
    status: ProfileStatus
    created_at: datetime
    updated_at: datetime
    has_contact: bool = False
    profile: Profile


class ProfilePage(WireModel):
    """One page of a list; `next_cursor` is None on the last."""

    items: tuple[StoredProfile, ...]
    next_cursor: str | None = None
