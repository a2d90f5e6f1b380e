"""The HTTP face of endpoints: `/v1/webhooks`."""

from datetime import timedelta
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Body, Query, Response
from pydantic import Field

from services.catalog.deps import Db
from services.catalog.idempotency import DoneOnce
from services.catalog.profiles.examples import example_response
from services.catalog.webhooks import service
from services.catalog.webhooks.deps import AtDesk, WebhookId
from services.catalog.webhooks.examples import CHANGES, DRAFTS, ISSUED, PING, WEBHOOK
from shared.contracts.base import WireModel
from shared.contracts.webhooks import (
    IssuedWebhook,
    Webhook,
    WebhookChange,
    WebhookDelivery,
    WebhookDraft,
    WebhookPage,
    WebhookRotation,
)
from shared.kit.http import problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires
from shared.kit.paging import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

_READS, _WRITES = requires(Permission.WEBHOOKS_READ), requires(Permission.WEBHOOKS_WRITE)
_ONE, _ISSUED = example_response(200, WEBHOOK), example_response(201, ISSUED)


class WebhookQuery(WireModel):
    """A page of the list."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None
    """`next_cursor` of the page before."""


@router.post("", dependencies=[_WRITES], status_code=201, responses=_ISSUED | problem_responses(403, 404, 409, 503))
def create_webhook(
    draft: Annotated[WebhookDraft, Body(openapi_examples=DRAFTS)],
    db: Db,
    desk: AtDesk,
    once: DoneOnce,
    response: Response,
) -> IssuedWebhook:
    """Have events sent to an address of yours. The signing secret stands in this answer; no list shows it again."""
    with db.write() as session:
        webhook = once.answer(
            session, draft, Webhook, lambda: service.create(session, desk, draft, webhook_id=f"whk_{uuid4().hex}")
        )
        issued = service.issued(session, desk, webhook)
    response.headers["Location"] = f"/v1/webhooks/{webhook.id}"
    response.headers["Cache-Control"] = "no-store"
    return issued


@router.get(
    "",
    dependencies=[_READS],
    responses=example_response(200, {"items": [WEBHOOK], "next_cursor": None}) | problem_responses(400, 503),
)
def list_webhooks(query: Annotated[WebhookQuery, Query()], db: Db, principal: CurrentPrincipal) -> WebhookPage:
    """Your organisation's webhooks in the order of their ids; all of them for the platform and auditors."""
    after_id = "" if query.cursor is None else str(decode_cursor(query.cursor, str)[0])
    with db.read() as session:
        found = service.search(session, principal, after_id=after_id, limit=query.limit + 1)
    items = tuple(found[: query.limit])
    return WebhookPage(items=items, next_cursor=encode_cursor(items[-1].id) if len(found) > query.limit else None)


@router.get("/{webhook_id}", dependencies=[_READS], responses=_ONE | problem_responses(404, 503))
def read_webhook(webhook_id: WebhookId, db: Db, principal: CurrentPrincipal) -> Webhook:
    """One webhook and how its receiver fares; never its secret."""
    with db.read() as session:
        return service.read(session, principal, webhook_id)


@router.patch("/{webhook_id}", dependencies=[_WRITES], responses=_ONE | problem_responses(404, 409, 503))
def change_webhook(
    webhook_id: WebhookId, change: Annotated[WebhookChange, Body(openapi_examples=CHANGES)], db: Db, desk: AtDesk
) -> Webhook:
    """Another address, other events, another description. What waits goes to the new address."""
    with db.write() as session:
        return service.change(session, desk, webhook_id, change)


@router.delete("/{webhook_id}", dependencies=[_WRITES], status_code=204, responses=problem_responses(404, 503))
def delete_webhook(webhook_id: WebhookId, db: Db, principal: CurrentPrincipal) -> None:
    """End it, and forget what waits for it."""
    with db.write() as session:
        service.remove(session, principal, webhook_id)


@router.post(
    "/{webhook_id}:rotate",
    dependencies=[_WRITES],
    status_code=201,
    responses=_ISSUED | problem_responses(404, 409, 503),
)
def rotate_webhook_secret(
    webhook_id: WebhookId,
    db: Db,
    desk: AtDesk,
    once: DoneOnce,
    response: Response,
    rotation: Annotated[WebhookRotation | None, Body()] = None,
) -> IssuedWebhook:
    """A new secret. Until the overlap ends every delivery carries a signature by the one before as well.

    Send an `Idempotency-Key`: asked for again under it, the same secret comes and nothing is rotated twice.
    """
    wanted = rotation or WebhookRotation()
    overlap = timedelta(seconds=wanted.overlap_seconds)
    with db.write() as session:
        webhook = once.answer(
            session, wanted, Webhook, lambda: service.rotate(session, desk, webhook_id, overlap=overlap)
        )
        issued = service.issued(session, desk, webhook)
    response.headers["Cache-Control"] = "no-store"
    return issued


@router.post("/{webhook_id}:pause", dependencies=[_WRITES], responses=_ONE | problem_responses(404, 409, 503))
def pause_webhook(webhook_id: WebhookId, db: Db, desk: AtDesk) -> Webhook:
    """Send nothing until it is resumed; events wait for it."""
    with db.write() as session:
        return service.pause(session, desk, webhook_id)


@router.post("/{webhook_id}:resume", dependencies=[_WRITES], responses=_ONE | problem_responses(404, 409, 503))
def resume_webhook(webhook_id: WebhookId, db: Db, desk: AtDesk) -> Webhook:
    """Send again, what waited first."""
    with db.write() as session:
        return service.resume(session, desk, webhook_id)


@router.post(
    "/{webhook_id}:test",
    dependencies=[_WRITES],
    status_code=202,
    responses=example_response(202, PING) | problem_responses(404, 409, 503),
)
def test_webhook(webhook_id: WebhookId, db: Db, desk: AtDesk) -> WebhookDelivery:
    """Send it a `webhook.ping`; its deliveries tell what came of it."""
    with db.write() as session:
        return service.ping(session, desk, webhook_id)
