"""Making, changing, rotating, pausing and trying endpoints; in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from services.catalog.webhook_tables import WebhookDeliveryRow, WebhookRow
from services.catalog.webhooks import rules
from services.catalog.webhooks.deliveries import delivery_view
from services.catalog.webhooks.errors import SecretLost, TooManyWebhooks, WebhookIsPaused, WebhookNotFound
from services.catalog.webhooks.event_types import PING
from services.catalog.webhooks.fan_out import Event, delivery_of, hearers_of, new_event_id
from services.catalog.webhooks.rules import UrlRules
from services.catalog.webhooks.signing import SigningKey, new_salt
from shared.contracts.webhooks import (
    DeliveryState,
    IssuedWebhook,
    PauseReason,
    Webhook,
    WebhookChange,
    WebhookDelivery,
    WebhookDraft,
)
from shared.kit.database import ReadSession, WriteSession
from shared.kit.identity import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a change needs to know beside itself."""

    principal: Principal
    key: SigningKey
    urls: UrlRules
    now: datetime


def create(session: WriteSession, desk: Desk, draft: WebhookDraft, *, webhook_id: str) -> Webhook:
    """A new endpoint; raises NotYourWebhooks, FaultyWebhook, TooManyWebhooks."""
    owner = rules.owner_of_new(desk.principal, draft.organization_id)
    url = desk.urls.check(draft.url)
    if len(hearers_of(session, owner)) >= rules.MOST_WEBHOOKS:
        raise TooManyWebhooks(rules.MOST_WEBHOOKS)
    row = WebhookRow(
        id=webhook_id,
        organization_id=owner,
        url=url,
        event_types=" ".join(dict.fromkeys(draft.event_types)),
        description=draft.description,
        salt=new_salt(),
        key_mark=desk.key.mark,
        created_by=desk.principal.id,
        created_at=desk.now,
        updated_at=desk.now,
        failures=0,
    )
    session.add(row)
    session.flush()
    return webhook_view(row, desk.principal)


def issued(session: ReadSession, desk: Desk, webhook: Webhook) -> IssuedWebhook:
    """With its newest secret; raises WebhookNotFound where it was deleted since."""
    row = _find(session, desk.principal, webhook.id)
    return IssuedWebhook(webhook=webhook, secret=desk.key.secret(row.id, row.salt))


def read(session: ReadSession, principal: Principal, webhook_id: str) -> Webhook:
    """One endpoint; raises WebhookNotFound."""
    return webhook_view(_find(session, principal, webhook_id), principal)


def search(session: ReadSession, principal: Principal, *, after_id: str, limit: int) -> list[Webhook]:
    """The next endpoints, by id, that the caller may see."""
    query = select(WebhookRow).where(WebhookRow.id > after_id)
    if not rules.reads_all(principal):
        query = query.where(WebhookRow.organization_id == principal.organization_id)
        if principal.organization_id is None:
            return []
    rows: Sequence[WebhookRow] = session.scalars(query.order_by(WebhookRow.id).limit(limit)).all()
    return [webhook_view(row, principal) for row in rows]


def change(session: WriteSession, desk: Desk, webhook_id: str, wanted: WebhookChange) -> Webhook:
    """Send elsewhere, or other events; what waits goes to the new address. Raises WebhookNotFound, FaultyWebhook."""
    row = _locked(session, desk.principal, webhook_id)
    if wanted.url is not None:
        row.url = desk.urls.check(wanted.url)
        _forgive(row)
    if wanted.event_types is not None:
        row.event_types = " ".join(dict.fromkeys(wanted.event_types))
    if "description" in wanted.model_fields_set:
        row.description = wanted.description
    return _kept(session, desk, row)


def remove(session: WriteSession, principal: Principal, webhook_id: str) -> None:
    """Delete it with all its deliveries; what is under way to it still arrives. Raises WebhookNotFound."""
    row = _locked(session, principal, webhook_id)
    session.execute(delete(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == row.id))
    session.delete(row)
    session.flush()


def rotate(session: WriteSession, desk: Desk, webhook_id: str, *, overlap: timedelta) -> Webhook:
    """A new secret; the one before signs as well until the overlap ends. Raises WebhookNotFound."""
    row = _locked(session, desk.principal, webhook_id)
    is_lost = row.key_mark != desk.key.mark
    row.previous_salt, row.overlap_until = (None, None) if is_lost else (row.salt, desk.now + overlap)
    row.salt, row.key_mark = new_salt(), desk.key.mark
    return _kept(session, desk, row)


def pause(session: WriteSession, desk: Desk, webhook_id: str) -> Webhook:
    """Send nothing until it is resumed; events wait. Raises WebhookNotFound."""
    row = _locked(session, desk.principal, webhook_id)
    row.paused = row.paused or PauseReason.ASKED.value
    return _kept(session, desk, row)


def resume(session: WriteSession, desk: Desk, webhook_id: str) -> Webhook:
    """Send again, at once. Raises WebhookNotFound, SecretLost."""
    row = _locked(session, desk.principal, webhook_id)
    if row.key_mark != desk.key.mark:
        raise SecretLost
    row.paused = None
    _forgive(row)
    return _kept(session, desk, row)


def ping(session: WriteSession, desk: Desk, webhook_id: str) -> WebhookDelivery:
    """Queue an event that says nothing, whatever it asked for. Raises WebhookNotFound, WebhookIsPaused."""
    row = _locked(session, desk.principal, webhook_id)
    if row.paused is not None:
        raise WebhookIsPaused
    _forgive(row)
    event = Event(id=new_event_id(), type=PING, at=desk.now, data={"webhook_id": row.id})
    delivery = delivery_of(event, row.id, event.body(), now=desk.now)
    session.add(delivery)
    session.flush()
    return delivery_view(delivery)


def count_by_state(session: ReadSession) -> dict[str, int]:
    """How many deliveries there are in each state."""
    rows = session.execute(select(WebhookDeliveryRow.state, func.count()).group_by(WebhookDeliveryRow.state)).all()
    return dict.fromkeys((state.value for state in DeliveryState), 0) | {str(state): int(n) for state, n in rows}


def webhook_view(row: WebhookRow, principal: Principal) -> Webhook:
    """As a caller sees it."""
    is_whole = rules.changes(principal, row.organization_id)
    return Webhook(
        id=row.id,
        organization_id=row.organization_id,
        url=row.url if is_whole else rules.origin_of(row.url),
        event_types=tuple(row.event_types.split()),
        description=row.description,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        paused=PauseReason(row.paused) if row.paused else None,
        failures=row.failures,
        last_error=row.last_error,
        waits_until=row.waits_until,
        overlap_until=row.overlap_until,
    )


def _find(session: ReadSession, principal: Principal, webhook_id: str) -> WebhookRow:
    row = session.get(WebhookRow, webhook_id)
    if row is None or not (rules.changes(principal, row.organization_id) or rules.reads_all(principal)):
        raise WebhookNotFound
    return row


def _locked(session: WriteSession, principal: Principal, webhook_id: str) -> WebhookRow:
    query = select(WebhookRow).where(WebhookRow.id == webhook_id).with_for_update()
    row = session.scalars(query).one_or_none()
    if row is None or not rules.changes(principal, row.organization_id):
        raise WebhookNotFound
    return row


def _forgive(row: WebhookRow) -> None:
    row.failures, row.waits_until, row.last_error = 0, None, None


def _kept(session: WriteSession, desk: Desk, row: WebhookRow) -> Webhook:
    row.updated_at = desk.now
    session.flush()
    return webhook_view(row, desk.principal)
