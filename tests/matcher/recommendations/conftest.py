"""One migrated database of each backend for a module, emptied before each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.matcher.bootstrap import open_database
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.matching.indexing import Indexer
from shared.kit.database import Database
from tests.matcher.encoders import HashingEncoder
from tests.matcher.recommendations.desk import Desk
from tests.postgres import PostgresServer


@pytest.fixture(scope="module")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("recommendations")
    database = open_database(f"sqlite:///{folder / 'matcher.db'}")
    yield database
    database.close()


@pytest.fixture(scope="module")
def postgresql_database(postgres_server: PostgresServer) -> Iterator[Database]:
    name = postgres_server.create_database()
    database = open_database(postgres_server.url(name))
    yield database
    database.close()
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite_database", "postgresql_database"], ids=["sqlite", "postgresql"])
def kept_database(request: pytest.FixtureRequest) -> Database:
    """Either backend: for what the database itself has a part in."""
    database: Database = request.getfixturevalue(request.param)
    return database


@pytest.fixture
def desk(sqlite_database: Database) -> Desk:
    """With plenty of room: a test that is about limits makes its own."""
    return Desk(sqlite_database, indexer_on(sqlite_database))


@pytest.fixture
def desk_on_both(kept_database: Database) -> Desk:
    """The same on either backend."""
    return Desk(kept_database, indexer_on(kept_database))


def indexer_on(database: Database) -> Indexer:
    encoder = HashingEncoder()
    return Indexer(encoder, VectorStore(database, encoder))
