"""What time does to introductions: expiry and reminders; any worker may sweep, the moment decides what is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from services.catalog.idempotency import drop_expired
from services.catalog.introduction_tables import IntroductionRow
from services.catalog.introductions import repository
from services.catalog.introductions.deps import limits_of
from services.catalog.introductions.ledger import Deed, write_event
from services.catalog.introductions.requesting import expire
from services.catalog.introductions.rules import IntroductionLimits, next_reminder
from services.catalog.settings import CatalogSettings
from shared.contracts.introductions import Actor, IntroductionState
from shared.kit.database import Database, WriteSession
from shared.kit.polling import Polling


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """How much a sweep did."""

    expired: int
    reminded: int
    forgotten: int
    """Idempotency keys."""


def sweep(database: Database, limits: IntroductionLimits, *, now: datetime) -> Swept:
    """Expire first, then remind of what is still awaited; in small transactions, each row once however many sweep."""
    expired = _each(
        database, IntroductionRow.expires_at, lambda session, row: expire(session, row, limits, now=now), now
    )
    reminded = _each(database, IntroductionRow.remind_at, lambda session, row: _remind(session, row, limits, now), now)
    with database.write() as session:
        forgotten = drop_expired(session, now=now)
    return Swept(expired=expired, reminded=reminded, forgotten=forgotten)


def sweeping(database: Database, settings: CatalogSettings) -> Polling:
    """A thread that sweeps now and then; not started."""
    limits = limits_of(settings)

    def look() -> None:
        sweep(database, limits, now=datetime.now(UTC))

    return Polling("introduction-sweep", look, every_seconds=settings.sweep_seconds)


def _each(
    database: Database,
    due: InstrumentedAttribute[Any],
    handle: Callable[[WriteSession, IntroductionRow], None],
    now: datetime,
) -> int:
    handled = 0
    while True:
        with database.read() as reading:
            if not repository.is_any_due(reading, due, now=now):
                return handled
        with database.write() as session:
            rows = repository.lock_due(session, due, now=now)
            for row in rows:
                handle(session, row)
        handled += len(rows)
        if not rows:  # another worker has them
            return handled


def _remind(session: WriteSession, row: IntroductionRow, limits: IntroductionLimits, now: datetime) -> None:
    state = IntroductionState(row.state)
    row.remind_at = next_reminder(state, row.state_since, limits, now=now)
    row.reminders += 1
    row.revision += 1
    session.flush()
    write_event(session, row, state, Deed(action="remind", actor=Actor.CLOCK), now=now)
