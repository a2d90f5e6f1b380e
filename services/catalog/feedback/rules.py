"""What makes an event sound by itself; pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from shared.contracts.feedback import INTRODUCTION_EVENTS, FeedbackEvent, FeedbackType
from shared.contracts.problems import FieldProblem

CLOCKS_DIFFER_BY = timedelta(minutes=10)
"""How far ahead of ours a client's clock may be."""
OWN_EVENTS = INTRODUCTION_EVENTS
_WITH_REASON = (FeedbackType.DISMISSED, FeedbackType.DECLINED)


def event_problems(events: Sequence[FeedbackEvent], *, now: datetime) -> list[FieldProblem]:
    """Every contradiction in a batch, by field; an empty list for a sound one."""
    return [
        FieldProblem(field=f"events.{number}.{field}", message=message, fix=fix)
        for number, event in enumerate(events)
        for field, message, fix in _problems(event, now)
    ]


def _problems(event: FeedbackEvent, now: datetime) -> Iterator[tuple[str, str, str]]:
    if event.event_id.startswith(OWN_EVENTS):
        yield "event_id", "is kept for what introductions tell", f"Begin it with something else than {OWN_EVENTS}"
    if event.subject_id == event.target_id:
        yield "target_id", "is the subject itself", "Name the profile that was proposed."
    if event.type is FeedbackType.DECLINED and event.reason is None:
        yield "reason", "is missing", "Say why it was declined; `other` will do."
    if event.type not in _WITH_REASON and event.reason is not None:
        yield "reason", f"does not belong to {event.type}", "Leave it out, or send dismissed or declined."
    if event.type is FeedbackType.OUTCOME and event.outcome is None:
        yield "outcome", "is missing", "Say what came of it; `none` for nothing."
    if event.type is not FeedbackType.OUTCOME and event.outcome is not None:
        yield "outcome", f"does not belong to {event.type}", "Leave it out, or send an event of type outcome."
    if event.at > now + CLOCKS_DIFFER_BY:
        yield "at", "lies in the future", "Send the moment at which it happened, with its time zone."
