"""One vector backend under random filters, compared with brute force."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.dense import FlatIndex, FloatVector, Nearest, VectorIndex
from services.matcher.retrieval.generations import collection_prefix
from services.matcher.retrieval.offloaded import OffloadedIndex
from services.matcher.settings import MatcherSettings, VectorBackend
from services.matcher.vector_backends import build_vector_database

SHARES = (0.0, 0.002, 0.01, 0.05, 0.5, 1.0)
"""Of the rows that a filter allows, in turn."""
_DEEPEST = 128
_COLLECTIONS = "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What came of the filters."""

    wrong: int
    """Too few, refused, a nearer one left out, or another one above the bound."""
    seconds: Mapping[float, Sequence[float]]
    """Of each search, by the share that its filter allowed."""
    local_searches: int
    """Answered by this process instead of the backend."""


def search_under_filters(settings: MatcherSettings, local: FlatIndex, filters: int) -> Searched:
    """Ask for up to 128 of the nearest to random rows, under random filters; raises VectorDatabaseFailed."""
    random, wrong = np.random.default_rng(0), 0
    seconds: dict[float, list[float]] = {share: [] for share in SHARES}
    with _index(settings, local) as index:
        for number in range(filters):
            share, top_k = SHARES[number % len(SHARES)], int(random.integers(1, _DEEPEST))
            allowed, query = random.random(local.size) < share, local.vectors[int(random.integers(local.size))]
            began = perf_counter()
            found = index.nearest(query, top_k, allowed)
            seconds[share].append(perf_counter() - began)
            wrong += not _is_right(found, local.vectors, query, top_k, allowed)
        local_searches = index.local_searches if isinstance(index, OffloadedIndex) else 0
    return Searched(wrong=wrong, seconds=seconds, local_searches=local_searches)


@contextmanager
def _index(settings: MatcherSettings, local: FlatIndex) -> Iterator[VectorIndex]:
    """The rows on a backend, in collections that are dropped again."""
    if settings.vector_backend is VectorBackend.FAISS:
        yield local
        return
    database = build_vector_database(settings)
    prefix = collection_prefix(_COLLECTIONS, "offer", local.vectors.shape[1])
    index = OffloadedIndex(local, database, prefix, lambda _: None)
    try:
        index.place()
        yield index
    finally:
        for name in database.collections(prefix):
            database.drop(name)
        database.close()


def _is_right(found: Nearest, vectors: FloatMatrix, query: FloatVector, top_k: int, allowed: Mask) -> bool:
    """By brute force in double precision, but for what single precision cannot tell apart."""
    products = vectors @ query.astype(float)
    unseen = np.setdiff1d(np.flatnonzero(allowed), found.rows)
    upper = np.broadcast_to(np.asarray(found.upper), len(vectors))
    return bool(
        allowed[found.rows].all()
        and len(found.rows) >= min(top_k, int(np.count_nonzero(allowed)))
        and (products[unseen] <= upper[unseen]).all()
        and (not len(unseen) or products[found.rows].min() >= products[unseen].max() - 1e-5)
    )
