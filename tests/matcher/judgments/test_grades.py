"""What answers and outcomes say about fit, and what they do not."""

import pytest

from services.matcher.judgments.event import Event
from services.matcher.judgments.grades import ABOUT_FIT, Graded, outcome_grades, response_grades
from shared.contracts.feedback import FeedbackReason
from tests.matcher.judgments.events import make_event


def grades(graded: Graded) -> dict[tuple[str, str], int]:
    return {(one.target_id, one.by): one.grade for one in graded.judgments}


def test_accepted_fits_and_declined_for_a_reason_of_fit_does_not() -> None:
    events = [make_event("accepted", "a"), make_event("declined", "b", reason="wrong_stage")]
    assert grades(response_grades(events)) == {("a", "ann"): 2, ("b", "ann"): 0}


@pytest.mark.parametrize("reason", sorted(set(FeedbackReason) - ABOUT_FIT))
def test_reason_that_does_not_speak_of_fit_gives_no_grade(reason: str) -> None:
    graded = response_grades([make_event("declined", reason=reason)])
    assert (graded.judgments, graded.without_grade) == ((), 1)


def test_dismissal_without_a_reason_gives_no_grade() -> None:
    assert response_grades([make_event("dismissed")]).judgments == ()
    assert grades(response_grades([make_event("dismissed", reason="not_relevant")])) == {("t", "ann"): 0}


def test_newest_answer_of_each_person_counts_in_whatever_order_events_are_read() -> None:
    first, second = make_event("declined", reason="wrong_sector"), make_event("accepted")
    other = make_event("declined", by="ben", reason="wrong_region")
    for events in ([first, second, other], [other, second, first]):
        assert grades(response_grades(events)) == {("t", "ann"): 2, ("t", "ben"): 0}


def test_newest_answer_without_a_grade_takes_back_the_earlier_one() -> None:
    events = [make_event("accepted"), make_event("declined", reason="busy")]
    assert response_grades(events).judgments == ()


@pytest.mark.parametrize(("outcome", "grade"), [("met", 2), ("pilot", 3), ("order", 3), ("investment", 3)])
def test_outcomes_have_grades(outcome: str, grade: int) -> None:
    assert grades(outcome_grades([make_event("outcome", outcome=outcome)])) == {("t", "ann"): grade}


def test_nothing_that_came_of_it_is_no_judgment_and_takes_none_back() -> None:
    assert outcome_grades([make_event("outcome", outcome="none")]).judgments == ()
    events: list[Event] = [make_event("outcome", outcome="pilot"), make_event("outcome", outcome="none")]
    assert grades(outcome_grades(events)) == {("t", "ann"): 3}


def test_note_says_what_the_grade_rests_on() -> None:
    [judgment] = response_grades([make_event("declined", reason="wrong_stage")]).judgments
    assert judgment.note == "declined: wrong_stage"
