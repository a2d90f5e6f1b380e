"""What is true of introductions whatever stores them: limits, when they expire and are reminded of, what they teach."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.catalog.feedback.rules import OWN_EVENTS
from shared.contracts.feedback import FeedbackEvent, FeedbackReason, FeedbackType, Outcome
from shared.contracts.introductions import Actor, IntroductionAction, IntroductionState

_Action, _State = IntroductionAction, IntroductionState
_FEEDBACK: dict[IntroductionAction, tuple[FeedbackType, Outcome | None]] = {
    _Action.SUBMIT: (FeedbackType.SHORTLISTED, None),
    _Action.ACCEPT: (FeedbackType.ACCEPTED, None),
    _Action.DECLINE: (FeedbackType.DECLINED, None),
    _Action.MEET: (FeedbackType.OUTCOME, Outcome.MET),
    _Action.PILOT: (FeedbackType.OUTCOME, Outcome.PILOT),
    _Action.ORDER: (FeedbackType.OUTCOME, Outcome.ORDER),
    _Action.INVEST: (FeedbackType.OUTCOME, Outcome.INVESTMENT),
    _Action.FAIL: (FeedbackType.OUTCOME, Outcome.NONE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroductionLimits:
    """What the settings allow."""

    is_reviewed: bool
    """An operator looks at every request before its target hears of it."""
    asked_per_period: int
    """Requests that one profile may make."""
    received_per_period: int
    """Requests that one profile may get."""
    period: timedelta
    answer_within: timedelta
    """After this, a request that nobody has answered expires."""
    remind_every: timedelta
    """Whoever is to answer, or to tell what came of it, is reminded this often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """What a feedback event says about which pair."""

    introduction_id: str
    subject_id: str
    target_id: str
    run_id: str | None
    rank: int | None


def is_overdue(state: IntroductionState, expires_at: datetime | None, *, now: datetime) -> bool:
    """Whether the request has expired, swept or not."""
    return state in (_State.IN_REVIEW, _State.REQUESTED) and expires_at is not None and expires_at <= now


def next_reminder(
    state: IntroductionState, since: datetime, limits: IntroductionLimits, *, now: datetime
) -> datetime | None:
    """When somebody is to be reminded next, counted from when the state was reached; None where nothing is awaited.

    Always after `now`: a worker that was away for a month reminds once and not thirty times.
    """
    if state not in (_State.IN_REVIEW, _State.REQUESTED, _State.ACCEPTED, _State.INTRODUCED, _State.MET):
        return None
    elapsed = max(now - since, timedelta(0))
    return since + (elapsed // limits.remind_every + 1) * limits.remind_every


def feedback_of(
    action: IntroductionAction, actor: Actor, pairing: Pairing, reason: FeedbackReason | None, *, now: datetime
) -> FeedbackEvent | None:
    """What the matcher is to learn from an action; None where it says nothing about how well the two fit.

    Asking counts as shortlisting. `by` names a side, never a person: feedback leaves the catalog.
    """
    if action not in _FEEDBACK:
        return None
    kind, outcome = _FEEDBACK[action]
    return FeedbackEvent(
        event_id=f"{OWN_EVENTS}{pairing.introduction_id}:{action}",
        type=kind,
        subject_id=pairing.subject_id,
        target_id=pairing.target_id,
        run_id=pairing.run_id,
        rank=pairing.rank if pairing.run_id else None,
        reason=reason if kind is FeedbackType.DECLINED else None,
        outcome=outcome,
        by=f"{pairing.introduction_id}:{actor}",
        at=now,
    )
