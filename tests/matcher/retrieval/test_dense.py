"""Exact dense search under any mask."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.dense import FlatIndex, FloatVector, Nearest


def unit_rows(seed: int, count: int, dimension: int = 16) -> FloatMatrix:
    """Random directions."""
    rows = np.random.default_rng(seed).standard_normal((count, dimension))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def bounds(found: Nearest, size: int) -> FloatVector:
    """The bound of each row, (size,), whether it was told a row or once for all."""
    return np.broadcast_to(np.asarray(found.upper, dtype=np.float32), size)


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 300),
    share=st.sampled_from([0.0, 0.01, 0.25, 0.6, 1.0]),
    k=st.integers(1, 40),
)
def test_nearest_are_found_and_no_other_exceeds_the_bound(seed: int, count: int, share: float, k: int) -> None:
    vectors, query = unit_rows(seed, count), unit_rows(seed + 1, 1)[0]
    allowed = np.random.default_rng(seed).random(count) < share
    found = FlatIndex.of(vectors).nearest(query, k, allowed)
    products = vectors.astype(float) @ query.astype(float)
    assert len(found.rows) >= min(k, int(np.count_nonzero(allowed)))
    assert allowed[found.rows].all()
    assert (np.diff(found.rows) > 0).all()
    unseen = np.setdiff1d(np.flatnonzero(allowed), found.rows)
    assert (products[unseen] <= bounds(found, count)[unseen]).all()
    if len(unseen):
        assert products[found.rows].min() >= products[unseen].max() - 1e-5


def test_where_all_are_taken_nothing_is_unseen() -> None:
    found = FlatIndex.of(unit_rows(0, 9)).nearest(unit_rows(1, 1)[0], 9, np.ones(9, dtype=bool))
    assert found.rows.tolist() == list(range(9))
    assert found.upper == -np.inf


def test_equal_vectors_that_were_not_taken_are_within_the_bound() -> None:
    index, query = FlatIndex.of(np.repeat(unit_rows(0, 1), 200, axis=0)), unit_rows(1, 1)[0]
    found = index.nearest(query, 20, np.ones(200, dtype=bool))
    assert len(found.rows) >= 20
    assert (index.similarities(query, np.arange(200)) <= bounds(found, 200)).all()


def test_nearest_are_found_where_the_mask_leaves_the_farthest() -> None:
    vectors, query = unit_rows(0, 400), unit_rows(1, 1)[0]
    order = np.argsort(vectors @ query)
    allowed = np.zeros(400, dtype=bool)
    allowed[order[:200]] = True  # a search without the mask finds none of them
    found = FlatIndex.of(vectors).nearest(query, 10, allowed)
    assert set(order[190:200].tolist()) <= set(found.rows.tolist())
    assert allowed[found.rows].all()


def test_nearest_of_a_long_index_are_found_in_both_halves() -> None:
    """So many rows are scanned by two threads."""
    vectors, query = unit_rows(0, 30_001), unit_rows(1, 1)[0]
    found = FlatIndex.of(vectors).nearest(query, 50, np.ones(30_001, dtype=bool))
    products = vectors @ query
    assert found.rows.tolist() == sorted(np.argsort(-products)[:50].tolist())
    assert bounds(found, 30_001) == pytest.approx(products, abs=3e-5)


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
    found = FlatIndex.of(unit_rows(0, 0)).nearest(unit_rows(1, 1)[0], 5, np.ones(0, dtype=bool))
    assert (len(found.rows), found.upper) == (0, -np.inf)


def test_saved_index_has_the_same_rows(tmp_path: Path) -> None:
    vectors = unit_rows(0, 9)
    FlatIndex.of(vectors).save(tmp_path / "vectors")
    assert np.array_equal(FlatIndex.load(tmp_path / "vectors").vectors, vectors)
