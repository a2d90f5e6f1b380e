"""Webhooks on the wire: endpoints, what is sent to them, how their deliveries stand, and notifications to pass on."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from shared.contracts.base import Clean, Identifier, Line, WireModel
from shared.contracts.feedback import FeedbackReason
from shared.contracts.introductions import IntroductionState, Purpose

_WORD = r"[a-z][a-z0-9_]*"
EventType = Annotated[str, StringConstraints(pattern=rf"^{_WORD}(\.{_WORD})+$", max_length=100)]
"""Such as `introduction.accepted` or `recommendations.digest`."""
EventPattern = Annotated[
    str, StringConstraints(pattern=rf"^({_WORD}(\.{_WORD})*\.\*|{_WORD}(\.{_WORD})+|\*)$", max_length=100)
]
"""An event type, a family such as `introduction.*`, or `*`."""
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), Clean]
Document = dict[str, Any]  # Any: JSON
LONGEST_OVERLAP_SECONDS = 30 * 24 * 3600


class WebhookDraft(WireModel):
    """Where events are to be sent, and which."""

    url: Url
    """`https://...`; an address that only a private network has is refused unless the operator allows it."""
    event_types: Annotated[tuple[EventPattern, ...], Field(min_length=1, max_length=50)] = ("*",)
    """Types, families such as `introduction.*`, or `*` for all."""
    description: Line | None = None
    organization_id: Identifier | None = None
    """For the platform's staff: whose events; left out, yours, or the platform's own, which hears everything."""


class WebhookChange(WireModel):
    """What is to change; what is left out stays."""

    url: Url | None = None
    event_types: Annotated[tuple[EventPattern, ...], Field(min_length=1, max_length=50)] | None = None
    description: Line | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("changes nothing; send url, event_types or description")
        return self


class PauseReason(StrEnum):
    """Why nothing is sent to an endpoint."""

    ASKED = "asked"
    """Somebody paused it."""
    GONE = "gone"
    """It answered 410."""
    SECRET_LOST = "secret_lost"  # noqa: S105 - a reason
    """The catalog's key is another one than its secret was made with: rotate the secret, then resume."""


class Webhook(WireModel):
    """An endpoint as it stands; never with its secret."""

    id: Identifier
    organization_id: Identifier | None
    """Whose events it hears; None: the platform's, which are all."""
    url: str
    """For auditors without its path, which may hold a token of the receiver's."""
    event_types: tuple[str, ...]
    description: str | None
    created_by: Identifier
    created_at: datetime
    updated_at: datetime
    paused: PauseReason | None
    """Events wait while it is paused."""
    failures: int
    """Failed attempts since the last one that was delivered."""
    last_error: str | None
    waits_until: datetime | None
    """After several failures nothing is sent before this."""
    overlap_until: datetime | None
    """Until then deliveries carry a signature by the secret before as well."""


class WebhookPage(WireModel):
    """Endpoints in the order of their ids."""

    items: tuple[Webhook, ...]
    next_cursor: str | None


class IssuedWebhook(WireModel):
    """An endpoint and its signing secret, `whsec_...`, which no other answer holds."""

    webhook: Webhook
    secret: str


class WebhookRotation(WireModel):
    """How long both secrets sign."""

    overlap_seconds: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP_SECONDS)] = 24 * 3600


class DeliveryState(StrEnum):
    """How a delivery stands."""

    PENDING = "pending"
    """Waits for its turn, its endpoint, or the next attempt."""
    DELIVERED = "delivered"
    """The receiver answered 2xx."""
    DEAD = "dead"
    """Given up after the last attempt; somebody may redeliver it."""


class WebhookDelivery(WireModel):
    """One event on its way to one endpoint."""

    id: int
    webhook_id: Identifier
    event_id: Identifier
    """`webhook-id` of the request: the same in every attempt, and for every endpoint."""
    type: str
    introduction_id: Identifier | None
    state: DeliveryState
    attempts: int
    last_status: int | None
    """What the receiver answered last."""
    last_error: str | None
    """`timeout`, `connect_failed`, `tls_failed`, `name_not_found`, `address_refused`, `broken_answer`, `status_500`."""
    created_at: datetime
    next_attempt_at: datetime | None
    delivered_at: datetime | None


class WebhookDeliveryPage(WireModel):
    """Deliveries, the newest first."""

    items: tuple[WebhookDelivery, ...]
    next_cursor: str | None


class IntroductionNotice(WireModel):
    """`data` of an introduction's event: what changed, without names, contacts, messages or notes."""

    introduction_id: Identifier
    revision: int
    """Grows with every change; drop what is not newer than you hold."""
    state: IntroductionState
    previous_state: IntroductionState | None
    purpose: Purpose
    subject_id: Identifier
    target_id: Identifier
    reason: FeedbackReason | None
    """Why it was declined."""
    expires_at: datetime | None
    reminders: int


class Notification(WireModel):
    """Something to pass on to an organisation's endpoints."""

    type: EventType
    """Not of the families `introduction` and `webhook`, which are the catalog's own."""
    organization_id: Identifier | None = None
    """Whose endpoints; None: the platform's."""
    document: Document
    """`data` of what is sent; at most 256 KiB of JSON, and nothing in it that its receiver may not know."""


class NotificationQueued(WireModel):
    """What was put on its way."""

    event_id: Identifier
    deliveries: int
    """How many endpoints will hear of it; 0 where none listens for its type."""
