"""Exact dense search under any mask."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.dense import FlatIndex


def unit_rows(seed: int, count: int, dimension: int = 16) -> FloatMatrix:
    """Random directions."""
    rows = np.random.default_rng(seed).standard_normal((count, dimension))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 300),
    share=st.sampled_from([0.0, 0.01, 0.3, 1.0]),
    k=st.integers(1, 40),
)
def test_search_equals_brute_force_and_is_never_short(seed: int, count: int, share: float, k: int) -> None:
    vectors, query = unit_rows(seed, count), unit_rows(seed + 1, 1)[0]
    allowed = np.random.default_rng(seed).random(count) < share
    rows, similarities = FlatIndex.of(vectors).search(query, k, allowed)
    products = np.where(allowed, vectors.astype(float) @ query.astype(float), -np.inf)
    assert len(rows) == min(k, np.count_nonzero(allowed)) == len(set(rows.tolist()))
    assert allowed[rows].all()
    assert similarities == pytest.approx(np.sort(products)[::-1][: len(rows)], abs=1e-5)
    assert similarities == pytest.approx(products[rows], abs=1e-5)


def test_equal_vectors_are_listed_by_row() -> None:
    index = FlatIndex.of(np.repeat(unit_rows(0, 1), 20, axis=0))
    rows, _ = index.search(unit_rows(1, 1)[0], 20, np.ones(20, dtype=bool))
    assert rows.tolist() == list(range(20))


def test_similarity_of_a_row_does_not_depend_on_its_company() -> None:
    vectors, query = np.repeat(unit_rows(0, 3, 384), 41, axis=0), unit_rows(1, 1, 384)[0]
    index = FlatIndex.of(vectors)
    together = index.similarities(query, np.arange(123))
    alone = [index.similarities(query, np.array([row]))[0] for row in range(123)]
    assert together.tolist() == alone


def test_vectors_of_another_length_than_one_are_refused() -> None:
    with pytest.raises(ValueError, match="unit length"):
        FlatIndex.of(2 * unit_rows(0, 3))


def test_empty_index_finds_nothing() -> None:
    rows, similarities = FlatIndex.of(unit_rows(0, 0)).search(unit_rows(1, 1)[0], 5, np.ones(0, dtype=bool))
    assert len(rows) == len(similarities) == 0


def test_saved_index_has_the_same_rows(tmp_path: Path) -> None:
    vectors = unit_rows(0, 9)
    FlatIndex.of(vectors).save(tmp_path / "vectors")
    assert np.array_equal(FlatIndex.load(tmp_path / "vectors").vectors, vectors)
