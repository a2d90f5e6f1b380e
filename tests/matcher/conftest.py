"""Migrated databases, encoders and a small indexer for the matcher's tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.matcher.bootstrap import open_database
from services.matcher.embedding.encoder import Precision
from services.matcher.embedding.sentence_transformer import SentenceTransformerEncoder
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.matching.indexing import Indexer
from shared.kit.database import Database
from tests.matcher.encoders import HashingEncoder
from tests.milvus import running_milvus
from tests.postgres import PostgresServer


@pytest.fixture(scope="session")
def bundled_encoder() -> SentenceTransformerEncoder:
    """The real default model, in the precision that every processor has."""
    return SentenceTransformerEncoder(precision=Precision.FLOAT32)


@pytest.fixture
def encoder() -> HashingEncoder:
    """A fast stand-in that keeps what it was asked to encode."""
    return HashingEncoder()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated matcher database without rows."""
    path = tmp_path_factory.mktemp("template") / "matcher.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def sqlite_matcher_url(sqlite_template: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'matcher.db')}"


@pytest.fixture(scope="session")
def postgresql_matcher_template(postgres_server: PostgresServer) -> str:
    """A migrated matcher database without rows."""
    name = postgres_server.create_database()
    open_database(postgres_server.url(name)).close()
    return name


@pytest.fixture
def postgresql_matcher_url(postgres_server: PostgresServer, postgresql_matcher_template: str) -> Iterator[str]:
    name = postgres_server.create_database(template=postgresql_matcher_template)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite_matcher_url", "postgresql_matcher_url"], ids=["sqlite", "postgresql"])
def database_on_both(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated matcher database, on either backend."""
    database = open_database(request.getfixturevalue(request.param))
    yield database
    database.close()


@pytest.fixture
def database(sqlite_matcher_url: str) -> Iterator[Database]:
    """A migrated matcher database on the embedded backend."""
    database = open_database(sqlite_matcher_url)
    yield database
    database.close()


@pytest.fixture
def indexer(database: Database, encoder: HashingEncoder) -> Indexer:
    return Indexer(encoder, VectorStore(database, encoder))


@pytest.fixture(scope="session")
def milvus_uri() -> Iterator[str]:
    """A Milvus Lite server, started once."""
    with running_milvus() as uri:
        yield uri
