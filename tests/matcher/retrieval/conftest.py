"""Vector databases that hold nothing yet."""

from collections.abc import Iterator

import pytest

from services.matcher.retrieval.milvus_database import MilvusDatabase
from services.matcher.retrieval.pgvector_database import PgvectorDatabase
from services.matcher.retrieval.vector_database import VectorDatabase


@pytest.fixture
def pgvector(postgresql_url: str) -> Iterator[PgvectorDatabase]:
    database = PgvectorDatabase(postgresql_url, timeout_seconds=10)
    yield database
    database.close()


@pytest.fixture
def milvus(milvus_uri: str) -> Iterator[MilvusDatabase]:
    database = MilvusDatabase(milvus_uri, token="", timeout_seconds=10)
    for name in database.collections("liaison_"):
        database.drop(name)
    yield database
    database.close()


@pytest.fixture(params=["pgvector", "milvus"])
def vector_database(request: pytest.FixtureRequest) -> VectorDatabase:
    found: VectorDatabase = request.getfixturevalue(request.param)
    return found
