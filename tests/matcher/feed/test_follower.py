"""Following a feed: applied once, in any number of replays, over faults and restarts."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.matcher.bootstrap import Matcher
from services.matcher.feed.client import FeedUnreachableError
from tests.factories import make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed.following import answers, follow, held, restored_matcher
from tests.matcher.feed_server import FeedServer
from tests.matcher.loopback import served_over_http
from tests.matcher.profile_collections import random_profile

CONTACT = {"name": "Secret Person", "email": "secret@example.org", "note": "secret words"}


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.fixture
def matcher(feed: FeedServer, sqlite_matcher_url: str, tmp_path: Path, encoder: HashingEncoder) -> Iterator[Matcher]:
    with restored_matcher(feed.url, sqlite_matcher_url, tmp_path / "saved", encoder) as matcher:
        yield matcher


def tell_many(feed: FeedServer, count: int, *, seed: int = 1) -> None:
    draw = random.Random(seed)
    for number in range(count):
        feed.tell(f"p{number:04}", random_profile(draw, number))


def test_registered_revised_and_withdrawn_profiles_are_followed(feed: FeedServer, matcher: Matcher) -> None:
    feed.tell("a", make_project(title="First"))
    feed.tell("b", make_project())
    follow(matcher)
    assert held(matcher) == {"a": 1, "b": 1}
    feed.tell("a", make_project(title="Second"), 2)
    feed.tell("b", make_project(), 2, withdrawn=True)
    follow(matcher)
    assert held(matcher) == {"a": 2}
    assert [entry.profile().title for entry in matcher.publisher.current.entries()] == ["Second"]
    assert matcher.publisher.current.feed_seq == matcher.follower.latest_seq == 4


def test_pages_of_any_size_end_in_the_same_answers(
    feed: FeedServer, matcher: Matcher, sqlite_template: Path, tmp_path: Path, encoder: HashingEncoder
) -> None:
    tell_many(feed, 60)
    feed.tell("p0007", make_project(title="Revised"), 2)
    feed.tell("p0008", make_project(), 2, withdrawn=True)
    follow(matcher)
    matcher.publisher.merge()
    other_url = f"sqlite:///{tmp_path / 'other.db'}"
    with restored_matcher(feed.url, other_url, tmp_path / "other", encoder, page_size=7) as by_sevens:
        follow(by_sevens)
        by_sevens.publisher.merge()
        assert answers(by_sevens) == answers(matcher)


def test_duplicates_change_nothing_and_embed_nothing(
    feed: FeedServer, matcher: Matcher, encoder: HashingEncoder
) -> None:
    tell_many(feed, 40)
    follow(matcher)
    before, embedded = answers(matcher), len(encoder.encoded)
    for change in feed.changes[:10]:
        feed.tell(change.profile_id, change.profile, change.revision)
    follow(matcher)
    assert matcher.publisher.current.feed_seq == 50
    assert answers(matcher) == before
    assert len(encoder.encoded) == embedded


def test_revision_that_is_out_of_date_is_passed_over(feed: FeedServer, matcher: Matcher) -> None:
    feed.tell("a", make_project(title="Third"), 3)
    follow(matcher)
    feed.tell("a", make_project(title="Second"), 2)
    follow(matcher)
    assert held(matcher) == {"a": 3}


def test_newest_revision_of_a_page_counts_wherever_it_stands(feed: FeedServer, matcher: Matcher) -> None:
    feed.tell("a", make_project(title="Second"), 2)
    feed.tell("a", make_project(title="First"), 1)
    follow(matcher)
    assert held(matcher) == {"a": 2}


def test_withdrawn_profile_is_not_brought_back_by_an_old_revision(feed: FeedServer, matcher: Matcher) -> None:
    feed.tell("a", make_project(), 1)
    feed.tell("a", make_project(), 2, withdrawn=True)
    follow(matcher)
    feed.tell("a", make_project(), 1)
    follow(matcher)
    assert held(matcher) == {}


def test_replicas_on_one_database_all_serve_every_change(
    feed: FeedServer, matcher: Matcher, sqlite_matcher_url: str, tmp_path: Path
) -> None:
    second_encoder = HashingEncoder()
    with restored_matcher(feed.url, sqlite_matcher_url, tmp_path / "second", second_encoder) as second:
        tell_many(feed, 40)
        feed.tell("p0001", make_project(title="Revised"), 2)
        feed.tell("p0002", make_project(), 2, withdrawn=True)
        follow(matcher)
        follow(second)
        assert held(second) == held(matcher)
        matcher.publisher.merge()
        second.publisher.merge()
        assert answers(second) == answers(matcher)
        assert second_encoder.encoded == []


def test_replica_that_lags_does_not_overwrite_what_a_faster_one_stored(
    feed: FeedServer, matcher: Matcher, sqlite_matcher_url: str, tmp_path: Path, encoder: HashingEncoder
) -> None:
    with restored_matcher(feed.url, sqlite_matcher_url, tmp_path / "slow", encoder, page_size=1) as slow:
        feed.tell("a", make_project(title="First"))
        feed.tell("a", make_project(title="Second"), 2)
        follow(matcher)
        slow.follower.follow_once(wait=False)
    with restored_matcher(feed.url, sqlite_matcher_url, tmp_path / "third", encoder) as third:
        follow(third)
        assert held(third) == {"a": 2}


def test_unreachable_feed_is_told_and_nothing_is_lost(feed: FeedServer, matcher: Matcher) -> None:
    tell_many(feed, 5)
    follow(matcher)
    feed.stop()
    with pytest.raises(FeedUnreachableError):
        matcher.follower.follow_once(wait=False)
    assert len(held(matcher)) == 5
    feed.start()
    feed.tell("new", make_project())
    follow(matcher)
    assert len(held(matcher)) == 6


def test_running_follower_survives_the_feed_going_away(feed: FeedServer, matcher: Matcher) -> None:
    feed.tell("a", make_project())
    matcher.follower.start()
    feed.wait_until_read_to(1)
    feed.stop()
    feed.tell("b", make_project())
    feed.start()
    feed.wait_until_read_to(2)
    assert held(matcher) == {"a": 1, "b": 1}
    assert matcher.follower.is_reachable


@pytest.mark.parametrize("is_saved", [True, False])
def test_restart_embeds_nothing_and_answers_identically(
    feed: FeedServer, matcher: Matcher, sqlite_matcher_url: str, tmp_path: Path, is_saved: bool
) -> None:
    tell_many(feed, 60)
    follow(matcher)
    feed.tell("p0001", make_project(title="Revised"), 2)
    feed.tell("p0002", make_project(), 2, withdrawn=True)
    follow(matcher)
    if not is_saved:
        matcher.publisher.merge()  # without a saved base all is built anew, as after a merge
    before = answers(matcher)
    encoder = HashingEncoder()
    folder = tmp_path / ("saved" if is_saved else "lost")
    with restored_matcher(feed.url, sqlite_matcher_url, folder, encoder) as again:
        assert again.publisher.current.feed_seq == 62
        assert answers(again) == before
        follow(again)
        assert encoder.encoded == []
        assert answers(again) == before


def test_restart_reads_what_was_told_in_between(
    feed: FeedServer, matcher: Matcher, sqlite_matcher_url: str, tmp_path: Path, encoder: HashingEncoder
) -> None:
    tell_many(feed, 5)
    follow(matcher)
    feed.tell("new", make_project())
    with restored_matcher(feed.url, sqlite_matcher_url, tmp_path / "saved", encoder) as again:
        assert "new" not in held(again)
        follow(again)
        assert "new" in held(again)


def test_shorter_feed_is_another_catalog_and_starts_over(
    feed: FeedServer, matcher: Matcher, sqlite_matcher_url: str, tmp_path: Path
) -> None:
    tell_many(feed, 40)
    follow(matcher)
    feed.restart_with([("x", make_project(title="Another catalog's"))])
    follow(matcher)
    assert held(matcher) == {"x": 1}
    assert matcher.publisher.current.feed_seq == 1
    with restored_matcher(feed.url, sqlite_matcher_url, tmp_path / "saved", HashingEncoder()) as again:
        assert held(again) == {"x": 1}


def test_contact_is_never_stored_nor_served(
    feed: FeedServer, matcher: Matcher, sqlite_matcher_url: str, tmp_path: Path
) -> None:
    feed.tell("a", make_project(contact=CONTACT))
    follow(matcher)
    with matcher.database.read() as session:
        stored = session.execute(text("SELECT profile_json FROM documents")).scalar_one()
    assert "secret" not in stored.lower()
    assert all(entry.profile().contact is None for entry in matcher.publisher.current.entries())
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written and not any(b"secret" in path.read_bytes() for path in written)


def test_other_model_starts_clean_on_the_same_database(
    feed: FeedServer, matcher: Matcher, sqlite_matcher_url: str, tmp_path: Path
) -> None:
    tell_many(feed, 40)
    follow(matcher)
    other = HashingEncoder(model_id="other", dimension=24, max_tokens=9)
    with restored_matcher(feed.url, sqlite_matcher_url, tmp_path / "saved", other) as again:
        follow(again)
        assert held(again) == held(matcher)
        assert again.publisher.current.model_id == "other/p1"
        assert again.publisher.current.base.aspects.offer_vectors.vectors.shape[1] == 24
        assert other.encoded
        assert all(ranking.matches for ranking in answers(again).values())
    back = HashingEncoder()
    with restored_matcher(feed.url, sqlite_matcher_url, tmp_path / "saved", back) as first_model:
        follow(first_model)
        assert back.encoded == []
        assert answers(first_model) == answers(matcher)


def test_store_works_on_postgresql(
    feed: FeedServer, postgresql_matcher_url: str, tmp_path: Path, encoder: HashingEncoder
) -> None:
    tell_many(feed, 40)
    with restored_matcher(feed.url, postgresql_matcher_url, tmp_path / "saved", encoder) as matcher:
        follow(matcher)
        feed.tell("p0001", make_project(title="修订"), 2)
        feed.tell("p0002", make_project(), 2, withdrawn=True)
        follow(matcher)
        before = answers(matcher)
    embedded = len(encoder.encoded)
    with restored_matcher(feed.url, postgresql_matcher_url, tmp_path / "saved", encoder) as again:
        assert answers(again) == before
        assert len(encoder.encoded) == embedded


def test_real_catalog_is_followed(sqlite_matcher_url: str, tmp_path: Path, encoder: HashingEncoder) -> None:
    app = create_app(CatalogSettings(database_url=f"sqlite:///{tmp_path / 'catalog.db'}"))
    with (
        served_over_http(app) as url,
        restored_matcher(url, sqlite_matcher_url, tmp_path / "saved", encoder) as matcher,
    ):
        catalog = matcher.feed_http
        body = make_project(title="First", contact=CONTACT).model_dump(mode="json", exclude_none=True)
        created = catalog.post("/v1/profiles", json=body)
        profile_id = created.json()["id"]
        follow(matcher)
        assert held(matcher) == {profile_id: 1}
        body["title"] = "Second"
        path = created.headers["location"]
        revised = catalog.put(path, json=body, headers={"If-Match": created.headers["etag"]})
        follow(matcher)
        assert held(matcher) == {profile_id: 2}
        assert catalog.delete(path, headers={"If-Match": revised.headers["etag"]}).is_success
        follow(matcher)
        assert held(matcher) == {}
