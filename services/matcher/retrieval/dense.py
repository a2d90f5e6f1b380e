"""The dense leg: exact inner-product search; the one file that imports FAISS."""

from pathlib import Path
from typing import Protocol, Self

import faiss
import numpy as np
import numpy.typing as npt

from services.matcher.domain.attributes import Mask
from services.matcher.embedding.encoder import FloatMatrix

Rows = npt.NDArray[np.int64]
FloatVector = npt.NDArray[np.float32]


class VectorIndex(Protocol):
    """Rows of unit vectors, searched by cosine similarity; immutable."""

    @property
    def size(self) -> int:
        """Number of rows."""

    def search(self, query: FloatVector, top_k: int, allowed: Mask) -> tuple[Rows, FloatVector]:
        """Up to `top_k` allowed rows and their similarities, best first; fewer only where fewer are allowed."""

    def similarities(self, query: FloatVector, rows: Rows) -> FloatVector:
        """Similarity of each of the rows, (len(rows),)."""

    def save(self, path: Path) -> None:
        """Write the index to one file."""


class FlatIndex:
    """FAISS flat inner product with an id mask: exact, never misses."""

    def __init__(self, index: faiss.IndexFlatIP) -> None:
        """Wrap a filled index; it must not change afterwards."""
        self._index = index
        self._vectors = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d).reshape(index.ntotal, index.d)

    @classmethod
    def of(cls, vectors: FloatMatrix) -> Self:
        """Index unit rows, (n, dimension); raises ValueError where a row is not of unit length."""
        lengths = np.linalg.norm(vectors, axis=1)
        if len(vectors) and not np.allclose(lengths, 1, atol=1e-3):
            raise ValueError("every vector must have unit length")
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        return cls(faiss.read_index(str(path)))

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self._index.ntotal)

    @property
    def vectors(self) -> FloatMatrix:
        """All rows, (size, dimension); a view, not to be written."""
        view: FloatMatrix = self._vectors
        return view

    def search(self, query: FloatVector, top_k: int, allowed: Mask) -> tuple[Rows, FloatVector]:
        """Up to `top_k` allowed rows and their similarities, best first, ties by row."""
        top_k = min(top_k, int(np.count_nonzero(allowed)))
        if top_k == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        bits = np.packbits(allowed, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)
        faiss.omp_set_num_threads(1)  # holds for the calling thread: requests already run side by side
        similarities, rows = self._index.search(query[None, :], top_k, params=faiss.SearchParameters(sel=selector))
        order = np.lexsort((rows[0], -similarities[0]))
        return rows[0][order], similarities[0][order]

    def similarities(self, query: FloatVector, rows: Rows) -> FloatVector:
        """Similarity of each of the rows, (len(rows),); the same to the last bit whichever rows are asked together."""
        # A matrix product would add in another order for another number of rows, and break ties.
        return np.asarray(np.einsum("ij,j->i", self._vectors[rows], query), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        faiss.write_index(self._index, str(path))
