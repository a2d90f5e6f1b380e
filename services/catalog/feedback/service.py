"""Taking feedback and listing it; in its caller's transaction, all of a batch or nothing."""

from collections.abc import Sequence
from datetime import datetime

from services.catalog.feedback import repository, rules
from services.catalog.feedback.errors import FaultyFeedback, FeedbackEventDiffers
from services.catalog.feedback.repository import FeedbackSearch
from services.catalog.tables import FeedbackRow
from shared.contracts.feedback import FeedbackBatch, FeedbackEvent, FeedbackReceipt, StoredFeedback
from shared.contracts.problems import FieldProblem
from shared.kit.database import ReadSession, WriteSession


def take(session: WriteSession, batch: FeedbackBatch, *, now: datetime) -> FeedbackReceipt:
    """Store the events that are new; one that was sent before counts once.

    Raises FaultyFeedback, and FeedbackEventDiffers where an id is taken by an event of another content.
    """
    problems = rules.event_problems(batch.events, now=now) or _unknown_profiles(session, batch.events)
    if problems:
        raise FaultyFeedback(problems)
    by_id = {event.event_id: event for event in batch.events}
    new = repository.insert_new(session, list(by_id.values()), now=now)
    on_record = repository.documents(session, list(by_id))
    differing = [
        f"events.{number}.event_id"
        for number, event in enumerate(batch.events)
        if on_record[event.event_id] != repository.document(event)
    ]
    if differing:
        raise FeedbackEventDiffers(differing)
    return FeedbackReceipt(stored=len(new), known=len(batch.events) - len(new))


def search(
    session: ReadSession, wanted: FeedbackSearch, *, after_id: int, limit: int
) -> list[tuple[int, StoredFeedback]]:
    """The next events of a list with their place in it."""
    rows = repository.search(session, wanted, after_id=after_id, limit=limit)
    return [(row.id, _stored(row)) for row in rows]


def _unknown_profiles(session: ReadSession, events: Sequence[FeedbackEvent]) -> list[FieldProblem]:
    named = [
        (f"events.{number}.{field}", getattr(event, field))
        for number, event in enumerate(events)
        for field in ("subject_id", "target_id")
    ]
    known = repository.known_profiles(session, (profile_id for _, profile_id in named))
    fix = "Use the id that the catalog gave the profile."
    return [
        FieldProblem(field=field, message="names no profile of this catalog", fix=fix)
        for field, profile_id in named
        if profile_id not in known
    ]


def _stored(row: FeedbackRow) -> StoredFeedback:
    return StoredFeedback(event=FeedbackEvent.model_validate_json(row.document), received_at=row.received_at)
