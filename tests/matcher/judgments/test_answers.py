"""Who said yes when asked, and who answered at all."""

from datetime import UTC, datetime

from services.matcher.introductions.steps import IntroductionSteps
from services.matcher.judgments.answers import acceptances, responses
from services.matcher.priors.shrinkage import Counted
from shared.contracts.introductions import IntroductionState
from tests.matcher.judgments.events import make_event

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def steps(target: str, *states: str, is_told: bool = True) -> IntroductionSteps:
    return IntroductionSteps(
        introduction_id=f"{target}-{'-'.join(states)}",
        subject_id="s",
        target_id=target,
        run_id=None,
        rank=None,
        is_told=is_told,
        reached={IntroductionState(state): NOW for state in states},
    )


def test_answers_of_those_asked_are_counted_and_what_was_shown_is_not() -> None:
    events = [
        make_event("accepted", "t", "a"),
        make_event("declined", "t", "b", reason="busy"),
        *(make_event(kind, "t", "c", rank=9, run_id="r") for kind in ("shown", "opened", "dismissed")),
    ]
    assert acceptances(events) == {"t": Counted(asked=2, yes=1)}


def test_the_newest_answer_to_each_counts_once() -> None:
    declined, accepted = make_event("declined", reason="timing"), make_event("accepted")
    assert acceptances([accepted, declined, accepted]) == {"t": Counted(asked=1, yes=1)}


def test_a_refusal_about_the_pair_says_nothing_of_the_next() -> None:
    events = [make_event("declined", reason="already_in_contact"), make_event("declined", "u", reason="busy")]
    assert acceptances(events) == {"u": Counted(asked=1)}


def test_whoever_lets_a_request_expire_has_not_answered() -> None:
    told = [
        steps("a", "requested", "accepted", "introduced", "met"),
        steps("a", "requested", "declined"),
        steps("a", "requested", "expired"),
        steps("a", "requested"),  # may answer yet
        steps("a", "requested", "withdrawn"),  # nobody waited for it
        steps("b", "in_review", "expired", is_told=False),  # never heard of it
        steps("c", "requested", "accepted", "withdrawn"),
    ]
    assert responses(told) == {"a": Counted(asked=3, yes=2), "c": Counted(asked=1, yes=1)}
