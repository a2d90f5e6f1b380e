"""The SQL of API keys; a changed key loses its place in the feed, and is stamped anew behind what was told before."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update

from services.catalog.tables import ApiKeyEventRow, ApiKeyRow
from shared.kit.database import ReadSession, WriteSession


def add(session: WriteSession, row: ApiKeyRow) -> None:
    """Insert a new key."""
    session.add(row)
    session.flush()


def find(session: ReadSession, key_id: str) -> ApiKeyRow | None:
    """One key."""
    return session.scalars(select(ApiKeyRow).where(ApiKeyRow.key_id == key_id)).one_or_none()


def lock(session: WriteSession, key_id: str) -> ApiKeyRow | None:
    """One key, held until the commit."""
    return session.scalars(select(ApiKeyRow).where(ApiKeyRow.key_id == key_id).with_for_update()).one_or_none()


def page(session: ReadSession, *, after_id: int, limit: int) -> Sequence[ApiKeyRow]:
    """The next keys in the order in which they were made."""
    return session.scalars(select(ApiKeyRow).where(ApiKeyRow.id > after_id).order_by(ApiKeyRow.id).limit(limit)).all()


def note_event(session: WriteSession, event: ApiKeyEventRow) -> None:
    """Add a line to the audit trail."""
    session.add(event)
    session.flush()


def events(session: ReadSession, key_id: str) -> Sequence[ApiKeyEventRow]:
    """A key's audit trail, the oldest first: it is rotated and revoked a few times at most."""
    query = select(ApiKeyEventRow).where(ApiKeyEventRow.key_id == key_id).order_by(ApiKeyEventRow.id)
    return session.scalars(query).all()


def note_use(session: WriteSession, key_id: str, *, now: datetime, if_before: datetime) -> None:
    """Write down that a key was used, unless that was done since; no change that the feed tells of."""
    is_due = or_(ApiKeyRow.last_used_at.is_(None), ApiKeyRow.last_used_at < if_before)
    session.execute(
        update(ApiKeyRow)
        .where(ApiKeyRow.key_id == key_id, is_due)
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )
