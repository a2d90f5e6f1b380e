"""Deliveries as people see them, and their redelivery."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from services.catalog.webhook_tables import WebhookDeliveryRow, WebhookRow
from services.catalog.webhooks import rules
from services.catalog.webhooks.errors import WebhookDeliveryNotFound
from shared.contracts.webhooks import DeliveryState, WebhookDelivery
from shared.kit.database import ReadSession, WriteSession
from shared.kit.identity import Principal


def search(
    session: ReadSession, webhook_id: str, state: DeliveryState | None, *, before_id: int | None, limit: int
) -> list[WebhookDelivery]:
    """The next deliveries of an endpoint, the newest first."""
    query = select(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == webhook_id)
    if before_id is not None:
        query = query.where(WebhookDeliveryRow.id < before_id)
    if state is not None:
        query = query.where(WebhookDeliveryRow.state == state.value)
    rows: Sequence[WebhookDeliveryRow] = session.scalars(
        query.order_by(WebhookDeliveryRow.id.desc()).limit(limit)
    ).all()
    return [delivery_view(row) for row in rows]


def redeliver(session: WriteSession, principal: Principal, delivery_id: int, *, now: datetime) -> WebhookDelivery:
    """Send it again from the first attempt on, at once; one under way is left alone. Raises WebhookDeliveryNotFound.

    Of an introduction, it goes before what waits and after what was delivered meanwhile: `revision` tells.
    """
    row = session.scalars(
        select(WebhookDeliveryRow).where(WebhookDeliveryRow.id == delivery_id).with_for_update()
    ).one_or_none()
    webhook = None if row is None else session.get(WebhookRow, row.webhook_id, with_for_update=True)
    if row is None or webhook is None or not rules.changes(principal, webhook.organization_id):
        raise WebhookDeliveryNotFound
    is_under_way = row.lease is not None and row.due_at > now
    if not is_under_way:
        row.state, row.lease, row.attempts, row.delivered_at = DeliveryState.PENDING.value, None, 0, None
        row.due_at = row.queued_at = row.updated_at = now
        webhook.failures, webhook.waits_until = 0, None
        session.flush()
    return delivery_view(row)


def delivery_view(row: WebhookDeliveryRow) -> WebhookDelivery:
    """Without what is sent."""
    is_pending = row.state == DeliveryState.PENDING.value
    return WebhookDelivery(
        id=row.id,
        webhook_id=row.webhook_id,
        event_id=row.event_id,
        type=row.type,
        introduction_id=row.introduction_id,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        last_status=row.last_status,
        last_error=row.last_error,
        created_at=row.created_at,
        next_attempt_at=row.due_at if is_pending else None,
        delivered_at=row.delivered_at,
    )
