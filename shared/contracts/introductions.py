"""Introductions on the wire: from asking to what came of it; contacts only with both sides' consent."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Clean, Identifier, Line, WireModel
from shared.contracts.feedback import FeedbackReason
from shared.contracts.kinds import Kind
from shared.contracts.parts import Contact

Message = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), Clean]


class IntroductionState(StrEnum):
    """How far it has come."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    """Asked for; an operator looks at it before the target hears of it."""
    REQUESTED = "requested"
    """The target is asked."""
    ACCEPTED = "accepted"
    """Both sides said yes; contacts may be had."""
    DECLINED = "declined"
    EXPIRED = "expired"
    """Nobody answered in time."""
    WITHDRAWN = "withdrawn"
    """A side took its yes back before they met."""
    INTRODUCED = "introduced"
    MET = "met"
    PILOT = "pilot"
    ORDER = "order"
    INVESTMENT = "investment"
    NONE = "none"
    """Nothing came of it."""
    CLOSED = "closed"


class IntroductionAction(StrEnum):
    """What may be done about an introduction."""

    SUBMIT = "submit"
    """Ask for it: the subject's yes."""
    APPROVE = "approve"
    """The operator lets the request through."""
    REFUSE = "refuse"
    """The operator does not; with a reason."""
    ACCEPT = "accept"
    """The target's yes."""
    DECLINE = "decline"
    """The target's no, with a reason."""
    WITHDRAW = "withdraw"
    """Take one's own yes back; no contact is released from then on."""
    INTRODUCE = "introduce"
    """The operator has brought both together in person."""
    MEET = "meet"
    PILOT = "pilot"
    ORDER = "order"
    INVEST = "invest"
    FAIL = "fail"
    """Nothing came of it."""
    CLOSE = "close"


class Actor(StrEnum):
    """Who acts: one of the two sides, the platform's operator, or time itself."""

    SUBJECT = "subject"
    TARGET = "target"
    OPERATOR = "operator"
    CLOCK = "clock"


PartySide = Literal[Actor.SUBJECT, Actor.TARGET]


class Purpose(StrEnum):
    """What both are to talk about: consent is given for it and for nothing else."""

    INVESTMENT = "investment"
    PILOT_TEST = "pilot_test"
    SCENARIO_TRIAL = "scenario_trial"
    PROCUREMENT = "procurement"
    JOINT_DEVELOPMENT = "joint_development"
    OTHER = "other"


class ConsentState(StrEnum):
    """A side's word on this counterpart for this purpose."""

    OPEN = "open"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class IntroductionRequest(WireModel):
    """Whom to introduce to whom, and what for. Asking is the subject's consent to this target for this purpose."""

    subject_id: Identifier
    """The profile that asks; you speak for it."""
    target_id: Identifier
    """The profile that is asked."""
    purpose: Purpose
    message: Message | None = None
    """Shown to the target; an anonymous subject names itself here only if it wants to."""
    run_id: Identifier | None = None
    """`run_id` of the answer that proposed the target: outcomes are counted for it, months later too."""
    rank: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Where the target stood in that answer."""
    draft: bool = False
    """Keep it to yourself until you `submit` it."""


class IntroductionStep(WireModel):
    """What goes with an action."""

    side: PartySide | None = None
    """For which side you act (`subject` or `target`); only where you speak for both."""
    reason: FeedbackReason | None = None
    """Why not: belongs to decline and refuse."""
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000), Clean] | None = None
    """For the audit trail; the other side does not see it."""


class ContactRequest(WireModel):
    """For which side the other's contact is asked."""

    side: PartySide | None = None
    """`subject` or `target`; only where you speak for both."""


class IntroducedParty(WireModel):
    """A side as the other may see it now."""

    profile_id: Identifier
    kind: Kind
    title: Line
    organisation: Line | None = None
    """None where unknown, or as long as an anonymous side has not agreed with the other to be introduced."""
    is_anonymous: bool
    consent: ConsentState


class Introduction(WireModel):
    """One introduction as it stands; it never holds a contact."""

    id: Identifier
    revision: Annotated[int, Field(ge=1)]
    state: IntroductionState
    purpose: Purpose
    subject: IntroducedParty
    target: IntroducedParty
    message: Message | None
    run_id: Identifier | None
    rank: int | None
    reason: FeedbackReason | None
    """Why it was declined."""
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    """When a request that nobody has answered ends; None where no answer is awaited."""
    reminders: int
    """How often somebody was reminded since the state was reached."""
    actions: tuple[IntroductionAction, ...]
    """What you may do now."""


class IntroductionPage(WireModel):
    """Introductions in the order of their ids."""

    items: tuple[Introduction, ...]
    next_cursor: str | None


class ReleasedContact(WireModel):
    """The other side's contact: released with both sides' consent, and recorded."""

    introduction_id: Identifier
    purpose: Purpose
    """What it may be used for."""
    profile_id: Identifier
    title: Line
    organisation: Line | None
    organisation_unit: Line | None
    url: Line | None
    contact: Contact
    released_at: datetime


class IntroductionEvent(WireModel):
    """One line of the audit trail; lines are added and never changed."""

    id: int
    introduction_id: Identifier
    revision: int
    at: datetime
    actor: Actor
    action: str
    """An action, or `request`, `release`, `remind`, `expire`, `erase`."""
    from_state: IntroductionState | None
    to_state: IntroductionState
    by: Identifier | None
    """Who did it; None for time itself."""
    organization_id: Identifier | None
    delegation_id: Identifier | None
    """By which delegation they acted for the side, where it is not their own."""
    reason: FeedbackReason | None
    note: str | None
    request_id: Identifier | None
    released_profile_id: Identifier | None = None
    """Whose contact was released."""
    released_fields: tuple[str, ...] = ()
    """Which of its fields; never what they held."""


class IntroductionTrail(WireModel):
    """Lines of the audit trail, oldest first."""

    items: tuple[IntroductionEvent, ...]
    next_cursor: str | None


class ReasonWording(WireModel):
    """A reason's stable code and its words."""

    code: FeedbackReason
    zh: str
    en: str


class ReasonList(WireModel):
    """Every reason to decline."""

    items: tuple[ReasonWording, ...]
