"""What time does to deliveries: those too old are given up, those that have ended are forgotten."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from services.catalog.webhook_tables import WebhookDeliveryRow, WebhookRow
from shared.contracts.webhooks import DeliveryState
from shared.kit.database import Database, WriteSession
from shared.kit.polling import Polling

AT_A_TIME = 500
_PENDING = WebhookDeliveryRow.state == DeliveryState.PENDING.value


def sweep(database: Database, *, gives_up_after: timedelta, kept_for: timedelta, now: datetime) -> tuple[int, int]:
    """How many deliveries were given up and how many forgotten; in small transactions.

    Given up is what an endpoint that fails was to get for too long, and what waited longer for a paused one than
    ended deliveries are kept.
    """
    given_up = _repeat(database, lambda session: _give_up(session, _is_too_old(gives_up_after, kept_for, now), now))
    forgotten = _repeat(database, lambda session: _forget(session, before=now - kept_for))
    return given_up, forgotten


def sweeping(database: Database, *, gives_up_after: timedelta, kept_for: timedelta, every_seconds: float) -> Polling:
    """A thread that sweeps now and then; not started."""

    def look() -> None:
        sweep(database, gives_up_after=gives_up_after, kept_for=kept_for, now=datetime.now(UTC))

    return Polling("webhook-sweep", look, every_seconds=every_seconds)


def _is_too_old(gives_up_after: timedelta, kept_for: timedelta, now: datetime) -> ColumnElement[bool]:
    is_its = WebhookRow.id == WebhookDeliveryRow.webhook_id
    is_failing = select(WebhookRow.id).where(is_its, WebhookRow.paused.is_(None), WebhookRow.failures > 0).exists()
    is_paused = select(WebhookRow.id).where(is_its, WebhookRow.paused.is_not(None)).exists()
    is_idle = or_(WebhookDeliveryRow.lease.is_(None), WebhookDeliveryRow.due_at <= now)
    is_old = or_(
        and_(WebhookDeliveryRow.queued_at <= now - gives_up_after, is_failing),
        and_(WebhookDeliveryRow.queued_at <= now - kept_for, is_paused),
    )
    return and_(_PENDING, is_idle, is_old)


def _give_up(session: WriteSession, is_too_old: ColumnElement[bool], now: datetime) -> int:
    query = select(WebhookDeliveryRow.id).where(is_too_old).order_by(WebhookDeliveryRow.id).limit(AT_A_TIME)
    ids = session.scalars(query.with_for_update(skip_locked=True)).all()
    dead = {"state": DeliveryState.DEAD.value, "last_error": "too_old", "lease": None, "updated_at": now}
    session.execute(update(WebhookDeliveryRow).where(WebhookDeliveryRow.id.in_(ids)).values(dead))
    return len(ids)


def _forget(session: WriteSession, *, before: datetime) -> int:
    is_orphan = and_(_PENDING, WebhookDeliveryRow.webhook_id.not_in(select(WebhookRow.id)))
    ended = or_(WebhookDeliveryRow.state != DeliveryState.PENDING.value, is_orphan)
    query = select(WebhookDeliveryRow.id).where(ended, WebhookDeliveryRow.updated_at <= before).limit(AT_A_TIME)
    ids = session.scalars(query.with_for_update(skip_locked=True)).all()
    session.execute(delete(WebhookDeliveryRow).where(WebhookDeliveryRow.id.in_(ids)))
    return len(ids)


def _repeat(database: Database, step: Callable[[WriteSession], int]) -> int:
    done = 0
    while True:
        with database.write() as session:
            now_done = step(session)
        done += now_done
        if now_done < AT_A_TIME:
            return done
