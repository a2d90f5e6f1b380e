"""The queue in the database: what is due is leased to one dispatcher, which writes down what came of it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import aliased

from services.catalog.webhook_tables import WebhookDeliveryRow, WebhookRow
from services.catalog.webhooks.retries import RetryPolicy
from services.catalog.webhooks.sending import Outcome
from services.catalog.webhooks.signing import SigningKey
from shared.contracts.webhooks import DeliveryState, PauseReason
from shared.kit.database import ReadSession, WriteSession

PENDING = DeliveryState.PENDING.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One delivery that is ours to attempt until its lease ends."""

    delivery_id: int
    webhook_id: str
    lease: str
    event_id: str
    type: str
    url: str
    body: str
    salts: tuple[str, ...]
    """Of the secrets that sign: the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """A claim and what came of it."""

    claim: Claim
    outcome: Outcome
    draw: float
    """In [0, 1): what chance adds to the wait."""


def ready_webhooks(session: ReadSession, *, now: datetime) -> Sequence[str]:
    """Ids of endpoints to which something may be sent now; a look that locks nothing."""
    is_due = and_(WebhookDeliveryRow.webhook_id == WebhookRow.id, *_due(now))
    query = select(WebhookRow.id).where(*_open(now), select(WebhookDeliveryRow.id).where(is_due).exists())
    return session.scalars(query.order_by(WebhookRow.id)).all()


def claim(
    session: WriteSession,
    places: Mapping[str, int],
    key: SigningKey,
    policy: RetryPolicy,
    *,
    lease_for: timedelta,
    now: datetime,
) -> list[Claim]:
    """Lease what is due, for each endpoint as many as it has places; what another dispatcher holds is passed over.

    A delivery is due when no earlier one of the same endpoint and introduction is pending: so order is kept, also
    by several dispatchers. An endpoint whose secret was made with another key is paused instead.
    """
    claims: list[Claim] = []
    webhooks = session.scalars(select(WebhookRow).where(WebhookRow.id.in_(sorted(places)), *_open(now)))
    for webhook in sorted(webhooks, key=lambda row: row.id):
        if webhook.key_mark != key.mark:
            webhook.paused, webhook.updated_at = PauseReason.SECRET_LOST.value, now
            continue
        # One that fails is asked with one delivery at a time, until it takes one.
        limit = min(places[webhook.id], 1) if policy.is_resting(webhook.failures) else places[webhook.id]
        for row in _lock_due(session, webhook.id, limit, now=now):
            row.due_at, row.lease, row.updated_at = now + lease_for, secrets.token_hex(16), now
            claims.append(_claimed(webhook, row, row.lease, now=now))
    session.flush()
    return claims


def record(session: WriteSession, done: Sequence[Attempted], policy: RetryPolicy, *, now: datetime) -> dict[str, int]:
    """Write down what came of attempts; how many were `delivered`, `failed` and given up (`dead`), and `lost`.

    An attempt whose lease another dispatcher has taken over counts for nothing: the other one writes.
    """
    counted = dict.fromkeys(("delivered", "failed", "dead", "lost"), 0)
    # One order of locks for all dispatchers: deliveries by id, then endpoints by id.
    for one in sorted(done, key=lambda one: one.claim.delivery_id):
        counted[_record_delivery(session, one, policy, now=now)] += 1
    for webhook_id in sorted({one.claim.webhook_id for one in done}):
        outcomes = [one.outcome for one in done if one.claim.webhook_id == webhook_id]
        _record_webhook(session, webhook_id, outcomes, policy, now=now)
    return counted


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    earlier = aliased(WebhookDeliveryRow)
    is_behind = (
        select(earlier.id)
        .where(
            earlier.webhook_id == WebhookDeliveryRow.webhook_id,
            earlier.order_key == WebhookDeliveryRow.order_key,
            earlier.state == PENDING,
            earlier.id < WebhookDeliveryRow.id,
        )
        .exists()
    )
    return WebhookDeliveryRow.state == PENDING, WebhookDeliveryRow.due_at <= now, ~is_behind


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return WebhookRow.paused.is_(None), or_(WebhookRow.waits_until.is_(None), WebhookRow.waits_until <= now)


def _lock_due(session: WriteSession, webhook_id: str, limit: int, *, now: datetime) -> Sequence[WebhookDeliveryRow]:
    query = select(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == webhook_id, *_due(now))
    ordered = query.order_by(WebhookDeliveryRow.due_at, WebhookDeliveryRow.id).limit(limit)
    return session.scalars(ordered.with_for_update(skip_locked=True)).all()


def _claimed(webhook: WebhookRow, row: WebhookDeliveryRow, lease: str, *, now: datetime) -> Claim:
    salts = [webhook.salt]
    if webhook.previous_salt and webhook.overlap_until and now < webhook.overlap_until:
        salts.append(webhook.previous_salt)
    return Claim(
        delivery_id=row.id,
        webhook_id=webhook.id,
        lease=lease,
        event_id=row.event_id,
        type=row.type,
        url=webhook.url,
        body=row.body,
        salts=tuple(salts),
    )


def _record_delivery(session: WriteSession, one: Attempted, policy: RetryPolicy, *, now: datetime) -> str:
    is_ours = (WebhookDeliveryRow.id == one.claim.delivery_id, WebhookDeliveryRow.lease == one.claim.lease)
    row = session.scalars(select(WebhookDeliveryRow).where(*is_ours).with_for_update()).one_or_none()
    if row is None:
        return "lost"
    row.lease, row.updated_at = None, now
    row.attempts += 1
    row.last_status, row.last_error = one.outcome.status, one.outcome.error
    if one.outcome.is_delivered:
        row.state, row.delivered_at = DeliveryState.DELIVERED.value, now
        return "delivered"
    row.due_at = now + policy.wait_after(row.attempts, one.draw)
    # A receiver that is gone gets everything that waited if it ever comes back.
    if not one.outcome.is_gone and policy.is_given_up(row.attempts, now - row.queued_at):
        row.state = DeliveryState.DEAD.value
        return "dead"
    return "failed"


def _record_webhook(
    session: WriteSession, webhook_id: str, outcomes: Sequence[Outcome], policy: RetryPolicy, *, now: datetime
) -> None:
    is_it = WebhookRow.id == webhook_id
    if any(outcome.is_delivered for outcome in outcomes):
        well = {"failures": 0, "waits_until": None, "last_error": None}
        session.execute(update(WebhookRow).where(is_it, WebhookRow.failures > 0).values(well))
        return
    is_gone = any(outcome.is_gone for outcome in outcomes)
    webhook = session.scalars(select(WebhookRow).where(is_it).with_for_update()).one_or_none()
    if webhook is None:
        return
    webhook.failures += len(outcomes)
    webhook.last_error = outcomes[-1].error
    webhook.waits_until = now + policy.rest_after(webhook.failures)
    if is_gone and webhook.paused is None:
        webhook.paused, webhook.updated_at = PauseReason.GONE.value, now


def oldest_wait(session: ReadSession, *, now: datetime) -> float:
    """Seconds since the oldest delivery that an endpoint is still to get was queued; 0 where nothing waits."""
    is_open = and_(WebhookRow.id == WebhookDeliveryRow.webhook_id, WebhookRow.paused.is_(None))
    query = select(func.min(WebhookDeliveryRow.queued_at)).join(WebhookRow, is_open)
    oldest = session.execute(query.where(WebhookDeliveryRow.state == PENDING)).scalar_one()
    return 0.0 if oldest is None else max((now - oldest).total_seconds(), 0.0)
