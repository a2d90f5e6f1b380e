"""Names of events, and who asked for them."""

import pytest

from services.catalog.webhooks.event_types import asks_for, introduction_event, is_own
from shared.contracts.introductions import IntroductionState as State


@pytest.mark.parametrize(
    ("action", "before", "after", "name"),
    [
        ("request", None, State.DRAFT, "introduction.draft"),
        ("submit", State.DRAFT, State.REQUESTED, "introduction.requested"),
        ("remind", State.REQUESTED, State.REQUESTED, "introduction.reminded"),
        ("release", State.INTRODUCED, State.INTRODUCED, "introduction.updated"),
        ("expire", State.REQUESTED, State.EXPIRED, "introduction.expired"),
    ],
)
def test_an_event_is_named_for_the_state_reached(action: str, before: State | None, after: State, name: str) -> None:
    assert introduction_event(action, before, after) == name


def test_types_families_and_everything_can_be_asked_for() -> None:
    assert asks_for(["introduction.accepted"], "introduction.accepted")
    assert asks_for(["x.y", "introduction.*"], "introduction.met")
    assert asks_for(["*"], "recommendations.digest")
    assert not asks_for(["introduction.accepted"], "introduction.accepted_late")
    assert not asks_for(["introduction.*"], "introductions.digest")
    assert not asks_for([], "introduction.met")


def test_only_the_catalog_speaks_for_its_own_families() -> None:
    assert is_own("introduction.accepted") and is_own("webhook.ping")
    assert not is_own("recommendations.digest") and not is_own("introductions.digest")
