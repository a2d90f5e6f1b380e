"""The change feed on the wire: whole profiles, feedback events, introductions; each in an order of its own."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Identifier, WireModel
from shared.contracts.feedback import FeedbackEvent
from shared.contracts.introductions import IntroductionState, Purpose
from shared.contracts.profiles import Profile
from shared.contracts.vocabularies import ProfileStatus


class FeedEntity(StrEnum):
    """What a reader follows; each has positions of its own, so that one never waits behind the other."""

    PROFILE = "profile"
    FEEDBACK = "feedback"
    INTRODUCTION = "introduction"
    API_KEY = "api_key"


class ProfileChange(WireModel):
    """One committed change; apply it if `revision` is above the one held, skip it otherwise."""

    feed_seq: Annotated[int, Field(ge=1)]
    profile_id: Identifier
    revision: Annotated[int, Field(ge=1)]
    status: ProfileStatus
    changed_at: datetime
    profile: Profile
    """Whole, without its contact."""
    erasure_id: Identifier | None = None
    """The profile was erased: `profile` is a tombstone that says nothing, and whoever holds more of it forgets that.
    `status` is `withdrawn` then, which readers of earlier releases know.
    """


class ChangePage(WireModel):
    """Changes after the asked position; ask again with `next_after`."""

    items: tuple[ProfileChange, ...]
    next_after: Annotated[int, Field(ge=0)]
    latest_seq: Annotated[int, Field(ge=0)]
    """The newest position in the feed when this page was read: the distance to it is the reader's lag."""
    epoch: str | None = None
    """Names the history that positions count in. Another one than before means that changes were taken back, as by a
    restored backup: start over from 0. Catalogs of earlier releases tell none.
    """


class FeedbackChange(WireModel):
    """One committed event; events never change, so one that is held already is skipped."""

    feed_seq: Annotated[int, Field(ge=1)]
    event: FeedbackEvent


class FeedbackChangePage(WireModel):
    """Events after the asked position; ask again with `next_after`."""

    items: tuple[FeedbackChange, ...]
    next_after: Annotated[int, Field(ge=0)]
    latest_seq: Annotated[int, Field(ge=0)]
    """The newest position among the events when this page was read."""
    epoch: str | None = None
    """As in the pages of profiles."""


class IntroductionChange(WireModel):
    """How far an introduction has come, without contacts, words or persons; apply it if `revision` is news."""

    feed_seq: Annotated[int, Field(ge=1)]
    introduction_id: Identifier
    revision: Annotated[int, Field(ge=1)]
    subject_id: Identifier
    target_id: Identifier
    purpose: Purpose
    run_id: Identifier | None = None
    rank: int | None = None
    """Where the target stood in that answer."""
    state: IntroductionState
    is_told: bool
    """The target has heard of it."""
    changed_at: datetime


class IntroductionChangePage(WireModel):
    """Changes of introductions after the asked position; ask again with `next_after`."""

    items: tuple[IntroductionChange, ...]
    next_after: Annotated[int, Field(ge=0)]
    latest_seq: Annotated[int, Field(ge=0)]
    """The newest position among the changes of introductions when this page was read."""
    epoch: str | None = None
    """As in the pages of profiles."""


class FeedPosition(WireModel):
    """Where the feed stood after everything that had been committed when this was asked."""

    latest_seq: Annotated[int, Field(ge=0)]
    """What a match request may ask for as `min_feed_seq`."""
    epoch: str
    """The history that the position counts in."""
