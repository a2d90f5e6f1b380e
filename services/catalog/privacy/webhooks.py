"""Webhooks: an erased organisation's endpoints go, and so does every notification that names an erased profile."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update, delete, or_, select, update

from services.catalog.privacy.subjects import DataSubject
from services.catalog.webhook_tables import WebhookDeliveryRow, WebhookRow
from shared.kit.database import WriteSession
from shared.kit.erasure import ERASED

_AT_A_TIME = 50
"""Conditions in one statement that each look for a text."""


def forget_webhooks(session: WriteSession, subject: DataSubject, _now: datetime) -> dict[str, int]:
    """What tells of introductions holds ids and states, and stays; a notification is another service's own text."""
    deliveries = 0
    for start in range(0, len(subject.profile_ids), _AT_A_TIME):
        some = subject.profile_ids[start : start + _AT_A_TIME]
        names = or_(*(WebhookDeliveryRow.body.contains(one) for one in some))
        of_others = (WebhookDeliveryRow.introduction_id.is_(None), names)
        deliveries += _done(session, delete(WebhookDeliveryRow).where(*of_others))
    if subject.organization_id is None:
        return {"webhook_deliveries": deliveries}
    own = WebhookRow.organization_id == subject.organization_id
    queued = WebhookDeliveryRow.webhook_id.in_(select(WebhookRow.id).where(own))
    deliveries += _done(session, delete(WebhookDeliveryRow).where(queued))
    webhooks = _done(session, delete(WebhookRow).where(own))
    made = WebhookRow.created_by.in_(sorted(subject.people))
    _done(session, update(WebhookRow).where(made).values(created_by=ERASED))
    return {"webhook_deliveries": deliveries, "webhooks": webhooks}


def _done(session: WriteSession, statement: Update | Delete) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount
