"""Notifications of other services, passed on to an organisation's endpoints."""

import json
from datetime import datetime

from services.catalog.webhooks.errors import FaultyWebhook
from services.catalog.webhooks.event_types import is_own
from services.catalog.webhooks.fan_out import Event, hearers_of, new_event_id, queue
from shared.contracts.webhooks import Notification, NotificationQueued
from shared.kit.database import WriteSession

MOST_DOCUMENT_BYTES = 256 * 1024


def notify(session: WriteSession, wanted: Notification, *, now: datetime) -> NotificationQueued:
    """Queue it for each endpoint that asks for its type; raises FaultyWebhook."""
    if is_own(wanted.type):
        fix = "Name another family, such as recommendations.digest."
        raise FaultyWebhook("type", "is of a family that is the catalog's own", fix)
    event = Event(id=new_event_id(), type=wanted.type, at=now, data=wanted.document)
    _check_document(event)
    queued = queue(session, event, hearers_of(session, wanted.organization_id), now=now)
    return NotificationQueued(event_id=event.id, deliveries=queued)


def _check_document(event: Event) -> None:
    try:
        size = len(json.dumps(event.data, ensure_ascii=False, allow_nan=False).encode())
    except (ValueError, RecursionError) as error:  # NaN, half a surrogate pair, a pit of brackets
        raise FaultyWebhook("document", "is no JSON that others can read", "Leave out NaN and broken text.") from error
    if size > MOST_DOCUMENT_BYTES:
        fix = "Send less, or a link to it."
        raise FaultyWebhook("document", f"has {size} bytes, more than {MOST_DOCUMENT_BYTES}", fix)
