"""Without the catalog, or its own database, the matcher answers as before, says what it lacks, and catches up."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import make_url
from starlette.testclient import TestClient

from services.cli.soak.fault_proxy import Fault, FaultProxy
from services.matcher.app import create_app
from services.matcher.settings import MatcherSettings
from tests.factories import make_demand, make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed_server import FeedServer
from tests.postgres import PostgresServer

BODY: dict[str, Any] = {"subject_id": "demand", "target_kinds": ["project"], "floor": 0, "record_run": True}
SOON_SECONDS = 20


@pytest.fixture
def line(postgres_server: PostgresServer) -> Iterator[FaultProxy]:
    with FaultProxy(postgres_server.folder / ".s.PGSQL.5432") as proxy:
        yield proxy


@pytest.fixture
def own_feed() -> Iterator[FeedServer]:
    with FeedServer() as feed:
        feed.tell("demand", make_demand(title="Silent compressors for buses"))
        for number in range(5):
            feed.tell(f"project-{number}", make_project(title=f"Compressor number {number}"))
        yield feed


@pytest.fixture
def matcher(
    line: FaultProxy, postgresql_matcher_url: str, own_feed: FeedServer, tmp_path: Path
) -> Iterator[TestClient]:
    settings = MatcherSettings(
        catalog_url=own_feed.url,
        database_url=f"postgresql://postgres@127.0.0.1:{line.port}/{make_url(postgresql_matcher_url).database}",
        database_statement_seconds=1,
        database_connect_seconds=1,
        data_directory=tmp_path,
        feed_wait_seconds=0.1,
    )
    with TestClient(create_app(settings, lambda _: HashingEncoder())) as client:
        own_feed.wait_until_read_to(own_feed.latest_seq)
        wait_for(lambda: ask(client).headers, lambda headers: "liaison-degraded" not in headers)
        yield client


def ask(client: TestClient) -> Any:  # Any: the response type of the test client's library
    response = client.post("/v1/matches", json=BODY)
    assert response.status_code == 200, response.text
    return response


def wait_for(look: Callable[[], Any], is_so: Callable[[Any], bool]) -> Any:
    """What `look` sees once it is so."""
    deadline = monotonic() + SOON_SECONDS
    while not is_so(seen := look()):
        assert monotonic() < deadline, seen
        sleep(0.02)  # waits for another thread's look at the outside world, which tells nobody
    return seen


def lacking(client: TestClient) -> str:
    return str(ask(client).headers.get("liaison-degraded", ""))


def test_answers_go_on_without_the_catalog_and_newer_profiles_come_when_it_is_back(
    matcher: TestClient, own_feed: FeedServer
) -> None:
    before = ask(matcher)
    assert before.headers["liaison-feed-lag"] == "0"
    own_feed.stop()
    wait_for(lambda: lacking(matcher), lambda seen: seen == "catalog")
    during = ask(matcher)
    assert during.content == before.content
    assert int(during.headers["liaison-feed-age"]) >= 0
    status = matcher.get("/v1/status").json()
    assert (status["degraded"], status["is_catalog_reachable"]) == (["catalog"], False)
    own_feed.tell("late", make_project(title="Silent compressor that came late"))
    own_feed.start()
    found = wait_for(lambda: ask(matcher), lambda seen: "late" in seen.text)
    assert "liaison-degraded" not in found.headers


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.BLACK_HOLE])
def test_answers_go_on_without_the_own_database_and_are_recorded_when_it_is_back(
    matcher: TestClient, line: FaultProxy, fault: Fault
) -> None:
    before = ask(matcher)
    line.fault = fault
    wait_for(lambda: lacking(matcher), lambda seen: seen == "database")
    during = ask(matcher)
    assert during.content == before.content
    new = matcher.post("/v1/matches", json=BODY | {"limit": 3}).json()["run_id"]
    assert "liaison_database_available 0.0" in matcher.get("/metrics").text
    line.fault = Fault.NONE
    wait_for(lambda: lacking(matcher), lambda seen: not seen)
    wait_for(lambda: matcher.get(f"/v1/match-runs/{new}").status_code, lambda status: status == 200)
