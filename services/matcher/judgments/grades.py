"""Grades from what people answered and from what came of it; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.matcher.judgments.event import Event
from shared.contracts.feedback import FeedbackReason, FeedbackType, Outcome
from shared.contracts.golden_sets import JudgmentSource

ABOUT_FIT = frozenset(
    {
        FeedbackReason.NOT_RELEVANT,
        FeedbackReason.WRONG_SECTOR,
        FeedbackReason.WRONG_STAGE,
        FeedbackReason.WRONG_REGION,
        FeedbackReason.AMOUNT_DOES_NOT_FIT,
        FeedbackReason.REQUIREMENT_NOT_MET,
    }
)
"""Reasons that say that the two do not fit. The others speak of the moment or of the people, and grade nothing."""
ACCEPTED_GRADE = 2
OUTCOME_GRADES: Mapping[Outcome, int] = {Outcome.MET: 2, Outcome.PILOT: 3, Outcome.ORDER: 3, Outcome.INVESTMENT: 3}
"""`none` is not among them: two may fit and still come to nothing."""
_RESPONSES = (FeedbackType.ACCEPTED, FeedbackType.DECLINED, FeedbackType.DISMISSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """One judgment of a source, ready to be stored."""

    subject_id: str
    target_id: str
    source: JudgmentSource
    by: str
    grade: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """Judgments, and how many events gave none."""

    judgments: tuple[Derived, ...]
    without_grade: int


def response_grades(events: Iterable[Event]) -> Graded:
    """Each person's newest answer to each pair: accepted gives 2, turned down for a reason of fit gives 0.

    An answer that grades nothing also takes back the same person's earlier one.
    """
    newest: dict[tuple[str, str, str], Event] = {}
    for event in sorted(events, key=_moment):
        if event.type in _RESPONSES:
            newest[event.subject_id, event.target_id, event.by] = event
    return _graded(newest.values(), JudgmentSource.RESPONSE)


def outcome_grades(events: Iterable[Event]) -> Graded:
    """Each person's best report of each pair: a meeting may be followed by an order, and stays no less a meeting."""
    best: dict[tuple[str, str, str], Event] = {}
    for event in sorted(events, key=_moment):
        key = event.subject_id, event.target_id, event.by
        if event.type is FeedbackType.OUTCOME and _rank(event) >= _rank(best.get(key)):
            best[key] = event
    return _graded(best.values(), JudgmentSource.OUTCOME)


def grade_of(event: Event) -> int | None:
    """What one answer or outcome says about fit; None where it says nothing."""
    if event.type is FeedbackType.ACCEPTED:
        return ACCEPTED_GRADE
    if event.type in (FeedbackType.DECLINED, FeedbackType.DISMISSED):
        return 0 if event.reason in ABOUT_FIT else None
    return OUTCOME_GRADES.get(event.outcome) if event.outcome is not None else None


def _graded(events: Iterable[Event], source: JudgmentSource) -> Graded:
    told = list(events)
    judgments = [_derived(event, grade, source) for event in told if (grade := grade_of(event)) is not None]
    return Graded(judgments=tuple(judgments), without_grade=len(told) - len(judgments))


def _derived(event: Event, grade: int, source: JudgmentSource) -> Derived:
    detail = event.reason or event.outcome
    return Derived(
        subject_id=event.subject_id,
        target_id=event.target_id,
        source=source,
        by=event.by,
        grade=grade,
        note=f"{event.type}: {detail}" if detail else str(event.type),
    )


def _rank(event: Event | None) -> int:
    if event is None:
        return -1
    grade = grade_of(event)
    return 0 if grade is None else grade


def _moment(event: Event) -> tuple[float, str]:
    return event.at.timestamp(), event.event_id
