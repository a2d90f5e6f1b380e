"""A pass shared by many searches finds what each would find alone."""

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from services.matcher.retrieval.dense import FlatIndex, FloatVector, Nearest
from services.matcher.retrieval.shared_scan import SharedScan
from tests.matcher.retrieval.test_dense import bounds, unit_rows

THREADS = 8
ROWS = 400


def searched_together(index: FlatIndex, queries: np.ndarray, top_k: int, allowed: np.ndarray) -> list[Nearest]:
    """Every query by a thread of its own, all beginning at once."""
    begin = Barrier(THREADS)

    def search(query: FloatVector) -> Nearest:
        begin.wait()
        return index.nearest(query, top_k, allowed)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(search, queries))


@pytest.mark.parametrize("seed", range(5))
def test_many_threads_find_the_nearest_that_each_finds_alone(seed: int) -> None:
    index, queries = FlatIndex.of(unit_rows(seed, ROWS)), unit_rows(seed + 100, THREADS)
    allowed = np.random.default_rng(seed).random(ROWS) < 0.9
    together = searched_together(index, queries, 10, allowed)
    for query, found in zip(queries, together, strict=True):
        alone = index.nearest(query, 10, allowed)
        by_likeness = np.flatnonzero(allowed)[np.argsort(-(index.vectors[allowed] @ query), kind="stable")]
        nearest = set(by_likeness[:10].tolist())
        assert nearest <= set(found.rows.tolist())
        assert nearest <= set(alone.rows.tolist())
        for one in (found, alone):  # the bound holds, whichever way the search took
            unseen = np.setdiff1d(np.flatnonzero(allowed), one.rows)
            assert (index.vectors[unseen] @ query <= bounds(one, ROWS)[unseen]).all()


def test_search_that_is_alone_takes_its_own_way() -> None:
    vectors, query = unit_rows(0, 5), unit_rows(1, 1)[0]
    own = np.arange(5, dtype=np.float32)
    assert SharedScan(vectors, lambda _: own).similarities(query) is own


@pytest.mark.parametrize("waiting", [1, 7, 40])
def test_those_who_wait_are_served_by_few_passes(waiting: int) -> None:
    """The first keeps its turn until all others stand in the queue; 40 are more than one pass takes."""
    vectors, queries = unit_rows(0, 50), unit_rows(1, waiting + 1)
    alone: list[FloatVector] = []
    results: list[Future[FloatVector]] = []
    with ThreadPoolExecutor(waiting) as threads:

        def one_by_one(query: FloatVector) -> FloatVector:
            alone.append(query)
            if not results:
                results.extend(threads.submit(scan.similarities, other) for other in queries[1:])
                while len(scan._queue) < waiting:
                    pass
            return np.asarray(vectors @ query)

        scan = SharedScan(vectors, one_by_one)
        found = [scan.similarities(queries[0]), *(result.result() for result in results)]
    assert len(alone) <= 2  # the first, and the last of all where it found nobody else waiting
    for query, similarities in zip(queries, found, strict=True):
        assert similarities == pytest.approx(vectors @ query, abs=1e-6)
