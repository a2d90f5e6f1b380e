"""Feedback on the wire: what people did about a proposed pairing, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from shared.contracts.base import Identifier, Paragraph, WireModel

MAX_EVENTS = 500
INTRODUCTION_EVENTS = "introduction:"
"""Ids that begin so belong to the events that introductions write by themselves."""


class FeedbackType(StrEnum):
    """What happened, in the order in which it usually does."""

    SHOWN = "shown"
    OPENED = "opened"
    SHORTLISTED = "shortlisted"
    DISMISSED = "dismissed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OUTCOME = "outcome"


class FeedbackReason(StrEnum):
    """Why a pairing was dismissed or declined."""

    NOT_RELEVANT = "not_relevant"
    WRONG_SECTOR = "wrong_sector"
    WRONG_STAGE = "wrong_stage"
    WRONG_REGION = "wrong_region"
    AMOUNT_DOES_NOT_FIT = "amount_does_not_fit"
    REQUIREMENT_NOT_MET = "requirement_not_met"
    BUSY = "busy"
    """No time or no capacity just now."""
    TIMING = "timing"
    """Too early or too late."""
    ALREADY_IN_CONTACT = "already_in_contact"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    OTHER = "other"


class Outcome(StrEnum):
    """What came of an accepted pairing."""

    MET = "met"
    PILOT = "pilot"
    ORDER = "order"
    INVESTMENT = "investment"
    NONE = "none"


class FeedbackEvent(WireModel):
    """One event; `reason` belongs to dismissed and declined, `outcome` to outcome."""

    event_id: Identifier
    """Chosen by the client and unique: the same event may be sent again without being counted twice."""
    type: FeedbackType
    subject_id: Identifier
    """For whom the pairing was proposed."""
    target_id: Identifier
    """Who was proposed."""
    run_id: Identifier | None = None
    """`run_id` of the answer that proposed it; without it, the event says nothing about positions."""
    rank: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Where it stood; left out, the recorded run tells."""
    reason: FeedbackReason | None = None
    outcome: Outcome | None = None
    note: Paragraph | None = None
    by: Identifier
    """Who did it."""
    at: AwareDatetime
    """When it happened, with a time zone."""


class FeedbackBatch(WireModel):
    """Events to store: all of them or none."""

    events: Annotated[tuple[FeedbackEvent, ...], Field(min_length=1, max_length=MAX_EVENTS)]


class FeedbackReceipt(WireModel):
    """What became of a batch."""

    stored: int
    known: int
    """Sent before, with the same content."""


class StoredFeedback(WireModel):
    """An event with the moment at which the catalog took it."""

    event: FeedbackEvent
    received_at: datetime


class FeedbackPage(WireModel):
    """Events in the order in which they came in."""

    items: tuple[StoredFeedback, ...]
    next_cursor: str | None
