"""A replica reads what an indexer stores on the same database: the same answers, nothing embedded, nothing missed."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.matcher.bootstrap import Matcher, build_matcher
from services.matcher.feed.store_follower import StoreFollower
from services.matcher.settings import MatcherRole, MatcherSettings
from tests.factories import make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed.following import answers, follow, held, restored_matcher
from tests.matcher.feed_server import FeedServer
from tests.matcher.profile_collections import random_profile


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.fixture
def store_url(request: pytest.FixtureRequest) -> str:
    """A database that both share."""
    url: str = request.getfixturevalue(getattr(request, "param", "sqlite_matcher_url"))
    return url


@pytest.fixture
def indexer_(feed: FeedServer, store_url: str, tmp_path: Path, encoder: HashingEncoder) -> Iterator[Matcher]:
    with restored_matcher(feed.url, store_url, tmp_path / "indexer", encoder, page_size=16) as matcher:
        yield matcher


@pytest.fixture
def replicas_encoder() -> HashingEncoder:
    return HashingEncoder()


@pytest.fixture
def replica(
    feed: FeedServer, store_url: str, indexer_: Matcher, tmp_path: Path, replicas_encoder: HashingEncoder
) -> Iterator[Matcher]:
    matcher = built_replica(feed.url, store_url, tmp_path / "replica", replicas_encoder)
    matcher.follower.restore()
    yield matcher
    matcher.close()


def built_replica(feed_url: str, store_url: str, folder: Path, encoder: HashingEncoder) -> Matcher:
    settings = MatcherSettings(
        catalog_url=feed_url,
        database_url=store_url,
        data_directory=folder,
        role=MatcherRole.REPLICA,
        migrate_on_start=False,
        ready_max_lag=2,
    )
    return build_matcher(settings, lambda _settings: encoder)


def ask_for_length(matcher: Matcher) -> None:
    assert isinstance(matcher.follower, StoreFollower)
    matcher.follower.ask_for_length()


def tell_many(feed: FeedServer, count: int, *, first: int = 0) -> None:
    draw = random.Random(first)
    for number in range(first, first + count):
        feed.tell(f"p{number:04}", random_profile(draw, number))


@pytest.mark.parametrize("store_url", ["sqlite_matcher_url", "postgresql_matcher_url"], indirect=True)
def test_a_replica_answers_as_its_indexer_and_embeds_nothing(
    feed: FeedServer, indexer_: Matcher, replica: Matcher, replicas_encoder: HashingEncoder
) -> None:
    for step in range(4):
        tell_many(feed, 20, first=20 * step)
        feed.tell(f"p{20 * step:04}", make_project(title=f"Revised {step}"), 2)
        feed.tell(f"p{20 * step + 1:04}", make_project(), 2, withdrawn=True)
        follow(indexer_)
        follow(replica)
        assert held(replica) == held(indexer_)
        assert replica.publisher.current.feed_seq == indexer_.publisher.current.feed_seq
    for matcher in (indexer_, replica):
        matcher.publisher.merge()
    assert answers(replica) == answers(indexer_)
    assert replicas_encoder.encoded == []


def test_a_replica_that_starts_later_restores_the_store(
    feed: FeedServer, indexer_: Matcher, store_url: str, tmp_path: Path, replicas_encoder: HashingEncoder
) -> None:
    tell_many(feed, 40)
    follow(indexer_)
    late = built_replica(feed.url, store_url, tmp_path / "late", replicas_encoder)
    late.follower.restore()
    assert held(late) == held(indexer_)
    assert replicas_encoder.encoded == []
    late.close()


def test_a_replica_never_reads_entries_of_the_feed(feed: FeedServer, indexer_: Matcher, replica: Matcher) -> None:
    tell_many(feed, 10)
    ask_for_length(replica)
    follow(replica)
    assert held(replica) == {}
    assert replica.follower.latest_seq == 10
    follow(indexer_)
    follow(replica)
    assert len(held(replica)) == 10


@pytest.mark.parametrize("profiles", [3, 12, 30], ids=["shorter", "as long", "longer"])
def test_a_store_emptied_for_another_catalog_is_taken_over_whole(
    feed: FeedServer, indexer_: Matcher, replica: Matcher, profiles: int
) -> None:
    tell_many(feed, 12)
    follow(indexer_)
    follow(replica)
    feed.restart_with([])
    follow(indexer_)
    follow(replica)
    assert len(held(replica)) == 12  # what it held, until all of the other catalog's is there
    tell_many(feed, profiles, first=100)
    follow(indexer_)
    ask_for_length(replica)
    follow(replica)
    assert held(replica) == held(indexer_)
    assert set(held(replica)) == {f"p{number:04}" for number in range(100, 100 + profiles)}


def test_a_replica_serves_what_it_held_until_the_store_holds_all_of_another_history(
    feed: FeedServer, indexer_: Matcher, replica: Matcher
) -> None:
    tell_many(feed, 12)
    follow(indexer_)
    ask_for_length(replica)
    follow(replica)
    before = held(replica)
    feed.restart_with([])
    indexer_.follower.follow_once(wait=False)  # it notices
    tell_many(feed, 40, first=100)
    for _ in range(2):  # pages of 16: the store holds 32
        follow(replica)
        assert held(replica) == before
        indexer_.follower.follow_once(wait=False)
    ask_for_length(replica)
    follow(replica)
    assert held(replica) == before  # 8 are missing
    follow(indexer_)
    follow(replica)
    assert held(replica) == held(indexer_)
    assert len(held(replica)) == 40


def test_a_replica_without_a_catalog_takes_over_what_is_stored_of_another_history(
    feed: FeedServer, indexer_: Matcher, replica: Matcher
) -> None:
    tell_many(feed, 12)
    follow(indexer_)
    follow(replica)
    feed.restart_with([])
    follow(indexer_)
    tell_many(feed, 20, first=100)
    follow(indexer_)
    feed.stop()
    follow(replica)
    assert len(held(replica)) == 12
    ask_for_length(replica)  # in vain
    follow(replica)
    assert set(held(replica)) == {f"p{number:04}" for number in range(100, 120)}


def test_a_replica_is_caught_up_once_few_changes_are_missing(
    feed: FeedServer, indexer_: Matcher, replica: Matcher
) -> None:
    tell_many(feed, 40)
    follow(replica)
    assert not replica.follower.has_caught_up  # the store is empty, and the catalog was not asked yet
    ask_for_length(replica)
    follow(replica)
    assert not replica.follower.has_caught_up  # 40 are missing
    for _ in range(2):
        indexer_.follower.follow_once(wait=False)
    follow(replica)
    assert not replica.follower.has_caught_up  # 8 are
    follow(indexer_)
    follow(replica)
    assert replica.follower.has_caught_up
    tell_many(feed, 40, first=40)
    ask_for_length(replica)
    follow(replica)
    assert replica.follower.has_caught_up  # lag after the start takes no replica out of service


def test_without_a_catalog_a_replica_serves_what_is_stored(
    feed: FeedServer, indexer_: Matcher, replica: Matcher
) -> None:
    tell_many(feed, 5)
    follow(indexer_)
    feed.stop()
    ask_for_length(replica)
    follow(replica)
    assert replica.follower.has_caught_up
    assert not replica.follower.is_reachable
    assert len(held(replica)) == 5
    feed.start()
    ask_for_length(replica)
    assert replica.follower.is_reachable


def test_a_started_replica_follows_by_itself(feed: FeedServer, indexer_: Matcher, replica: Matcher) -> None:
    replica.start()
    tell_many(feed, 5)
    follow(indexer_)
    while len(held(replica)) < 5:
        pass  # it looks four times a second
    assert replica.follower.is_restored
