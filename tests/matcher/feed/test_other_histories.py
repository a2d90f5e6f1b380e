"""A feed whose history changed, as by a restored backup: read anew, served whole, by all replicas on one database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.matcher.bootstrap import Matcher
from tests.factories import make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed.following import answers, follow, held, restored_matcher
from tests.matcher.feed_server import FeedServer

REVISED = "Written after the backup"


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    with FeedServer() as server:
        server.epoch = "first"
        for name in "abcd":
            server.tell(name, make_project(title=f"Profile {name}"))
        server.tell("a", make_project(title="Lost with the failure"), 2)
        yield server


@pytest.fixture
def url(sqlite_matcher_url: str) -> str:
    return sqlite_matcher_url


@pytest.fixture
def matcher(feed: FeedServer, url: str, tmp_path: Path, encoder: HashingEncoder) -> Iterator[Matcher]:
    with restored_matcher(feed.url, url, tmp_path / "saved", encoder, page_size=2) as matcher:
        follow(matcher)
        yield matcher


def restore_and_go_on(feed: FeedServer) -> None:
    """The catalog without its last change, and so much anew that the feed is longer than it was."""
    first = [(change.profile_id, change.profile) for change in feed.changes[:4]]
    feed.restart_with(first, epoch="second")
    feed.tell("a", make_project(title=REVISED), 2)
    feed.tell("e", make_project(title="Profile e"))


def title_of(matcher: Matcher, profile_id: str) -> str:
    return next(
        entry.profile().title for entry in matcher.publisher.current.entries() if entry.profile_id == profile_id
    )


def test_equal_revision_of_another_history_replaces_the_lost_one(feed: FeedServer, matcher: Matcher) -> None:
    restore_and_go_on(feed)
    follow(matcher)
    assert held(matcher) == {"a": 2, "b": 1, "c": 1, "d": 1, "e": 1}
    assert title_of(matcher, "a") == REVISED


def test_all_that_was_read_is_served_until_the_other_history_is_read_whole(feed: FeedServer, matcher: Matcher) -> None:
    restore_and_go_on(feed)
    while title_of(matcher, "a") != REVISED:
        assert held(matcher) == {"a": 2, "b": 1, "c": 1, "d": 1}
        assert matcher.follower.follow_once(wait=False)
    assert len(held(matcher)) == 5


def test_other_history_embeds_only_what_is_new_in_it(
    feed: FeedServer, matcher: Matcher, encoder: HashingEncoder
) -> None:
    before = len(encoder.encoded)
    restore_and_go_on(feed)
    follow(matcher)
    assert len(encoder.encoded) == before + 2  # the revision and the new profile


def test_empty_history_serves_nothing(feed: FeedServer, matcher: Matcher) -> None:
    feed.restart_with([], epoch="second")
    follow(matcher)
    assert held(matcher) == {}


def test_saved_base_of_a_lost_history_is_not_loaded(
    feed: FeedServer, matcher: Matcher, url: str, tmp_path: Path
) -> None:
    """A replica was down while another one read the restored feed past the position of its own saved base."""
    with restored_matcher(feed.url, url, tmp_path / "down", HashingEncoder()) as down:
        follow(down)
        down.publisher.merge()
    restore_and_go_on(feed)
    follow(matcher)
    with restored_matcher(feed.url, url, tmp_path / "down", HashingEncoder()) as again:
        assert title_of(again, "a") == REVISED


def test_replicas_start_over_once_and_none_leaves_a_gap(
    feed: FeedServer, matcher: Matcher, url: str, tmp_path: Path
) -> None:
    with restored_matcher(feed.url, url, tmp_path / "second", HashingEncoder()) as second:
        follow(second)
        restore_and_go_on(feed)
        follow(second)
        assert matcher.follower.follow_once(wait=False)  # finds out, and must not drop what the second has stored
        with restored_matcher(feed.url, url, tmp_path / "third", HashingEncoder()) as third:
            assert held(third) == held(second)
        follow(matcher)
        matcher.publisher.merge()
        assert answers(matcher) == answers(second)


def test_page_after_a_gap_in_the_store_is_not_stored(feed: FeedServer, matcher: Matcher, url: str) -> None:
    """The store was emptied under a running replica: it reads from the beginning instead of leaving a hole."""
    with matcher.database.write() as session:
        for table in ("documents", "feed_position"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")
    feed.tell("e", make_project(title="Profile e"))
    assert matcher.follower.follow_once(wait=False)
    assert len(held(matcher)) == 4
    follow(matcher)
    with restored_matcher(feed.url, url, Path(url.removeprefix("sqlite:///")).parent / "x", HashingEncoder()) as again:
        assert held(again) == held(matcher) == {"a": 2, "b": 1, "c": 1, "d": 1, "e": 1}


def test_slow_replica_serves_what_a_faster_one_has_stored_since(
    feed: FeedServer, matcher: Matcher, url: str, tmp_path: Path
) -> None:
    """Once it has read a position, it must not serve less than what stood there."""
    with restored_matcher(feed.url, url, tmp_path / "slow", HashingEncoder(), page_size=1) as slow:
        feed.tell("b", make_project(title="Second"), 2)
        feed.tell("b", make_project(title="Third"), 3)
        follow(matcher)
        assert slow.follower.follow_once(wait=False)
        assert slow.publisher.current.feed_seq == 6
        assert held(slow)["b"] == 3


def test_catalog_that_tells_no_epoch_is_followed_by_its_length(feed: FeedServer, matcher: Matcher) -> None:
    feed.epoch = None
    feed.tell("e", make_project(title="Profile e"))
    follow(matcher)
    assert len(held(matcher)) == 5
