"""A catalog on SQLite and one on PostgreSQL: every test that asks for one runs on both."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from services.catalog.app import create_app, open_catalog
from services.catalog.settings import CatalogSettings
from shared.kit.database import Database
from tests.postgres import PostgresServer


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows."""
    path = tmp_path_factory.mktemp("template") / "catalog.db"
    open_catalog(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgres_server: PostgresServer) -> str:
    """A migrated database without rows."""
    name = postgres_server.create_database()
    open_catalog(postgres_server.url(name)).close()
    return name


@pytest.fixture
def sqlite_catalog_url(sqlite_template: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'catalog.db')}"


@pytest.fixture
def postgresql_catalog_url(postgres_server: PostgresServer, postgresql_template: str) -> Iterator[str]:
    name = postgres_server.create_database(template=postgresql_template)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated, empty catalog database, on either backend."""
    url: str = request.getfixturevalue(f"{request.param}_catalog_url")
    return url


@pytest.fixture
def database(catalog_url: str) -> Iterator[Database]:
    database = open_catalog(catalog_url)
    yield database
    database.close()


@pytest.fixture
def client(catalog_url: str) -> Iterator[TestClient]:
    """A running catalog; an unexpected error is its 500 answer."""
    settings = CatalogSettings(database_url=catalog_url)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client
