"""An indexer without a model, and random snapshots."""

from collections.abc import Iterator

import pytest

from services.matcher.bootstrap import open_database
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.matching.indexing import Indexer
from tests.matcher.encoders import HashingEncoder
from tests.matcher.matching.cases import Case, random_case


@pytest.fixture(scope="session")
def shared_indexer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexer]:
    """Kept over the examples of hypothesis."""
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('matching') / 'matcher.db'}")
    encoder = HashingEncoder()
    yield Indexer(encoder, VectorStore(database, encoder))
    database.close()


@pytest.fixture(scope="session")
def base_alone(shared_indexer: Indexer) -> Case:
    return random_case(shared_indexer, "base alone")


@pytest.fixture(scope="session", params=["base alone", "base and delta", "delta alone"])
def case(request: pytest.FixtureRequest, shared_indexer: Indexer) -> Case:
    return random_case(shared_indexer, request.param)
