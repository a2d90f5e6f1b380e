"""The HTTP face of deliveries and notifications: `/v1/webhooks/{webhook_id}/deliveries`, `/v1/notifications`."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from pydantic import Field

from services.catalog.deps import Db, Now
from services.catalog.idempotency import DoneOnce
from services.catalog.profiles.examples import example_response
from services.catalog.webhooks import deliveries, service
from services.catalog.webhooks.deps import WebhookId
from services.catalog.webhooks.examples import DELIVERY, NOTIFICATIONS, PING, QUEUED
from services.catalog.webhooks.notifications import notify
from shared.contracts.base import WireModel
from shared.contracts.webhooks import (
    DeliveryState,
    Notification,
    NotificationQueued,
    WebhookDelivery,
    WebhookDeliveryPage,
)
from shared.kit.http import problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires
from shared.kit.paging import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1", tags=["webhooks"])

DeliveryId = Annotated[int, Path(ge=1, le=2**62, description="`id` of a delivery.")]


class DeliveryQuery(WireModel):
    """Which deliveries."""

    state: DeliveryState | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None
    """`next_cursor` of the page before."""


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    dependencies=[requires(Permission.WEBHOOKS_READ)],
    responses=example_response(200, {"items": [DELIVERY], "next_cursor": None}) | problem_responses(400, 404, 503),
)
def list_webhook_deliveries(
    webhook_id: WebhookId, query: Annotated[DeliveryQuery, Query()], db: Db, principal: CurrentPrincipal
) -> WebhookDeliveryPage:
    """What was sent and what is to be sent, the newest first; `state=dead` lists what was given up."""
    before_id = None if query.cursor is None else int(decode_cursor(query.cursor, int)[0])
    with db.read() as session:
        service.read(session, principal, webhook_id)
        found = deliveries.search(session, webhook_id, query.state, before_id=before_id, limit=query.limit + 1)
    items = tuple(found[: query.limit])
    next_cursor = encode_cursor(items[-1].id) if len(found) > query.limit else None
    return WebhookDeliveryPage(items=items, next_cursor=next_cursor)


@router.post(
    "/webhook-deliveries/{delivery_id}:redeliver",
    dependencies=[requires(Permission.WEBHOOKS_WRITE)],
    status_code=202,
    responses=example_response(202, PING) | problem_responses(404, 503),
)
def redeliver_webhook_delivery(
    delivery_id: DeliveryId, db: Db, now: Now, principal: CurrentPrincipal
) -> WebhookDelivery:
    """Send a dead delivery once more, or a delivered one again, with the same `webhook-id` and body."""
    with db.write() as session:
        return deliveries.redeliver(session, principal, delivery_id, now=now)


@router.post(
    "/notifications",
    dependencies=[requires(Permission.NOTIFICATIONS_WRITE)],
    status_code=202,
    responses=example_response(202, QUEUED) | problem_responses(503),
)
def send_notification(
    wanted: Annotated[Notification, Body(openapi_examples=NOTIFICATIONS)], db: Db, now: Now, once: DoneOnce
) -> NotificationQueued:
    """For services and the platform's staff: pass something on to the webhooks of one organisation."""
    with db.write() as session:
        return once.answer(session, wanted, NotificationQueued, lambda: notify(session, wanted, now=now))
