"""The change feed: complete, ordered for each profile, quiet when idle, woken by commits."""

import threading
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from time import monotonic

from sqlalchemy import event
from starlette.testclient import TestClient

from services.catalog.app import open_catalog
from services.catalog.changes.feed import feed_state, read_feed
from services.catalog.profiles import service
from services.catalog.profiles.rules import profile_id
from shared.kit.database import Database
from shared.kit.errors import PreconditionFailed
from tests.factories import make_project, profile_body

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
WRITERS, ROUNDS, PROFILES = 8, 50, 10


def upsert(database: Database, **fields: object) -> None:
    with database.write() as session:
        service.upsert(session, make_project(**fields), now=NOW)


def test_pages_continue_where_the_last_one_ended(database: Database) -> None:
    for number in range(5):
        upsert(database, external_id=str(number))
    first = read_feed(database, after=0, limit=3)
    second = read_feed(database, after=first.next_after, limit=3)
    assert [item.feed_seq for item in (*first.items, *second.items)] == [1, 2, 3, 4, 5]
    assert (first.next_after, first.latest_seq, second.next_after) == (3, 5, 5)
    assert read_feed(database, after=5, limit=3).items == ()


def test_idle_poll_writes_nothing(database: Database) -> None:
    upsert(database)
    read_feed(database, after=0, limit=10)
    statements: list[str] = []

    def remember(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement.split(maxsplit=1)[0])

    event.listen(database.engine, "before_cursor_execute", remember)
    assert read_feed(database, after=1, limit=10).items == ()
    assert set(statements) <= {"BEGIN", "SELECT"}


def test_concurrent_writers_lose_no_event_and_keep_the_order_of_each_profile(database: Database) -> None:
    """Readers and writers together: what the feed gives once, in its order, is everything that was committed."""
    seen: list[tuple[str, int]] = []
    written = threading.Event()

    def write(writer: int) -> None:
        for number in range(ROUNDS):
            upsert(database, external_id=str((writer + number) % PROFILES), title=f"{writer} {number}")

    def follow() -> None:
        after, is_last_look = 0, False
        while True:
            page = read_feed(database, after=after, limit=100)
            seen.extend((item.profile_id, item.revision) for item in page.items)
            after = page.next_after
            if is_last_look and not page.items:
                return
            is_last_look = written.is_set()

    follower = threading.Thread(target=follow)
    follower.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    written.set()
    follower.join(60)
    assert not follower.is_alive()
    revisions: dict[str, list[int]] = defaultdict(list)
    for profile, revision in seen:
        revisions[profile].append(revision)
    assert len(seen) == WRITERS * ROUNDS
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in revisions.values())
    with database.read() as session:
        assert feed_state(session).last_seq == WRITERS * ROUNDS


def test_of_eight_writers_with_one_etag_one_succeeds(database: Database) -> None:
    upsert(database)
    together = threading.Barrier(8)

    def revise(writer: int) -> bool:
        together.wait(30)
        try:
            with database.write() as session:
                profile = make_project(title=f"Writer {writer}")
                service.revise(session, profile_id("tests", "one"), profile, if_match='"1"', now=NOW)
        except PreconditionFailed:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(revise, range(8))) == 1
    assert [item.revision for item in read_feed(database, after=0, limit=10).items] == [1, 2]


def test_profiles_registered_together_are_created_once(database: Database) -> None:
    together = threading.Barrier(8)

    def create(writer: int) -> str:
        together.wait(30)
        with database.write() as session:
            return service.upsert(session, make_project(title=f"Writer {writer}"), now=NOW).outcome.value

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(create, range(8)))
    assert outcomes == ["created"] + ["revised"] * 7


def test_waiting_reader_is_woken_by_a_commit(client: TestClient) -> None:
    with ThreadPoolExecutor(1) as pool:
        began = monotonic()
        waiting = pool.submit(client.get, "/v1/changes", params={"wait_seconds": 20})
        assert client.post("/v1/profiles", json=profile_body()).status_code == 201
        page = waiting.result(20).json()
    assert [item["revision"] for item in page["items"]] == [1]
    assert monotonic() - began < 10


def test_waiting_reader_sees_what_another_process_commits(client: TestClient, catalog_url: str) -> None:
    other = open_catalog(catalog_url)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.get, "/v1/changes", params={"wait_seconds": 20})
        upsert(other)
        page = waiting.result(20).json()
    other.close()
    assert len(page["items"]) == 1


def test_readers_that_wait_look_together_and_only_for_their_entity(client: TestClient, catalog_url: str) -> None:
    looks = Counter[str]()
    engine = client.app.state.database.engine  # type: ignore[attr-defined]

    def count(*told: object) -> None:
        statement = str(told[2])
        looks["together"] += "feed_counter.id, feed_counter.last_seq" in statement
        looks["alone"] += "feed_epoch.name" in statement

    entities = ("feedback", "introduction", "api_key") * 4
    with ThreadPoolExecutor(len(entities)) as pool:
        ask = partial(client.get, "/v1/changes")
        waiting = [pool.submit(ask, params={"wait_seconds": 3, "entity": entity}) for entity in entities]
        event.listen(engine, "before_cursor_execute", count)
        other = open_catalog(catalog_url)
        upsert(other)
        assert all(answer.result(20).json()["items"] == [] for answer in waiting)
    other.close()
    event.remove(engine, "before_cursor_execute", count)
    assert looks["together"] >= 10
    assert looks["alone"] <= 4 * len(entities), "each reads at its beginning and at its end, not while it waits"


def test_empty_page_comes_back_when_the_wait_is_over(client: TestClient) -> None:
    page = client.get("/v1/changes", params={"wait_seconds": 0.2}).json()
    assert page.pop("epoch")
    assert page == {"items": [], "next_after": 0, "latest_seq": 0}
