"""Recommended contacts on the wire: what is new for a profile in a period, and why, for this reader."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Identifier, WireModel
from shared.contracts.explanations import BilingualText
from shared.contracts.kinds import Kind
from shared.contracts.matches import Match, Provenance
from shared.contracts.vocabularies import Language


class Period(StrEnum):
    """How often a profile is given recommendations; days and weeks begin at midnight UTC, weeks on Monday."""

    DAILY = "daily"
    WEEKLY = "weekly"


class Channel(StrEnum):
    """How a round reached its reader."""

    API = "api"
    DIGEST = "digest"


class WhyNow(StrEnum):
    """Why a contact is recommended now."""

    NEW = "new"
    """It was not among the reader's matches when the last round was made."""
    IMPROVED = "improved"
    """It was, and matches clearly better since one of the two profiles was revised."""
    WAITING = "waiting"
    """Earlier rounds had no place for it."""
    AGAIN = "again"
    """It was recommended before, and nothing came of it."""


class Told(WireModel):
    """The reasons in the language that was asked for, ready to be shown."""

    language: Language
    why_now: str
    for_you: tuple[str, ...]
    """Why the reader would say yes."""
    for_them: tuple[str, ...]
    """Why the other side would."""
    question: str | None = None
    """What to settle next."""
    asks_you: bool = False
    """The question is one that the reader's own profile leaves open."""


class Recommendation(WireModel):
    """One contact to be made."""

    id: Identifier | None = None
    """Names the stored explanation; None in a preview."""
    why_now: WhyNow
    why_now_text: BilingualText
    times_given: int
    """How often it was recommended to this reader before."""
    last_given_at: datetime | None = None
    match: Match
    """Its `rank` is the place in this list."""
    told: Told


class HeldBack(WireModel):
    """Matches that are not recommended now, by reason; those in introductions are not even counted."""

    dismissed: int = 0
    """One of the two sides has dismissed or declined the other."""
    same_owner: int = 0
    """The reader's own organisation."""
    at_capacity: int = 0
    """Recommended to as many others in this period, or in as many introductions, as they can take."""
    resting: int = 0
    """Given so often without an answer that they come back only when they match better."""


class RecommendationList(WireModel):
    """The round of a period, or what it would hold if it were made now."""

    profile_id: Identifier
    period: Period
    period_key: str
    """The day or the week, such as `2026-11-24` or `2026-W48`."""
    since: datetime | None = None
    """When the round before this one was made: what came later is new. None for the first."""
    round_id: Identifier | None = None
    """None in a preview: nothing was recorded."""
    given_at: datetime | None = None
    personalised: bool
    """False: nothing that the reader did counted, but whom it dismissed and to whom it was introduced."""
    items: tuple[Recommendation, ...]
    held_back: HeldBack
    run_id: str | None = None
    """The round's run, for feedback; None in a preview and where a round is empty."""
    provenance: Provenance


class RoundRequest(WireModel):
    """Make the round of the current period."""

    profile_id: Identifier
    """Who reads it; you speak for it."""
    period: Period = Period.WEEKLY
    to: Annotated[tuple[Kind, ...], Field(max_length=5)] = ()
    """Kinds to recommend; every kind that this one is matched with where empty."""
    limit: Annotated[int, Field(ge=1, le=50)] | None = None
    """No more than this; never more than the platform's quota."""
    personalised: bool = True
    channel: Channel = Channel.API
    language: Language | None = None
    """Of the words; the profile's own where not given."""


class StoredRecommendation(WireModel):
    """One recommendation as it was given: why, on what, when, and how it reached its reader."""

    id: Identifier
    round_id: Identifier
    profile_id: Identifier
    """The reader."""
    period: Period
    period_key: str
    channel: Channel
    given_at: datetime
    personalised: bool
    run_id: str
    provenance: Provenance
    recommendation: Recommendation
