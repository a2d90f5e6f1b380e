"""Whose word an event is, and which word counts."""

from services.matcher.judgments.event import speaker_of
from services.matcher.suggestions.verdicts import verdicts_of
from shared.contracts.feedback import FeedbackReason
from tests.matcher.judgments.events import make_event

STAGE, SECTOR = FeedbackReason.WRONG_STAGE, FeedbackReason.WRONG_SECTOR


def test_a_list_is_dismissed_by_its_subject_and_a_request_declined_by_its_target() -> None:
    events = [
        make_event("dismissed", "a", "me", reason=STAGE),
        make_event("declined", "me", "b", reason=SECTOR),
        make_event("declined", "c", "me", reason=STAGE),  # c's word, not mine
        make_event("dismissed", "me", "d", reason=STAGE),  # d's
    ]
    assert verdicts_of("me", events).refused == {"a": STAGE, "b": SECTOR}
    assert verdicts_of("c", events).refused == {"me": STAGE}


def test_a_client_that_names_a_side_is_believed() -> None:
    assert speaker_of(make_event("declined", "t", "s", by="s")) == "s"
    assert speaker_of(make_event("declined", "t", "s", by="intro_1:target")) == "t"


def test_the_newest_word_counts() -> None:
    first = make_event("dismissed", "a", "me", reason=STAGE)
    second = make_event("shortlisted", "a", "me")
    third = make_event("dismissed", "a", "me")
    assert verdicts_of("me", [second, first]).welcome == {"a"}
    taken_back = verdicts_of("me", [first, second, third])
    assert not taken_back.refused and not taken_back.welcome  # refused again, but without a reason


def test_whoever_was_met_stays_welcome() -> None:
    met = make_event("outcome", "a", "me", outcome="met")
    nothing = make_event("outcome", "b", "me", outcome="none")
    later = make_event("dismissed", "a", "me", reason=STAGE)
    verdicts = verdicts_of("me", [met, nothing, later])
    assert not verdicts.refused
    assert verdicts.welcome == {"a"}
    assert verdicts_of("a", [met]).welcome == {"me"}
