"""Events that a test states in a line."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from services.matcher.judgments.event import Event
from shared.contracts.feedback import FeedbackEvent, FeedbackReason, FeedbackType, Outcome

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
_NUMBERS = count(1)


def make_event(kind: str, target: str = "t", subject: str = "s", *, by: str = "ann", **fields: Any) -> Event:
    """A later event than every one made before it."""
    number = next(_NUMBERS)
    reason, outcome = fields.pop("reason", None), fields.pop("outcome", None)
    return Event(
        event_id=f"e{number:07}",
        type=FeedbackType(kind),
        subject_id=subject,
        target_id=target,
        by=by,
        at=START + timedelta(seconds=number),
        reason=FeedbackReason(reason) if reason else None,
        outcome=Outcome(outcome) if outcome else None,
        **fields,
    )


def on_the_wire(event: Event) -> FeedbackEvent:
    """The same event as the catalog tells it."""
    return FeedbackEvent(
        event_id=event.event_id,
        type=event.type,
        subject_id=event.subject_id,
        target_id=event.target_id,
        run_id=event.run_id,
        rank=event.rank,
        reason=event.reason,
        outcome=event.outcome,
        by=event.by,
        at=event.at,
    )
