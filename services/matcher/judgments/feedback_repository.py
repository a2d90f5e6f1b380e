"""SQL of feedback as the follower stores it: events once."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from services.matcher.judgments.event import Event
from services.matcher.tables import Base, FeedbackRow
from shared.contracts.feedback import FeedbackEvent, FeedbackReason, FeedbackType, Outcome
from shared.kit.database import ReadSession, WriteSession

_BATCH = 500


def store_events(session: WriteSession, events: Iterable[FeedbackEvent]) -> None:
    """Store the events that are not stored yet, in the order of their ids, so that no two replicas wait in a ring."""
    rows = [_values(event) for event in sorted(events, key=lambda event: event.event_id)]
    for start in range(0, len(rows), _BATCH):
        insert = _insert(session, FeedbackRow).values(rows[start : start + _BATCH])
        session.execute(insert.on_conflict_do_nothing())


def all_events(session: ReadSession) -> Sequence[Event]:
    """Every event by its id."""
    rows = session.scalars(select(FeedbackRow).order_by(FeedbackRow.event_id).execution_options(yield_per=5_000))
    return [_event(row) for row in rows]


def all_answers(session: ReadSession) -> Sequence[Event]:
    """Every acceptance and refusal by whoever was asked, by its id."""
    answers = FeedbackRow.type.in_([FeedbackType.ACCEPTED.value, FeedbackType.DECLINED.value])
    rows = session.scalars(select(FeedbackRow).where(answers).order_by(FeedbackRow.event_id))
    return [_event(row) for row in rows]


def events_about(session: ReadSession, profile_id: str) -> Sequence[Event]:
    """Every event of one profile, on either side, by its id."""
    is_about = or_(FeedbackRow.subject_id == profile_id, FeedbackRow.target_id == profile_id)
    return [_event(row) for row in session.scalars(select(FeedbackRow).where(is_about).order_by(FeedbackRow.event_id))]


def forget_events(session: WriteSession) -> None:
    """Drop every event."""
    session.execute(delete(FeedbackRow))


def _values(event: FeedbackEvent) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "type": event.type.value,
        "subject_id": event.subject_id,
        "target_id": event.target_id,
        "run_id": event.run_id,
        "rank": event.rank,
        "reason": event.reason.value if event.reason else None,
        "outcome": event.outcome.value if event.outcome else None,
        "happened_by": event.by,
        "happened_at": event.at,
    }


def _event(row: FeedbackRow) -> Event:
    return Event(
        event_id=row.event_id,
        type=FeedbackType(row.type),
        subject_id=row.subject_id,
        target_id=row.target_id,
        by=row.happened_by,
        at=row.happened_at,
        run_id=row.run_id,
        rank=row.rank,
        reason=FeedbackReason(row.reason) if row.reason else None,
        outcome=Outcome(row.outcome) if row.outcome else None,
    )


def _insert(session: WriteSession, table: type[Base]) -> Any:  # Any: the two dialects' inserts share no type
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)
