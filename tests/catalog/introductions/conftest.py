"""A project and a pilot platform, each owned by its organisation, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from services.catalog.app import create_app, open_catalog
from services.catalog.settings import CatalogSettings
from shared.kit.database import Database
from tests.catalog.introductions.people import FOUNDER, PLATFORM, NamedCallers, owned_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Who asks and who is asked."""

    subject: str
    target: str


@pytest.fixture
def pair(database: Database) -> Pair:
    return Pair(
        subject=owned_profile(database, FOUNDER.organization_id, "asks"),
        target=owned_profile(database, PLATFORM.organization_id, "is asked", "pilot_platform"),
    )


@pytest.fixture
def told_apart(sqlite_catalog_url: str) -> Iterator[TestClient]:
    """A running catalog that tells its callers apart by the name they send; services are tested on both databases."""
    app = create_app(CatalogSettings(database_url=sqlite_catalog_url))
    with TestClient(app, raise_server_exceptions=False) as client:
        app.state.authenticator = NamedCallers()
        yield client


@pytest.fixture
def http_pair(told_apart: TestClient, sqlite_catalog_url: str) -> Pair:
    """The pair in the running catalog's database."""
    database = open_catalog(sqlite_catalog_url)
    try:
        return Pair(
            subject=owned_profile(database, FOUNDER.organization_id, "asks"),
            target=owned_profile(database, PLATFORM.organization_id, "is asked", "pilot_platform"),
        )
    finally:
        database.close()
