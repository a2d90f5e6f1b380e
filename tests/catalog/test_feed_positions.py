"""Positions and epochs of the feed: told to who asks, and changed with the history they count in."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import text
from starlette.testclient import TestClient

from services.catalog.app import open_catalog
from services.catalog.changes.epoch import feed_epoch, renew_epoch
from services.catalog.changes.feed import read_position
from shared.kit.database import Database
from shared.kit.durability import durability_problems
from tests.factories import profile_body
from tests.postgres import PostgresServer

PREFER = {"Prefer": "respond-async, feed-position"}


def epoch(database: Database) -> str:
    with database.read() as session:
        return feed_epoch(session)


def test_writes_tell_their_position_where_it_is_asked_for(client: TestClient) -> None:
    created = client.post("/v1/profiles", json=profile_body(), headers=PREFER)
    path = created.headers["location"]
    revised = client.put(path, json=profile_body(title="Second"), headers=PREFER | {"If-Match": '"1"'})
    withdrawn = client.delete(path, headers=PREFER | {"If-Match": '"2"'})
    assert [one.headers["feed-position"] for one in (created, revised, withdrawn)] == ["1", "2", "3"]
    assert {one.headers["preference-applied"] for one in (created, revised, withdrawn)} == {"feed-position"}
    assert client.get("/v1/changes", params={"after": 2}).json()["items"][0]["status"] == "withdrawn"


def test_writes_tell_no_position_unasked(client: TestClient) -> None:
    assert "feed-position" not in client.post("/v1/profiles", json=profile_body()).headers


def test_position_covers_all_that_was_committed_before_it_was_asked_for(client: TestClient) -> None:
    for number in range(3):
        client.post("/v1/profiles", json=profile_body(external_id=str(number))).raise_for_status()
    position = client.get("/v1/changes/position").json()
    assert position == {"latest_seq": 3, "epoch": client.get("/v1/changes").json()["epoch"]}


def test_epoch_stays_over_restarts_and_changes(database: Database, catalog_url: str, client: TestClient) -> None:
    before = epoch(database)
    client.post("/v1/profiles", json=profile_body()).raise_for_status()
    again = open_catalog(catalog_url)
    assert epoch(again) == before == read_position(again).epoch
    again.close()


def test_renewed_epoch_is_another_one(database: Database) -> None:
    before = epoch(database)
    renew_epoch(database)
    assert epoch(database) != before


def test_copy_of_a_postgresql_database_has_another_epoch_by_itself(
    postgresql_catalog_url: str, postgres_server: PostgresServer
) -> None:
    database = open_catalog(postgresql_catalog_url)
    before = epoch(database)
    database.close()
    name = postgres_server.create_database(template=postgresql_catalog_url.split("@/")[1].split("?", maxsplit=1)[0])
    copy = open_catalog(postgres_server.url(name))
    assert epoch(copy) != before
    copy.close()
    postgres_server.drop_database(name)


def test_of_thirty_two_writers_with_one_etag_one_succeeds(client: TestClient) -> None:
    path = client.post("/v1/profiles", json=profile_body()).headers["location"]

    def revise(writer: int) -> int:
        body = profile_body(title=f"Writer {writer}")
        return client.put(path, json=body, headers={"If-Match": '"1"'}).status_code

    with ThreadPoolExecutor(32) as pool:
        assert sorted(pool.map(revise, range(32))) == [200] + [412] * 31
    assert client.get(path).headers["etag"] == '"2"'
    for answer in (client.put(path, json=profile_body()), client.delete(path)):
        assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")


def test_settings_that_lose_writes_are_told(postgresql_catalog_url: str, sqlite_catalog_url: str) -> None:
    """The test server runs without fsync, for speed; SQLite is always opened with synchronous=FULL."""
    careless, careful = open_catalog(postgresql_catalog_url), open_catalog(sqlite_catalog_url)
    assert [problem.split(" ", 1)[0] for problem in durability_problems(careless)] == ["fsync", "full_page_writes"]
    assert durability_problems(careful) == ()
    careless.close()
    careful.close()


def test_commits_wait_for_the_disk_whatever_the_role_says(postgresql_catalog_url: str) -> None:
    database = open_catalog(postgresql_catalog_url)
    name = database.engine.url.database
    with database.engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
        connection.commit()
    database.close()
    again = open_catalog(postgresql_catalog_url)
    assert not any("synchronous_commit" in problem for problem in durability_problems(again))
    again.close()


def test_copied_sqlite_file_keeps_its_epoch_until_it_is_renewed(sqlite_catalog_url: str, tmp_path: Path) -> None:
    source = open_catalog(sqlite_catalog_url)
    before = epoch(source)
    source.close()
    copy = open_catalog(f"sqlite:///{shutil.copy(sqlite_catalog_url.removeprefix('sqlite:///'), tmp_path / 'c.db')}")
    assert epoch(copy) == before
    renew_epoch(copy)
    assert epoch(copy) != before
    copy.close()
