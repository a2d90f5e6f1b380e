"""One contract for every vector backend: FAISS in this process, pgvector, Milvus over its wire (Milvus Lite)."""

from collections.abc import Callable

import numpy as np
import pytest

from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.dense import FlatIndex, FloatVector, Nearest, VectorIndex
from services.matcher.retrieval.generations import collection_prefix
from services.matcher.retrieval.offloaded import LISTED, OffloadedIndex
from services.matcher.retrieval.vector_database import VectorDatabase, VectorDatabaseFailed
from tests.matcher.retrieval.test_dense import bounds, unit_rows

ROWS, DIMENSION = 1_200, 24
FILTERS = {"faiss": 1_000, "pgvector": 1_000, "milvus": 60}
"""Milvus Lite takes 50 ms for a filter; `liaison bench backends` asks it 1,000, too."""
SHARES = [0, 1 / ROWS, 0.004, 0.02, 0.1, 0.4, 0.9, 1]
MODEL = "hashing/p1"


def no_one(index: OffloadedIndex) -> None:
    """Nobody to be told."""


def placed(
    vectors: FloatMatrix, database: VectorDatabase, *, model: str = MODEL, listed: int = LISTED
) -> OffloadedIndex:
    """An index that the database searches."""
    prefix = collection_prefix(model, "offer", vectors.shape[1])
    index = OffloadedIndex(FlatIndex.of(vectors), database, prefix, no_one, listed=listed)
    index.place()
    return index


IndexOf = Callable[[FloatMatrix], VectorIndex]


@pytest.fixture(params=["faiss", "pgvector", "pgvector-struck-out", "milvus", "milvus-struck-out"])
def index_of(request: pytest.FixtureRequest) -> IndexOf:
    """Makes an index on a backend; `struck-out` where it lists more than is allowed, and this process strikes out."""
    backend, _, way = str(request.param).partition("-")
    if backend == "faiss":
        return FlatIndex.of
    database: VectorDatabase = request.getfixturevalue(backend)
    return lambda vectors: placed(vectors, database, listed=0 if way else LISTED)


def assert_nearest(found: Nearest, vectors: FloatMatrix, query: FloatVector, top_k: int, allowed: np.ndarray) -> None:
    """As many as asked for and allowed, none nearer left out, and the bound holds; in double precision."""
    products = vectors.astype(float) @ query.astype(float)
    assert len(found.rows) >= min(top_k, int(np.count_nonzero(allowed)))
    assert allowed[found.rows].all()
    assert (np.diff(found.rows) > 0).all()
    unseen = np.setdiff1d(np.flatnonzero(allowed), found.rows)
    assert (products[unseen] <= bounds(found, len(vectors))[unseen]).all()
    if len(unseen):
        assert products[found.rows].min() >= products[unseen].max() - 1e-5


def assert_by_database(index: VectorIndex) -> None:
    """What was found was found by the database."""
    if isinstance(index, OffloadedIndex):
        assert (index.searches > 0, index.local_searches) == (True, 0)


def test_random_filters_are_answered_as_by_brute_force(index_of: IndexOf, request: pytest.FixtureRequest) -> None:
    vectors, random = unit_rows(0, ROWS, DIMENSION), np.random.default_rng(1)
    index = index_of(vectors)
    filters = next(count for name, count in FILTERS.items() if name in request.node.name)
    for number in range(filters):
        query, top_k = unit_rows(number + 10, 1, DIMENSION)[0], int(random.integers(1, 60))
        allowed = random.random(ROWS) < random.choice(SHARES)
        assert_nearest(index.nearest(query, top_k, allowed), vectors, query, top_k, allowed)
    assert_by_database(index)


def test_similarities_are_those_of_faiss_to_the_last_bit(index_of: IndexOf) -> None:
    vectors, query = unit_rows(0, 200, DIMENSION), unit_rows(1, 1, DIMENSION)[0]
    rows = np.arange(3, 200, 7)
    expected = FlatIndex.of(vectors).similarities(query, rows)
    assert np.array_equal(index_of(vectors).similarities(query, rows), expected)


def test_mask_that_allows_the_farthest_only_is_obeyed(index_of: IndexOf) -> None:
    vectors, query = unit_rows(0, ROWS, DIMENSION), unit_rows(1, 1, DIMENSION)[0]
    allowed = np.zeros(ROWS, dtype=bool)
    allowed[np.argsort(vectors @ query)[:80]] = True
    index = index_of(vectors)
    assert_nearest(index.nearest(query, 20, allowed), vectors, query, 20, allowed)
    assert_by_database(index)


@pytest.mark.parametrize("allowed_rows", [[], [7], list(range(40))])
def test_more_asked_for_than_allowed_are_all_found(index_of: IndexOf, allowed_rows: list[int]) -> None:
    allowed = np.zeros(40, dtype=bool)
    allowed[allowed_rows] = True
    found = index_of(unit_rows(0, 40, DIMENSION)).nearest(unit_rows(1, 1, DIMENSION)[0], 41, allowed)
    assert found.rows.tolist() == allowed_rows
    assert found.upper == -np.inf


def test_rows_that_share_a_vector_stay_within_the_bound(index_of: IndexOf) -> None:
    vectors, query = np.repeat(unit_rows(0, 3, DIMENSION), 60, axis=0), unit_rows(1, 1, DIMENSION)[0]
    index, allowed = index_of(vectors), np.arange(180) % 2 == 0
    assert_nearest(index.nearest(query, 20, allowed), vectors, query, 20, allowed)
    assert len(np.unique(index.similarities(query, np.arange(60)))) == 1
    assert_by_database(index)


def test_each_state_finds_its_own_rows_after_updates_and_withdrawals(index_of: IndexOf) -> None:
    """Three states of one corpus stand in one place, as while requests hold older snapshots."""
    everything, query = unit_rows(0, 900, DIMENSION), unit_rows(1, 1, DIMENSION)[0]
    states = [everything[:400], everything[200:650], everything[np.r_[0:50, 600:900]]]
    indexes = [index_of(state) for state in states]
    for index, state in zip(indexes, states, strict=True):
        allowed = np.arange(len(state)) % 3 != 0
        assert_nearest(index.nearest(query, 25, allowed), state, query, 25, allowed)
        assert_by_database(index)


def test_vectors_of_two_models_are_kept_apart(vector_database: VectorDatabase) -> None:
    vectors, query = unit_rows(0, 100, DIMENSION), unit_rows(1, 1, DIMENSION)[0]
    one, other, wider = (
        placed(vectors[:60], vector_database, model="one"),
        placed(vectors[40:], vector_database, model="other"),
        placed(unit_rows(2, 50, 2 * DIMENSION), vector_database, model="one"),
    )
    assert [vector_database.size(str(index.collection)) for index in (one, other, wider)] == [60, 60, 50]
    found = one.nearest(query, 30, np.ones(60, dtype=bool))
    assert_nearest(found, vectors[:60], query, 30, np.ones(60, dtype=bool))
    assert len(wider.nearest(unit_rows(1, 1, 2 * DIMENSION)[0], 10, np.ones(50, dtype=bool)).rows) >= 10


def test_restart_and_another_replica_find_what_is_held(vector_database: VectorDatabase) -> None:
    vectors = unit_rows(0, 300, DIMENSION)
    first = placed(vectors, vector_database)
    again = placed(vectors[100:], vector_database)
    assert again.collection == first.collection
    assert vector_database.size(str(first.collection)) == 300


def test_lost_vectors_are_noticed_and_searched_here(vector_database: VectorDatabase) -> None:
    vectors, query, everyone = unit_rows(0, 300, DIMENSION), unit_rows(1, 1, DIMENSION)[0], np.ones(300, dtype=bool)
    partly = placed(vectors[:100], vector_database)
    lost: list[OffloadedIndex] = []
    index = OffloadedIndex(FlatIndex.of(vectors), vector_database, partly.prefix, lost.append)
    index.collection = partly.collection  # as though it held them all
    assert_nearest(index.nearest(query, 50, everyone), vectors, query, 50, everyone)
    assert (lost, index.collection, index.local_searches) == ([index], None, 1)
    index.place()
    assert_nearest(index.nearest(query, 50, everyone), vectors, query, 50, everyone)
    assert (index.searches, index.local_searches) == (1, 1)


def test_dropped_collection_is_noticed_and_searched_here(vector_database: VectorDatabase) -> None:
    vectors, query, everyone = unit_rows(0, 100, DIMENSION), unit_rows(1, 1, DIMENSION)[0], np.ones(100, dtype=bool)
    index = placed(vectors, vector_database)
    vector_database.drop(str(index.collection))
    assert_nearest(index.nearest(query, 10, everyone), vectors, query, 10, everyone)
    assert index.collection is None


def test_collection_that_is_not_there_is_an_error(vector_database: VectorDatabase) -> None:
    with pytest.raises(VectorDatabaseFailed):
        vector_database.nearest("liaison_nowhere_offer_000001_0", unit_rows(0, 1, DIMENSION)[0], 3)
