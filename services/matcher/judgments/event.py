"""A feedback event as the matcher keeps it; pure."""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.feedback import FeedbackReason, FeedbackType, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What somebody did about a pair."""

    event_id: str
    type: FeedbackType
    subject_id: str
    target_id: str
    by: str
    at: datetime
    run_id: str | None = None
    rank: int | None = None
    reason: FeedbackReason | None = None
    outcome: Outcome | None = None


def speaker_of(event: Event) -> str:
    """Whose word an event is.

    A list is read by its subject, so shortlisting and dismissing are the subject's; accepting and declining are the
    target's, who was asked. A client that names a side itself in `by` knows better.
    """
    if event.by in (event.subject_id, event.target_id):
        return event.by
    is_answer = event.type in (FeedbackType.ACCEPTED, FeedbackType.DECLINED)
    return event.target_id if is_answer else event.subject_id
