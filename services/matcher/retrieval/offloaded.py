"""Vectors that a database searches, with a copy on this machine's disk that scores, and searches where it cannot."""

import secrets
from collections.abc import Callable
from pathlib import Path

import numpy as np
import structlog

from services.matcher.domain.attributes import Mask
from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.dense import FlatIndex, FloatVector, Nearest, Rows
from services.matcher.retrieval.generations import KeyedVectors, place, vector_keys
from services.matcher.retrieval.vector_database import Found, Keys, VectorDatabase, VectorDatabaseFailed

_log = structlog.get_logger("vectors")
LISTED = 10_000
"""Names of so many vectors are sent with a search at most."""
_DEEPER = 16
"""How many times as many rows a search lists: they bound all others, so more of them rule out more."""
_DEEPER_STILL = 4
"""How many times as many the next search lists where too few of the found were allowed."""
_ROUNDING = np.float32(1e-5)
"""Two ways to add up a cosine in single precision differ by less."""


class OffloadedIndex:
    """Immutable rows. Answers are exact, and the same whether the database searches or this machine does.

    The database only says who is near. Similarities that are scored are computed here, from the same numbers in the
    same order as without it.
    """

    def __init__(
        self,
        local: FlatIndex,
        database: VectorDatabase,
        prefix: str,
        on_lost: Callable[["OffloadedIndex"], None],
        *,
        listed: int = LISTED,
    ) -> None:
        """Searches here until `place` has been called; `on_lost` hears of it when the database has failed.

        Up to `listed` allowed vectors are named in the search; of more, those not allowed are struck out here.
        """
        self.prefix = prefix
        self.collection: str | None = None
        """Where the database has all of the rows; None where this machine searches."""
        self.searches = 0
        """Answered by the database."""
        self.local_searches = 0
        self._local = local
        self._listed = listed
        self._database = database
        self._on_lost = on_lost
        keys = vector_keys(local.vectors)
        self._keys, self._first_rows, self._key_of_row = np.unique(keys, return_index=True, return_inverse=True)

    @property
    def size(self) -> int:
        """Number of rows."""
        return self._local.size

    @property
    def vectors(self) -> FloatMatrix:
        """All rows, (size, dimension); a view of the file, not to be written."""
        return self._local.vectors

    def place(self, *, is_renewed: bool = False) -> None:
        """Have the database hold all rows, then let it search; raises VectorDatabaseFailed.

        With `is_renewed`, it holds nothing else afterwards.
        """
        wanted = KeyedVectors(keys=self._keys, vectors_of=self._vectors_of, dimension=self.vectors.shape[1])
        self.collection = place(self._database, self.prefix, wanted, secrets.token_hex(4), is_renewed=is_renewed)

    def nearest(self, query: FloatVector, top_k: int, allowed: Mask) -> Nearest:
        """At least the `top_k` allowed rows of the greatest similarity, all of them where fewer are allowed."""
        collection, count = self.collection, int(np.count_nonzero(allowed))
        if count <= top_k:
            return self._local.nearest(query, top_k, allowed)
        found = None if collection is None else self._by_database(collection, query, top_k, allowed, count)
        if found is None:
            self.local_searches += 1
            return self._local.nearest(query, top_k, allowed)
        self.searches += 1
        return found

    def similarities(self, query: FloatVector, rows: Rows) -> FloatVector:
        """Similarity of each of the rows, (len(rows),); the same to the last bit whichever rows are asked together."""
        return self._local.similarities(query, rows)

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        self._local.save(path)

    def _vectors_of(self, keys: Keys) -> FloatMatrix:
        rows: FloatMatrix = self._local.vectors[self._first_rows[np.searchsorted(self._keys, keys)]]
        return rows

    def _by_database(
        self, collection: str, query: FloatVector, top_k: int, allowed: Mask, count: int
    ) -> Nearest | None:
        """None where the database has failed, which ends its part until it has been placed again."""
        try:
            return self._search(collection, query, top_k, allowed, count)
        except VectorDatabaseFailed as error:
            _log.warning("vectors_searched_here", collection=collection, error=str(error)[:300])
            self.collection = None
            self._on_lost(self)
            return None

    def _search(self, collection: str, query: FloatVector, top_k: int, allowed: Mask, count: int) -> Nearest | None:
        """None where the database would have to list too many."""
        depth = min(count, _DEEPER * top_k)
        if count <= self._listed:
            among = self._keys[np.unique(self._key_of_row[allowed])].tolist()
            return self._nearest(self._found(collection, query, min(depth, len(among)), among), allowed)
        limit = depth * self.size // count
        while limit <= self._database.most_found:
            nearest = self._nearest(self._found(collection, query, min(limit, len(self._keys)), None), allowed)
            if len(nearest.rows) >= top_k:
                return nearest
            limit *= _DEEPER_STILL
        return None

    def _found(self, collection: str, query: FloatVector, limit: int, among: list[int] | None) -> Found:
        found = self._database.nearest(collection, query, limit, among)
        if len(found.keys) < limit:
            raise VectorDatabaseFailed(f"{collection} has lost vectors: {len(found.keys)} of {limit} found")
        return found

    def _nearest(self, found: Found, allowed: Mask) -> Nearest:
        places = np.searchsorted(self._keys, found.keys)
        known = np.take(self._keys, places, mode="clip") == found.keys  # others are of another state
        is_found = np.zeros(len(self._keys), dtype=bool)
        is_found[places[known]] = True
        rows = np.flatnonzero(is_found[self._key_of_row] & allowed)
        return Nearest(rows=rows, upper=float(found.similarities[-1] + _ROUNDING))
