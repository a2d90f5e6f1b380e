"""The matcher takes the catalog's keys: a revocation arrives in about a second, and nobody is locked out meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import delete
from starlette.testclient import TestClient

from services.catalog.api_keys import service
from services.catalog.app import create_app as create_catalog
from services.catalog.app import open_catalog
from services.catalog.changes.epoch import renew_epoch
from services.catalog.settings import CatalogSettings
from services.catalog.tables import ApiKeyEventRow, ApiKeyRow
from services.matcher.app import create_app as create_matcher
from services.matcher.feed.api_key_follower import ApiKeyFollower
from services.matcher.feed.api_keys import KeyRing, stored_keys
from services.matcher.feed.client import FeedClient
from services.matcher.settings import MatcherSettings
from shared.contracts.api_keys import IssuedApiKey
from shared.contracts.identity import Role
from shared.kit.database import Database
from tests.cli.live_services import closed_address, served
from tests.identity import PEPPER, bearing, issue
from tests.matcher.encoders import HashingEncoder

PATIENCE_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """A running catalog that asks who calls, and its database."""

    url: str
    database: Database

    def revoke(self, issued: IssuedApiKey) -> None:
        with self.database.write() as session:
            service.revoke(session, issued.key.key_id, by="tests", now=datetime.now(UTC))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    settings = CatalogSettings(database_url=f"sqlite:///{tmp_path / 'catalog.db'}", api_key_pepper=SecretStr(PEPPER))
    with served(create_catalog(settings)) as url:
        database = open_catalog(settings.database_url)
        yield Catalog(url=url, database=database)
        database.close()


@contextmanager
def matcher(folder: Path, catalog_url: str, catalog_key: str) -> Iterator[TestClient]:
    settings = MatcherSettings(
        catalog_url=catalog_url,
        catalog_key=SecretStr(catalog_key),
        api_key_pepper=SecretStr(PEPPER),
        database_url=f"sqlite:///{folder / 'matcher.db'}",
        data_directory=folder / "saved",
        feed_wait_seconds=0.5,
    )
    with TestClient(create_matcher(settings, lambda _: HashingEncoder())) as client:
        yield client


def until(is_so: Callable[[], bool]) -> float:
    """Seconds until it is so."""
    begun = monotonic()
    while not is_so():
        assert monotonic() - begun < PATIENCE_SECONDS
    return monotonic() - begun


def status_with(client: TestClient, issued: IssuedApiKey) -> int:
    return client.get("/v1/status", headers=bearing(issued.secret)).status_code


def test_keys_are_known_and_revoked_and_survive_without_the_catalog(catalog: Catalog, tmp_path: Path) -> None:
    feed_key = issue(catalog.database, Role.SERVICE).secret
    staying, leaving = (issue(catalog.database, Role.AUDITOR) for _ in range(2))
    with matcher(tmp_path, catalog.url, feed_key) as client:
        until(lambda: status_with(client, staying) == status_with(client, leaving) == 200)
        assert client.get("/v1/status").status_code == 401
        catalog.revoke(leaving)
        assert until(lambda: status_with(client, leaving) == 401) < 2
        late = issue(catalog.database, Role.AUDITOR)
        assert until(lambda: status_with(client, late) == 200) < 2
    with closed_address() as nobody, matcher(tmp_path, nobody, feed_key) as client:
        assert [status_with(client, key) for key in (staying, late, leaving)] == [200, 200, 401]
        asked = client.post("/v1/matches", json={}, headers=bearing(staying.secret))
        assert asked.status_code == 403


@pytest.fixture
def follower(catalog: Catalog, database_on_both: Database) -> Iterator[tuple[ApiKeyFollower, KeyRing]]:
    ring = KeyRing()
    headers = bearing(issue(catalog.database, Role.SERVICE).secret)
    with httpx.Client(base_url=catalog.url, headers=headers) as http:
        client = FeedClient(http, page_size=2, wait_seconds=0.2)
        yield ApiKeyFollower(database_on_both, client, ring), ring


def test_a_second_replica_reads_for_itself(
    catalog: Catalog, follower: tuple[ApiKeyFollower, KeyRing], database_on_both: Database
) -> None:
    first, ring = follower
    for _ in range(4):
        issue(catalog.database, Role.AUDITOR)
    while first.follow_once(wait=False):
        pass
    other_ring = KeyRing()
    other = ApiKeyFollower(database_on_both, first._client, other_ring)
    while other.follow_once(wait=False):
        pass
    assert (ring.feed_seq, other_ring.feed_seq) == (5, 5)


def test_a_shorter_feed_is_another_catalog(catalog: Catalog, follower: tuple[ApiKeyFollower, KeyRing]) -> None:
    following, ring = follower
    ring.feed_seq = 99
    assert following.follow_once(wait=False)
    assert ring.feed_seq == 1
    assert not following.follow_once(wait=False)


def test_keys_of_a_history_that_was_taken_back_are_known_no_more(
    catalog: Catalog, follower: tuple[ApiKeyFollower, KeyRing], database_on_both: Database
) -> None:
    following, ring = follower
    lost = issue(catalog.database, Role.ADMIN).key.key_id
    while following.follow_once(wait=False):
        pass
    kept = set(ring._records) - {lost}
    assert len(kept) == 1
    with catalog.database.write() as session:  # as if a backup of before that key had been put back
        session.execute(delete(ApiKeyEventRow).where(ApiKeyEventRow.key_id == lost))
        session.execute(delete(ApiKeyRow).where(ApiKeyRow.key_id == lost))
    assert not following.follow_once(wait=False)  # the feed is as long as before: its length tells nothing
    renew_epoch(catalog.database)
    assert following.follow_once(wait=False)
    assert set(ring._records) == kept
    with database_on_both.read() as session:
        assert {change.key.key_id for change in stored_keys(session)} == kept
