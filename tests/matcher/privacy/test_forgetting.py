"""Forgetting: begun again after a kill, confirmed last, and harmless where a restored catalog brings somebody back."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from services.catalog.privacy.tombstones import tombstone
from services.matcher import erased_repository
from services.matcher.bootstrap import Matcher
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.privacy.reporting import CatalogUnreachable
from services.matcher.repositories import count_vectors
from shared.contracts.kinds import Kind
from tests.canary import files_with_canary, word
from tests.factories import make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed.following import follow, held, restored_matcher
from tests.matcher.feed_server import FeedServer

ERASED, KEPT = f"prf_{'a' * 32}", f"prf_{'b' * 32}"
GONE = tombstone(ERASED, Kind.PROJECT).profile


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    with FeedServer() as server:
        server.tell(ERASED, make_project(title=f"Coating {word('first')}"))
        server.tell(ERASED, make_project(title=f"Coating {word('second')}"), 2)
        server.tell(KEPT, make_project(title="Bearing"))
        yield server


@pytest.fixture
def saved(feed: FeedServer, sqlite_matcher_url: str, tmp_path: Path, encoder: HashingEncoder) -> Path:
    """The directory of a matcher that has read and saved everything, and was ended."""
    folder = tmp_path / "saved"
    with restored_matcher(feed.url, sqlite_matcher_url, folder, encoder, page_size=1) as matcher:
        follow(matcher)
        matcher.publisher.merge()
    assert files_with_canary(folder)
    return folder


def forget(matcher: Matcher) -> None:
    """Look until everything is confirmed; the settling time of the settings is the default."""
    matcher.forgetting._settle_seconds = 0
    deadline = monotonic() + 30
    while monotonic() < deadline:
        matcher.forgetting.look()
        with matcher.database.read() as session:
            if matcher.forgetting.forgotten == erased_repository.newest_told(session):
                return
    raise AssertionError("it was not forgotten in time")


def test_a_process_that_was_killed_before_it_forgot_begins_again(
    feed: FeedServer, saved: Path, sqlite_matcher_url: str, encoder: HashingEncoder
) -> None:
    feed.tell(ERASED, GONE, 3, erasure_id="ers_1")
    with restored_matcher(feed.url, sqlite_matcher_url, saved, encoder) as killed:
        follow(killed)  # the page is stored, and that is all
        assert files_with_canary(saved)
    assert feed.reports == []
    with restored_matcher(feed.url, sqlite_matcher_url, saved, encoder) as matcher:
        forget(matcher)
        assert held(matcher) == {KEPT: 1}
        with matcher.database.read() as session:
            assert count_vectors(session, VectorStore(matcher.database, encoder).model_id) == 1
    assert files_with_canary(saved.parent) == set()
    [(path, said)] = feed.reports
    assert (path, said["profile_ids"]) == ("/v1/erasures/ers_1/confirmations", [ERASED])
    assert said["removed"]["vectors"] == 2 and said["removed"]["snapshots"] >= 1
    with restored_matcher(feed.url, sqlite_matcher_url, saved, encoder) as again:
        again.forgetting.look()
    assert len(feed.reports) == 1


def test_what_the_catalog_did_not_hear_is_said_again(
    feed: FeedServer, saved: Path, sqlite_matcher_url: str, encoder: HashingEncoder
) -> None:
    feed.tell(ERASED, GONE, 3, erasure_id="ers_1")
    feed.takes_reports = False
    with restored_matcher(feed.url, sqlite_matcher_url, saved, encoder) as matcher:
        follow(matcher)
        with pytest.raises(CatalogUnreachable):
            forget(matcher)
        assert matcher.forgetting.forgotten == 0
    feed.takes_reports = True
    with restored_matcher(feed.url, sqlite_matcher_url, saved, encoder) as matcher:
        forget(matcher)
    assert len(feed.reports) == 1


def test_nothing_is_confirmed_while_an_index_still_holds_it(
    feed: FeedServer, saved: Path, sqlite_matcher_url: str, encoder: HashingEncoder
) -> None:
    with (
        restored_matcher(feed.url, sqlite_matcher_url, saved, encoder) as late,
        restored_matcher(feed.url, sqlite_matcher_url, saved.parent / "other", encoder) as ahead,
    ):
        feed.tell(ERASED, GONE, 3, erasure_id="ers_1")
        follow(ahead)  # on the same database
        for _ in range(3):
            late.forgetting.look()
        assert feed.reports == [] and held(late) == {ERASED: 2, KEPT: 1}
        follow(late)
        forget(late)
        forget(ahead)
    assert len({said["reader_id"] for _, said in feed.reports}) == 2
    assert len({said["matcher_id"] for _, said in feed.reports}) == 1
    assert files_with_canary(saved.parent) == set()


def test_a_matcher_that_is_built_anew_never_sees_it(
    feed: FeedServer, sqlite_matcher_url: str, tmp_path: Path, encoder: HashingEncoder
) -> None:
    feed.restart_with([])
    for revision in (1, 2, 3):
        feed.tell(ERASED, GONE, revision, erasure_id="ers_1")
    with restored_matcher(feed.url, sqlite_matcher_url, tmp_path / "new", encoder) as matcher:
        follow(matcher)
        assert held(matcher) == {}
        forget(matcher)
    assert encoder.encoded == []
    assert [said["profile_ids"] for _, said in feed.reports] == [[ERASED]]


def test_somebody_whom_a_restored_catalog_brings_back_is_served_and_may_be_erased_again(
    feed: FeedServer, saved: Path, sqlite_matcher_url: str, encoder: HashingEncoder
) -> None:
    feed.tell(ERASED, GONE, 3, erasure_id="ers_1")
    with restored_matcher(feed.url, sqlite_matcher_url, saved, encoder) as matcher:
        follow(matcher)
        forget(matcher)
        feed.restart_with([(ERASED, make_project(title="Coating again"))], epoch="restored")
        follow(matcher)
        assert held(matcher) == {ERASED: 1}
        with matcher.database.read() as session:
            assert erased_repository.erased_among(session, [ERASED]) == set()
        feed.tell(ERASED, GONE, 2, erasure_id="ers_2")
        follow(matcher)
        forget(matcher)
        assert held(matcher) == {}
    assert [path.split("/")[3] for path, _ in feed.reports] == ["ers_1", "ers_2"]
