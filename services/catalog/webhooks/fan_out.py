"""Puts events on their way: a row for each endpoint that is to hear, in the transaction of what happened."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, or_, select

from services.catalog.introduction_tables import DelegationRow, IntroductionEventRow, IntroductionRow
from services.catalog.tables import ProfileRow
from services.catalog.webhook_tables import WebhookDeliveryRow, WebhookRow
from services.catalog.webhooks.event_types import asks_for, introduction_event
from shared.contracts.feedback import FeedbackReason
from shared.contracts.introductions import IntroductionState, Purpose
from shared.contracts.webhooks import DeliveryState, Document, IntroductionNotice
from shared.kit.database import ReadSession, WriteSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that endpoints may hear of."""

    id: str
    type: str
    at: datetime
    data: Document
    introduction_id: str | None = None

    def body(self) -> str:
        """As it is sent, and signed: JSON, `type`, `timestamp` and `data`."""
        told = {"type": self.type, "timestamp": self.at.astimezone(UTC).isoformat(), "data": self.data}
        return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def new_event_id() -> str:
    """A name of its own; what it is signed with must not hold a dot."""
    return f"evt_{uuid4().hex}"


def tell_of_introduction(
    session: WriteSession, row: IntroductionRow, line: IntroductionEventRow, *, now: datetime
) -> None:
    """Queue one line of the trail for whoever would see it in `GET /v1/introductions/{id}`; the row is locked.

    Since it is, ids of deliveries follow the order of the introduction's changes.
    """
    hearers = _hearers_of_introduction(session, row, now=now)
    if not hearers:
        return
    before = IntroductionState(line.from_state) if line.from_state else None
    event = Event(
        id=new_event_id(),
        type=introduction_event(line.action, before, IntroductionState(line.to_state)),
        at=line.at,
        data=_notice(row, line).model_dump(mode="json"),
        introduction_id=row.id,
    )
    queue(session, event, hearers, now=now)


def queue(session: WriteSession, event: Event, webhooks: Iterable[WebhookRow], *, now: datetime) -> int:
    """A delivery for each endpoint that asks for the event's type, paused ones too; how many."""
    hearing = [webhook for webhook in webhooks if asks_for(webhook.event_types.split(), event.type)]
    body = event.body() if hearing else ""
    rows = [delivery_of(event, webhook.id, body, now=now) for webhook in hearing]
    session.add_all(rows)
    session.flush()
    return len(rows)


def delivery_of(event: Event, webhook_id: str, body: str, *, now: datetime) -> WebhookDeliveryRow:
    """One event on its way to one endpoint, due at once."""
    return WebhookDeliveryRow(
        webhook_id=webhook_id,
        event_id=event.id,
        type=event.type,
        order_key=event.introduction_id or event.id,
        introduction_id=event.introduction_id,
        body=body,
        state=DeliveryState.PENDING.value,
        due_at=now,
        attempts=0,
        created_at=now,
        queued_at=now,
        updated_at=now,
    )


def hearers_of(session: ReadSession, organization_id: str | None) -> list[WebhookRow]:
    """The endpoints of an organisation, or the platform's."""
    is_its = _of(organization_id)
    return list(session.scalars(select(WebhookRow).where(is_its).order_by(WebhookRow.id)))


def _hearers_of_introduction(session: ReadSession, row: IntroductionRow, *, now: datetime) -> list[WebhookRow]:
    """Endpoints of whoever speaks for the subject, of the target once it is told, and the platform's."""
    sides = [row.subject_id, row.target_id] if row.is_told else [row.subject_id]
    owners = select(ProfileRow.owner).where(ProfileRow.id.in_(sides), ProfileRow.owner.is_not(None))
    delegates = (
        select(DelegationRow.delegate_organization_id)
        .join(ProfileRow, ProfileRow.owner == DelegationRow.organization_id)
        .where(
            ProfileRow.id.in_(sides),
            or_(DelegationRow.profile_id.is_(None), DelegationRow.profile_id == ProfileRow.id),
            DelegationRow.revoked_at.is_(None),
            or_(DelegationRow.valid_until.is_(None), DelegationRow.valid_until > now),
            DelegationRow.delegate_organization_id.is_not(None),
        )
    )
    speaks = or_(WebhookRow.organization_id.in_(owners), WebhookRow.organization_id.in_(delegates))
    query = select(WebhookRow).where(or_(speaks, _platform_hears(row)))
    return list(session.scalars(query.order_by(WebhookRow.id)))


def _platform_hears(row: IntroductionRow) -> ColumnElement[bool]:
    """A draft is its subject's own matter; the platform speaks for subjects that nobody owns."""
    if row.state != IntroductionState.DRAFT.value:
        return WebhookRow.organization_id.is_(None)
    is_unowned = select(ProfileRow.id).where(ProfileRow.id == row.subject_id, ProfileRow.owner.is_(None)).exists()
    return and_(WebhookRow.organization_id.is_(None), is_unowned)


def _of(organization_id: str | None) -> ColumnElement[bool]:
    if organization_id is None:
        return WebhookRow.organization_id.is_(None)
    return WebhookRow.organization_id == organization_id


def _notice(row: IntroductionRow, line: IntroductionEventRow) -> IntroductionNotice:
    return IntroductionNotice(
        introduction_id=row.id,
        revision=line.revision,
        state=IntroductionState(line.to_state),
        previous_state=IntroductionState(line.from_state) if line.from_state else None,
        purpose=Purpose(row.purpose),
        subject_id=row.subject_id,
        target_id=row.target_id,
        reason=FeedbackReason(row.reason) if row.reason else None,
        expires_at=row.expires_at,
        reminders=row.reminders,
    )
