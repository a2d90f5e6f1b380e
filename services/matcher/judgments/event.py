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
