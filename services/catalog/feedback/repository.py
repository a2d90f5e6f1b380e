"""The SQL of feedback: events are inserted once and never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects import postgresql, sqlite

from services.catalog.tables import FeedbackRow, ProfileRow
from shared.contracts.feedback import FeedbackEvent, FeedbackType
from shared.contracts.vocabularies import ProfileStatus
from shared.kit.database import ReadSession, WriteSession

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackSearch:
    """What a list is narrowed by; None leaves it open."""

    subject_id: str | None = None
    target_id: str | None = None
    run_id: str | None = None
    type: FeedbackType | None = None


def owned_profiles(session: ReadSession, ids: Iterable[str], owner: str) -> set[str]:
    """Those of the ids that an organisation owns."""
    return known_profiles(session, ids, ProfileRow.owner == owner)


def known_profiles(session: ReadSession, ids: Iterable[str], condition: ColumnElement[bool]) -> set[str]:
    """Those of the ids that are on record, withdrawn ones too but none that was erased, and fulfil the condition."""
    wanted, known = sorted(set(ids)), set[str]()
    condition &= ProfileRow.status != ProfileStatus.ERASED.value
    for start in range(0, len(wanted), _BATCH):
        query = select(ProfileRow.id).where(ProfileRow.id.in_(wanted[start : start + _BATCH]), condition)
        known |= set(session.scalars(query))
    return known


def insert_new(session: WriteSession, events: Sequence[FeedbackEvent], *, now: datetime) -> set[str]:
    """Insert the events that are not on record; returns their ids.

    In the order of their ids, so that two writers of the same events never wait for each other.
    """
    rows = [_row(event, now) for event in sorted(events, key=lambda event: event.event_id)]
    dialect_insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = dialect_insert(FeedbackRow).on_conflict_do_nothing().returning(FeedbackRow.event_id)
    return set(session.scalars(statement, rows))


def documents(session: ReadSession, event_ids: Sequence[str]) -> dict[str, str]:
    """The stored documents by event id."""
    query = select(FeedbackRow.event_id, FeedbackRow.document).where(FeedbackRow.event_id.in_(event_ids))
    return dict(session.execute(query).all())


def search(
    session: ReadSession, wanted: FeedbackSearch, *, after_id: int, limit: int, subjects_of: str | None = None
) -> Sequence[FeedbackRow]:
    """The next events in the order of their insertion; with `subjects_of`, those of one organisation's subjects."""
    query = select(FeedbackRow).where(FeedbackRow.id > after_id, *_conditions(wanted))
    if subjects_of is not None:
        query = query.where(FeedbackRow.subject_id.in_(select(ProfileRow.id).where(ProfileRow.owner == subjects_of)))
    return session.scalars(query.order_by(FeedbackRow.id).limit(limit)).all()


def document(event: FeedbackEvent) -> str:
    """The event for the store; equal for equal events."""
    return event.model_dump_json(exclude_none=True)


def _conditions(wanted: FeedbackSearch) -> list[ColumnElement[bool]]:
    exact = {
        FeedbackRow.subject_id: wanted.subject_id,
        FeedbackRow.target_id: wanted.target_id,
        FeedbackRow.run_id: wanted.run_id,
        FeedbackRow.type: wanted.type,
    }
    return [column == str(value) for column, value in exact.items() if value is not None]


def _row(event: FeedbackEvent, now: datetime) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "type": event.type.value,
        "subject_id": event.subject_id,
        "target_id": event.target_id,
        "run_id": event.run_id,
        "document": document(event),
        "received_at": now,
    }
