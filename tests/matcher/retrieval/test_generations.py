"""Collections of a vector database: they grow, are replaced once they hold mostly unused vectors, and are dropped."""

import numpy as np
import pytest

from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.generations import KeyedVectors, collection_prefix, place, vector_keys
from services.matcher.retrieval.vector_database import VectorDatabase
from tests.matcher.retrieval.test_dense import unit_rows

PREFIX = collection_prefix("hashing/p1", "offer", 16)


def keyed(vectors: FloatMatrix) -> KeyedVectors:
    keys, rows = np.unique(vector_keys(vectors), return_index=True)
    return KeyedVectors(
        keys=keys, vectors_of=lambda some: vectors[rows[np.searchsorted(keys, some)]], dimension=vectors.shape[1]
    )


def test_equal_vectors_have_equal_keys_and_others_do_not() -> None:
    vectors = unit_rows(0, 500)
    keys = vector_keys(np.concatenate([vectors, vectors[::-1]]))
    assert keys[:500].tolist() == keys[:499:-1].tolist()
    assert len(np.unique(keys)) == 500


@pytest.mark.parametrize("other", [("two/p1", "offer", 16), ("hashing/p1", "need", 16), ("hashing/p1", "offer", 32)])
def test_models_aspects_and_dimensions_have_collections_of_their_own(other: tuple[str, str, int]) -> None:
    assert collection_prefix(*other) != PREFIX


def test_changed_vectors_join_the_collection_until_most_are_unused(vector_database: VectorDatabase) -> None:
    vectors = unit_rows(0, 200)
    first = place(vector_database, PREFIX, keyed(vectors[:100]), "aa")
    assert place(vector_database, PREFIX, keyed(vectors[50:150]), "bb", spare=0) == first
    assert vector_database.size(first) == 150
    second = place(vector_database, PREFIX, keyed(vectors[190:]), "cc", spare=0)  # 150 unused, 10 wanted
    assert second > first
    assert vector_database.size(second) == 10


def test_collection_before_the_newest_stays_for_other_replicas(vector_database: VectorDatabase) -> None:
    vectors = unit_rows(0, 60)
    names = [
        place(vector_database, PREFIX, keyed(vectors[start:end]), token, spare=0)
        for start, end, token in ((0, 30, "aa"), (30, 50, "bb"), (50, 60, "cc"))
    ]
    assert len(set(names)) == 3
    assert sorted(vector_database.collections(PREFIX)) == names[1:]


def test_interrupted_placing_goes_on_where_it_stopped(vector_database: VectorDatabase) -> None:
    vectors = unit_rows(0, 80)
    name = place(vector_database, PREFIX, keyed(vectors[:30]), "aa")
    wanted = keyed(vectors)
    sent: list[int] = []

    def noted(keys: np.ndarray) -> FloatMatrix:
        sent.append(len(keys))
        return wanted.vectors_of(keys)

    assert place(vector_database, PREFIX, KeyedVectors(keys=wanted.keys, vectors_of=noted, dimension=16), "bb") == name
    assert sent == [50]


def test_after_a_renewal_nothing_unused_is_held_anywhere(vector_database: VectorDatabase) -> None:
    vectors = unit_rows(0, 60)
    place(vector_database, PREFIX, keyed(vectors[:30]), "aa", spare=0)
    old = place(vector_database, PREFIX, keyed(vectors[:50]), "bb", spare=0)
    wanted = keyed(vectors[1:50])  # one of them was erased
    name = place(vector_database, PREFIX, wanted, "cc", is_renewed=True)
    assert name > old
    assert vector_database.collections(PREFIX) == [name]
    assert vector_database.size(name) == 49
    assert place(vector_database, PREFIX, wanted, "dd", is_renewed=True) == name
