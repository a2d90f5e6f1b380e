"""The dense leg: exact inner-product search; the one file that imports FAISS."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol, Self

import faiss
import numpy as np
import numpy.typing as npt

from services.matcher.domain.attributes import Mask
from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.shared_scan import SharedScan

Rows = npt.NDArray[np.int64]
FloatVector = npt.NDArray[np.float32]


_NARROW = 0.3
"""Where less than this share of the rows is allowed, FAISS under a mask costs less than a pass over all rows."""
_DEEPER = 4
"""How many times as many rows a search under a mask lists: they bound all others, so more of them rule out more."""
_LONG_SCAN = 20_000
"""Rows from which on a lone scan is worth a second thread."""
_ROWS_AT_ONCE = 4_096
"""Rows that a thread takes of a long scan before it comes back for more."""
_HELPER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scan")
"""The second thread; one scan at a time has its turn, so it never has more to do."""
_ROUNDING = np.float32(1e-5)
"""Two ways to add up a cosine in single precision differ by less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """Some allowed rows, and what is known of the similarity of the others."""

    rows: Rows = field(repr=False)
    """Ascending."""
    upper: FloatVector | float = field(repr=False)
    """No allowed row outside `rows` is more similar: one bound a row, or one for all; -inf where there is none."""


class VectorIndex(Protocol):
    """Rows of unit vectors, searched by cosine similarity; immutable."""

    @property
    def size(self) -> int:
        """Number of rows."""

    @property
    def vectors(self) -> FloatMatrix:
        """All rows, (size, dimension); a view, not to be written."""

    def nearest(self, query: FloatVector, top_k: int, allowed: Mask) -> Nearest:
        """At least the `top_k` allowed rows of the greatest similarity, all of them where fewer are allowed."""

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
        self._scan = SharedScan(self._vectors, self._all_similarities)

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

    @classmethod
    def on_disk(cls, index: VectorIndex, folder: Path) -> Self:
        """The rows of an index in a file without a name, of which only what is read comes into memory."""
        with NamedTemporaryFile(dir=folder, prefix="vectors-") as file:
            index.save(Path(file.name))
            return cls(faiss.read_index(file.name, faiss.IO_FLAG_MMAP_IFC))

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self._index.ntotal)

    @property
    def vectors(self) -> FloatMatrix:
        """All rows, (size, dimension); a view, not to be written."""
        view: FloatMatrix = self._vectors
        return view

    def nearest(self, query: FloatVector, top_k: int, allowed: Mask) -> Nearest:
        """At least the `top_k` allowed rows of the greatest similarity, all of them where fewer are allowed."""
        count = int(np.count_nonzero(allowed))
        if count <= top_k:
            return Nearest(rows=np.flatnonzero(allowed), upper=-np.inf)
        if count < _NARROW * self.size:
            return self._under_mask(query, min(count, _DEEPER * top_k), allowed)
        similarities = self._scan.similarities(query)
        seen = np.where(allowed, similarities, np.float32(-2))
        least = np.partition(seen, -top_k)[-top_k]
        similarities += _ROUNDING
        return Nearest(rows=np.flatnonzero(seen >= least), upper=similarities)

    def _under_mask(self, query: FloatVector, top_k: int, allowed: Mask) -> Nearest:
        bits = np.packbits(allowed, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)
        similarities, rows = self._search(query, top_k, faiss.SearchParameters(sel=selector))
        return Nearest(rows=np.sort(rows), upper=float(similarities[-1] + _ROUNDING))

    def _all_similarities(self, query: FloatVector) -> FloatVector:
        """By FAISS's own kernel: a flat search without the heap of the best; by two threads where it is long."""
        query = np.ascontiguousarray(query, dtype=np.float32)
        similarities = np.empty(self.size, dtype=np.float32)
        if self.size < _LONG_SCAN:
            self._scan_rows(query, similarities, 0, self.size)
            return similarities
        starts = iter(range(0, self.size, _ROWS_AT_ONCE))  # shared: whoever is done sooner takes more

        def scan() -> None:
            for start in starts:
                self._scan_rows(query, similarities, start, min(start + _ROWS_AT_ONCE, self.size))

        second = _HELPER.submit(scan)
        scan()
        if not second.cancel():
            second.result()
        return similarities

    def _scan_rows(self, query: FloatVector, similarities: FloatVector, start: int, end: int) -> None:
        """Fill in the similarities of rows `start` to `end`, the last excluded; FAISS lets go of the interpreter."""
        faiss.fvec_inner_products_ny(
            faiss.swig_ptr(similarities[start:end]),
            faiss.swig_ptr(query),
            faiss.swig_ptr(self._vectors[start:end]),
            self._index.d,
            end - start,
        )

    def _search(
        self, query: FloatVector, top_k: int, parameters: faiss.SearchParameters | None
    ) -> tuple[FloatVector, Rows]:
        faiss.omp_set_num_threads(1)  # holds for the calling thread: requests already run side by side
        similarities, rows = self._index.search(query[None, :], top_k, params=parameters)
        return similarities[0], rows[0]

    def similarities(self, query: FloatVector, rows: Rows) -> FloatVector:
        """Similarity of each of the rows, (len(rows),); the same to the last bit whichever rows are asked together."""
        # A matrix product would add in another order for another number of rows, and break ties.
        return np.asarray(np.einsum("ij,j->i", self._vectors[rows], query), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        faiss.write_index(self._index, str(path))
