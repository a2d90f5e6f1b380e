"""Endpoints and deliveries in a catalog's database, as tests need them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update

from services.catalog.webhook_tables import WebhookDeliveryRow, WebhookRow
from services.catalog.webhooks import queue
from services.catalog.webhooks.fan_out import Event, delivery_of
from services.catalog.webhooks.queue import Attempted, Claim
from services.catalog.webhooks.retries import RetryPolicy
from services.catalog.webhooks.sending import Outcome
from services.catalog.webhooks.signing import SigningKey
from shared.kit.database import Database
from tests.catalog.introductions.people import NOW

KEY = SigningKey(value=b"a key of tests, long enough to be one")
LEASE = timedelta(seconds=30)
POLICY = RetryPolicy(
    first_wait=timedelta(seconds=10),
    longest_wait=timedelta(hours=1),
    most_attempts=4,
    gives_up_after=timedelta(hours=1),
    longest_rest=timedelta(minutes=5),
)


def add_webhook(
    database: Database,
    name: str,
    organization_id: str | None = None,
    *,
    url: str = "https://hooks.example.org/",
    event_types: str = "*",
    key: SigningKey = KEY,
) -> str:
    with database.write() as session:
        session.add(
            WebhookRow(
                id=name,
                organization_id=organization_id,
                url=url,
                event_types=event_types,
                salt=f"salt of {name}",
                key_mark=key.mark,
                created_by="tests",
                created_at=NOW,
                updated_at=NOW,
                failures=0,
            )
        )
    return name


def add_deliveries(database: Database, webhook_id: str, *order_keys: str, now: datetime = NOW) -> list[int]:
    """One after the other; a key that stands several times is of one introduction."""
    rows = []
    with database.write() as session:
        for number, key in enumerate(order_keys):
            event = Event(
                id=f"evt_{webhook_id}_{number}", type="introduction.met", at=now, data={}, introduction_id=key
            )
            row = delivery_of(event, webhook_id, event.body(), now=now)
            session.add(row)
            session.flush()
            rows.append(row.id)
    return rows


def claim(database: Database, *webhook_ids: str, places: int = 10, now: datetime = NOW) -> list[Claim]:
    with database.write() as session:
        return queue.claim(session, dict.fromkeys(webhook_ids, places), KEY, POLICY, lease_for=LEASE, now=now)


def record(database: Database, claims: Iterable[Claim], outcome: Outcome, *, now: datetime = NOW) -> dict[str, int]:
    done = [Attempted(claim=claim, outcome=outcome, draw=0.0) for claim in claims]
    with database.write() as session:
        return queue.record(session, done, POLICY, now=now)


def delivery(database: Database, delivery_id: int) -> WebhookDeliveryRow:
    with database.read() as session:
        row = session.get(WebhookDeliveryRow, delivery_id)
    assert row is not None
    return row


def webhook(database: Database, webhook_id: str) -> WebhookRow:
    with database.read() as session:
        row = session.get(WebhookRow, webhook_id)
    assert row is not None
    return row


def set_webhook(database: Database, webhook_id: str, **values: object) -> None:
    with database.write() as session:
        session.execute(update(WebhookRow).where(WebhookRow.id == webhook_id).values(values))


def all_deliveries(database: Database) -> list[WebhookDeliveryRow]:
    with database.read() as session:
        return list(session.scalars(select(WebhookDeliveryRow).order_by(WebhookDeliveryRow.id)))
