"""Following feedback: each event stored once, with the position, apart from profiles."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from sqlalchemy import event as engine_event

from services.catalog.app import create_app
from services.catalog.profiles.rules import profile_id
from services.catalog.settings import CatalogSettings
from services.matcher.feed.client import FeedClient, FeedUnreachableError
from services.matcher.feed.feedback_follower import FeedbackFollower
from services.matcher.feed_positions import read_position
from services.matcher.judgments.event import Event
from services.matcher.judgments.feedback_repository import all_events
from services.matcher.tables import FeedbackPositionRow
from shared.kit.database import Database
from tests.factories import make_project, profile_body
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed.following import follow, held, restored_matcher
from tests.matcher.feed_server import FeedServer
from tests.matcher.judgments.events import make_event, on_the_wire
from tests.matcher.loopback import served_over_http


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.fixture
def follower(feed: FeedServer, database_on_both: Database) -> Iterator[FeedbackFollower]:
    with httpx.Client(base_url=feed.url) as http:
        yield FeedbackFollower(database_on_both, FeedClient(http, page_size=3, wait_seconds=0.2))


def read_all(follower: FeedbackFollower) -> None:
    while follower.follow_once(wait=False):
        pass


def stored(database: Database) -> tuple[Sequence[Event], int]:
    with database.read() as session:
        return all_events(session), read_position(session, FeedbackPositionRow)[0]


def test_every_event_is_stored_as_it_was_told(
    feed: FeedServer, follower: FeedbackFollower, database_on_both: Database
) -> None:
    events = [
        make_event("shown", run_id="run", rank=2),
        make_event("declined", reason="wrong_stage"),
        make_event("outcome", outcome="pilot"),
        make_event("opened", by="本"),
    ]
    feed.tell_feedback(*map(on_the_wire, events))
    read_all(follower)
    assert stored(database_on_both) == (events, 4)


def test_event_told_again_is_stored_once(
    feed: FeedServer, follower: FeedbackFollower, database_on_both: Database
) -> None:
    events = [make_event("opened"), make_event("opened")]
    feed.tell_feedback(*map(on_the_wire, [*events, *events, events[0]]))
    read_all(follower)
    assert stored(database_on_both) == (events, 5)


def test_position_and_events_are_written_together_or_not_at_all(
    feed: FeedServer, follower: FeedbackFollower, database_on_both: Database
) -> None:
    feed.tell_feedback(on_the_wire(make_event("opened")))

    def fail(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "INSERT INTO feedback " in statement:
            raise RuntimeError

    engine_event.listen(database_on_both.engine, "before_cursor_execute", fail)
    with pytest.raises(RuntimeError):
        follower.follow_once(wait=False)
    engine_event.remove(database_on_both.engine, "before_cursor_execute", fail)
    assert stored(database_on_both) == ([], 0)
    read_all(follower)
    assert stored(database_on_both)[1] == 1


def test_shorter_feed_is_another_catalog_and_starts_over(
    feed: FeedServer, follower: FeedbackFollower, database_on_both: Database
) -> None:
    feed.tell_feedback(*(on_the_wire(make_event("opened")) for _ in range(4)))
    read_all(follower)
    feed.feedback.clear()
    other = make_event("accepted")
    feed.tell_feedback(on_the_wire(other))
    read_all(follower)
    assert stored(database_on_both) == ([other], 1)


def test_other_history_is_read_anew_though_it_is_longer(
    feed: FeedServer, follower: FeedbackFollower, database_on_both: Database
) -> None:
    feed.epoch = "first"
    feed.tell_feedback(*(on_the_wire(make_event("opened")) for _ in range(2)))
    read_all(follower)
    feed.feedback.clear()
    feed.epoch = "second"
    restored = [make_event("accepted") for _ in range(5)]
    feed.tell_feedback(*map(on_the_wire, restored))
    read_all(follower)
    assert stored(database_on_both) == (restored, 5)


def test_unreachable_feed_is_told_and_nothing_is_lost(
    feed: FeedServer, follower: FeedbackFollower, database_on_both: Database
) -> None:
    feed.stop()
    with pytest.raises(FeedUnreachableError):
        follower.follow_once(wait=False)
    feed.start()
    feed.tell_feedback(on_the_wire(make_event("opened")))
    read_all(follower)
    assert stored(database_on_both)[1] == 1


def test_profiles_do_not_wait_behind_feedback(
    feed: FeedServer, sqlite_matcher_url: str, tmp_path: Path, encoder: HashingEncoder
) -> None:
    feed.tell_feedback(*(on_the_wire(make_event("shown")) for _ in range(1_000)))
    feed.tell("a", make_project())
    with restored_matcher(feed.url, sqlite_matcher_url, tmp_path / "saved", encoder, page_size=1) as matcher:
        assert matcher.follower.follow_once(wait=False)
        assert held(matcher) == {"a": 1}
        assert matcher.follower.latest_seq == matcher.publisher.current.feed_seq == 1


def test_real_catalog_is_followed(sqlite_matcher_url: str, tmp_path: Path, encoder: HashingEncoder) -> None:
    app = create_app(CatalogSettings(database_url=f"sqlite:///{tmp_path / 'catalog.db'}"))
    with (
        served_over_http(app) as url,
        restored_matcher(url, sqlite_matcher_url, tmp_path / "saved", encoder) as matcher,
    ):
        catalog = matcher.feed_http
        for external_id in ("asks", "offers"):
            catalog.post("/v1/profiles", json=profile_body(external_id=external_id)).raise_for_status()
        event = make_event("accepted", profile_id("tests", "offers"), profile_id("tests", "asks"))
        body = {"events": [on_the_wire(event).model_dump(mode="json")]}
        catalog.post("/v1/feedback", json=body).raise_for_status()
        follow(matcher)
        assert isinstance(matcher.feedback_follower, FeedbackFollower)
        read_all(matcher.feedback_follower)
        assert stored(matcher.database) == ([event], 1)
        assert len(held(matcher)) == 2
