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


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("recommendations")
    if request.param == "sqlite":
        database = open_database(f"sqlite:///{folder / 'matcher.db'}")
        yield database
        database.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database()
    database = open_database(server.url(name))
    yield database
    database.close()
    server.drop_database(name)


@pytest.fixture
def desk(kept_database: Database) -> Desk:
    """With plenty of room: a test that is about limits makes its own."""
    return Desk(kept_database, indexer_on(kept_database))


def indexer_on(database: Database) -> Indexer:
    encoder = HashingEncoder()
    return Indexer(encoder, VectorStore(database, encoder))
