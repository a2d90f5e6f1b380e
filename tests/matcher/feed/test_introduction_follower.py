"""Following introductions: stored once, suppressed in the next answer, known to every replica."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete, update

from services.matcher.feed.client import FeedClient, FeedUnreachableError
from services.matcher.feed.introduction_follower import IntroductionFollower
from services.matcher.introductions.pairs import IntroducedPairs
from services.matcher.introductions.repository import all_steps, read_position
from services.matcher.tables import IntroductionPositionRow, IntroductionRow, IntroductionStepRow
from shared.contracts.matches import MatchRequest
from shared.contracts.profiles import Kind
from shared.contracts.why import DropStage
from shared.kit.database import Database
from tests.factories import make_platform, make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed.following import follow, restored_matcher
from tests.matcher.feed_server import FeedServer

PAIR = ("asks", "asked")


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


class Replica:
    """A follower with a memory of its own."""

    def __init__(self, database: Database, http: httpx.Client) -> None:
        self.pairs = IntroducedPairs()
        self.follower = IntroductionFollower(database, FeedClient(http, page_size=2, wait_seconds=0.2), self.pairs)

    def read_all(self) -> None:
        while self.follower.follow_once(wait=False):
            pass


@pytest.fixture
def http(feed: FeedServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=feed.url) as client:
        yield client


def test_pairs_survive_a_restart_and_reach_every_replica(
    feed: FeedServer, database_on_both: Database, http: httpx.Client
) -> None:
    first, second = Replica(database_on_both, http), Replica(database_on_both, http)
    second.read_all()  # stands at the beginning, with nothing in the store
    feed.tell_introduction("i1", 1, PAIR, "draft", is_told=False)
    feed.tell_introduction("i1", 2, PAIR, "requested")
    feed.tell_introduction("i2", 1, ("asks", "other"), "declined")
    first.read_all()
    second.read_all()
    restarted = Replica(database_on_both, http)
    restarted.follower.restore()
    for replica in (first, second, restarted):
        assert replica.pairs.others_of("asks") == {"asked", "other"}
        assert replica.pairs.others_of("asked") == {"asks"}


def test_change_told_again_and_too_late_changes_nothing(
    feed: FeedServer, database_on_both: Database, http: httpx.Client
) -> None:
    for revision, state in ((2, "requested"), (3, "expired"), (2, "requested"), (1, "draft")):
        feed.tell_introduction("i1", revision, PAIR, state)
    replica = Replica(database_on_both, http)
    replica.read_all()
    restarted = Replica(database_on_both, http)
    restarted.follower.restore()
    for one in (replica, restarted):
        assert one.pairs.others_of("asks") == frozenset()


def test_the_first_moment_of_each_state_is_kept(
    feed: FeedServer, database_on_both: Database, http: httpx.Client
) -> None:
    for revision, state in enumerate(("requested", "requested", "accepted", "met", "met"), start=1):
        feed.tell_introduction("i1", revision, PAIR, state, rank=3)
    for _ in range(2):
        Replica(database_on_both, http).read_all()
    with database_on_both.read() as session:
        [known] = all_steps(session)
    days = {state.value: (at - min(known.reached.values())).days for state, at in known.reached.items()}
    assert days == {"requested": 0, "accepted": 2, "met": 3}
    assert (known.rank, known.is_told) == (3, True)


def test_what_an_earlier_release_read_is_read_once_more_for_its_steps(
    feed: FeedServer, database_on_both: Database, http: httpx.Client
) -> None:
    for number in range(5):
        feed.tell_introduction(f"i{number}", 1, (f"s{number}", "t"), "requested", rank=number + 1)
    Replica(database_on_both, http).read_all()
    with database_on_both.write() as session:
        session.execute(delete(IntroductionStepRow))
        session.execute(update(IntroductionRow).values(rank=None))
        session.execute(update(IntroductionPositionRow).values(has_steps=False))
    upgraded = Replica(database_on_both, http)
    upgraded.read_all()
    assert upgraded.pairs.others_of("t") == {f"s{number}" for number in range(5)}
    with database_on_both.read() as session:
        assert [one.rank for one in all_steps(session) if one.reached] == [1, 2, 3, 4, 5]
        assert read_position(session)[0] == 5  # and not again at the next start


def test_shorter_feed_is_another_catalog_and_starts_over(
    feed: FeedServer, database_on_both: Database, http: httpx.Client
) -> None:
    feed.tell_introduction("i1", 1, PAIR, "requested")
    feed.tell_introduction("i1", 2, PAIR, "accepted")
    replica = Replica(database_on_both, http)
    replica.read_all()
    feed.introductions.clear()
    feed.tell_introduction("i9", 1, ("asks", "new"), "requested")
    replica.read_all()
    assert replica.pairs.others_of("asks") == {"new"}


@pytest.mark.parametrize("is_restarted", [False, True])
def test_other_epoch_starts_over_however_long_the_feed_is(
    feed: FeedServer, database_on_both: Database, http: httpx.Client, is_restarted: bool
) -> None:
    feed.epoch = "before"
    feed.tell_introduction("i1", 1, PAIR, "requested")
    replicas = [Replica(database_on_both, http), Replica(database_on_both, http)]
    for replica in replicas:
        replica.read_all()
    feed.introductions.clear()
    feed.epoch = "after"
    feed.tell_introduction("i8", 1, ("asks", "new"), "requested")
    feed.tell_introduction("i9", 1, ("asks", "newer"), "requested")
    if is_restarted:
        replicas = [Replica(database_on_both, http)]
    for replica in [*replicas, Replica(database_on_both, http)]:
        replica.read_all()
        assert replica.pairs.others_of("asks") == {"new", "newer"}


def test_unreachable_feed_is_told_and_nothing_is_lost(
    feed: FeedServer, database_on_both: Database, http: httpx.Client
) -> None:
    replica = Replica(database_on_both, http)
    feed.stop()
    with pytest.raises(FeedUnreachableError):
        replica.follower.follow_once(wait=False)
    feed.start()
    feed.tell_introduction("i1", 1, PAIR, "requested")
    replica.read_all()
    assert replica.pairs.others_of("asks") == {"asked"}


def test_introduced_pair_is_in_no_answer_of_either_side_from_the_next_request_on(
    feed: FeedServer, sqlite_matcher_url: str, tmp_path: Path, encoder: HashingEncoder
) -> None:
    feed.tell("asks", make_project(title="Coatings for turbine blades", summary="We look for a pilot line."))
    feed.tell("asked", make_platform(external_id="two", title="Pilot line for coatings of turbine blades"))
    with restored_matcher(feed.url, sqlite_matcher_url, tmp_path / "saved", encoder) as matcher:
        follow(matcher)
        kinds = {"asks": Kind.PILOT_PLATFORM, "asked": Kind.PROJECT}

        def request(subject: str) -> MatchRequest:
            return MatchRequest(subject_id=subject, target_kinds=(kinds[subject],), floor=0)

        def proposed(subject: str) -> list[str]:
            answer = matcher.matchmaker.answer(request(subject), matcher.publisher.current)
            return [one.entry.profile_id for one in answer.arranged.matches]

        assert (proposed("asks"), proposed("asked")) == (["asked"], ["asks"])
        feed.tell_introduction("i1", 1, PAIR, "requested")
        assert matcher.introduction_follower.follow_once(wait=False)
        assert (proposed("asks"), proposed("asked")) == ([], [])
        why = matcher.matchmaker.why(request("asks"), "asked", matcher.publisher.current).why
        assert (why.stage, why.eligible) == (DropStage.INTRODUCED, 0)
        feed.tell_introduction("i1", 2, PAIR, "expired")
        assert matcher.introduction_follower.follow_once(wait=False)
        assert proposed("asks") == ["asked"]
