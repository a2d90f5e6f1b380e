"""What the owner of a profile said of the counterparts that it was proposed or asked by; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.matcher.judgments.event import Event, speaker_of
from shared.contracts.feedback import FeedbackReason, FeedbackType, Outcome

_WELCOME = frozenset({FeedbackType.SHORTLISTED, FeedbackType.ACCEPTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """One owner's newest word on each counterpart, by profile id."""

    refused: Mapping[str, FeedbackReason]
    """Turned down, and why; what was turned down without a reason says nothing of a rule."""
    welcome: frozenset[str]
    """Shortlisted, accepted, met: a rule must not shut these out."""


def verdicts_of(profile_id: str, events: Iterable[Event]) -> Verdicts:
    """The owner's newest word counts; but whoever it met stays welcome, whatever was said later."""
    refused: dict[str, FeedbackReason | None] = {}
    welcome, met = set[str](), set[str]()
    for event in sorted(events, key=lambda event: (event.at.timestamp(), event.event_id)):
        other = event.target_id if event.subject_id == profile_id else event.subject_id
        if event.type is FeedbackType.OUTCOME:
            met |= {other} if event.outcome is not Outcome.NONE else set()
        elif speaker_of(event) != profile_id:
            continue
        elif event.type in _WELCOME:
            welcome.add(other)
            refused.pop(other, None)
        elif event.type in (FeedbackType.DISMISSED, FeedbackType.DECLINED):
            refused[other] = event.reason
            welcome.discard(other)
    return Verdicts(
        refused={other: reason for other, reason in refused.items() if reason is not None and other not in met},
        welcome=frozenset(welcome | met),
    )
