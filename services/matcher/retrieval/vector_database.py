"""What is asked of a database that searches vectors for the matcher: add by key, find the nearest."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.dense import FloatVector

Keys = npt.NDArray[np.int64]
"""Names of vectors, made of their content: equal keys are equal vectors."""


class VectorDatabaseFailed(Exception):
    """The vector database did not answer, or not in time, or lacks what was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The nearest vectors, most similar first."""

    keys: Keys = field(repr=False)
    similarities: FloatVector = field(repr=False)
    """Inner products in single precision, (len(keys),)."""


class VectorDatabase(Protocol):
    """Collections of vectors by key, which only grow and are dropped as a whole; safe in any number of threads.

    Every method raises VectorDatabaseFailed, within the timeout that the adapter was given; `add` may take longer.
    """

    @property
    def most_found(self) -> int:
        """The largest `limit` that `nearest` takes."""

    def collections(self, prefix: str) -> list[str]:
        """Names that begin so, in any order."""

    def create(self, name: str, dimension: int) -> None:
        """Make an empty collection of vectors of a length."""

    def drop(self, name: str) -> None:
        """Remove a collection; nothing where there is none."""

    def open(self, name: str) -> None:
        """Make a collection ready to be searched; nothing where it is."""

    def size(self, name: str) -> int:
        """How many vectors a collection holds."""

    def missing(self, name: str, keys: Keys) -> Keys:
        """Those of the keys that a collection does not hold."""

    def add(self, name: str, keys: Keys, vectors: FloatMatrix) -> None:
        """Add vectors, one a key; keys that are held already stay. Every later search sees them."""

    def nearest(self, name: str, query: FloatVector, limit: int, among: Sequence[int] | None = None) -> Found:
        """The `limit` vectors of the greatest inner product, of a whole collection or among some keys; exact."""

    def close(self) -> None:
        """Let go of connections."""
