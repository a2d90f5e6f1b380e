"""The lexical leg: what share of one text's telling words another text holds, for every document at once."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from services.matcher.retrieval.pivots import PivotMatrices, has_pivots, pivot_matrices, pivot_rows
from services.matcher.retrieval.term_counts import Frequencies, TermCounts, emphases_of
from services.matcher.retrieval.terms import (
    PIVOT_MARK,
    FloatVector,
    SparseRow,
    TermStatistics,
    Vocabulary,
    emphasis,
    saturated,
    telling,
    telling_rows,
)


@dataclass(frozen=True, slots=True)
class TermRows:
    """A text over the columns of one index."""

    telling: SparseRow
    """What it asks for: shares of its most telling terms, adding up to 1."""
    saturated: SparseRow
    """What it holds: each term's BM25 weight in [0, 1)."""
    pivot: "TermRows | None" = None
    """Of a Chinese text: the same of its English words, by which it is compared with texts that are not Chinese."""


@dataclass(frozen=True)
class TextIndex:
    """Term weights of many texts, by term; immutable.

    `words(a, b)`, the share of a's telling words that b holds, is the sum over terms of telling_a * saturated_b: BM25
    with a as the query, divided by the most that BM25 could reach.
    """

    counts: csr_array
    """(documents, terms), columns ascending."""
    emphases: csr_array | None
    """(documents, terms): how much each term is asked for; None where no text weighs its terms."""
    lengths: FloatVector = field(repr=False)
    statistics: TermStatistics

    @property
    def size(self) -> int:
        """Number of documents."""
        return int(self.counts.shape[0])

    def holding(self, asked: TermRows) -> FloatVector:
        """Share of a text's telling words that each document holds, (documents,)."""
        own = _product(self._holding, asked.telling, self.size)
        if (pivot := asked.pivot) is not None:
            return self._of_chinese(own, lambda: _product(self._holding, pivot.telling, self.size))
        return self._of_others(own, lambda: _product(self._pivots_holding, asked.telling, self.size))

    def asking(self, held: TermRows) -> FloatVector:
        """Share of each document's telling words that a text holds, (documents,)."""
        own = _product(self._asking, held.saturated, self.size)
        if (pivot := held.pivot) is not None:
            return self._of_chinese(own, lambda: _product(self._asking, pivot.saturated, self.size))
        return self._of_others(own, lambda: _product(self._pivots_asking, held.saturated, self.size))

    def _of_chinese(self, own: FloatVector, by_pivots: Callable[[], FloatVector]) -> FloatVector:
        """What a Chinese text and each document share: with those that are not Chinese, in English."""
        chinese = self._pivots.rows
        return own if chinese.all() else np.where(chinese, own, by_pivots())

    def _of_others(self, own: FloatVector, by_pivots: Callable[[], FloatVector]) -> FloatVector:
        """What a text that is not Chinese and each document share: with the Chinese ones, in English."""
        chinese = self._pivots.rows
        return np.where(chinese, by_pivots(), own) if chinese.any() else own

    def prepared(self) -> Self:
        """Itself, with the postings built: the first request must not wait for them."""
        _ = self._holding, self._asking, self._pivots_holding, self._pivots_asking
        return self

    def take(self, documents: npt.NDArray[np.int64]) -> "TextIndex":
        """The same for some of the documents, under the same statistics."""
        counts = self.counts[documents]
        emphases = None if self.emphases is None else self.emphases[documents]
        return TextIndex(counts, emphases, self.lengths[documents], self.statistics)

    def emphasised(self) -> csr_array:
        """How much each term is asked for, also where no text weighs its terms."""
        return _like(self.counts, emphasis(self.counts.data)) if self.emphases is None else self.emphases

    def rows_of(self, text: TermCounts) -> TermRows:
        """Any text over this index's columns; words of no column count as asked for and are held by nobody."""
        counts = _placed(_own_words(text.counts), self.statistics.vocabulary)
        lengths = np.full(len(counts.weights), text.length, dtype=np.float32)
        held = saturated(counts.weights, lengths, self.statistics.average_length)
        asked = counts if text.emphases is None else _placed(_own_words(text.emphases), self.statistics.vocabulary)
        emphases = emphasis(asked.weights) if text.emphases is None else asked.weights
        known = asked.columns < len(self.statistics.idf)
        idf = np.full(len(known), self.statistics.idf_of_one, dtype=np.float32)
        idf[known] = self.statistics.idf[asked.columns[known]]
        pivot = None
        if has_pivots(text.counts):
            pivot = TermRows(*pivot_rows(text.counts, text.emphases, self.statistics))
        return TermRows(
            telling=SparseRow(asked.columns, telling(emphases, idf)),
            saturated=SparseRow(counts.columns, held),
            pivot=pivot,
        )

    def rows(self, document: int) -> TermRows:
        """One document's weights."""
        pivots, pivot = self._pivots, None
        if pivots.rows[document]:
            pivot = TermRows(
                telling=_sparse_row(pivots.telling, document), saturated=_sparse_row(pivots.saturated, document)
            )
        return TermRows(
            telling=_sparse_row(self._telling, document),
            saturated=_sparse_row(self._saturated, document),
            pivot=pivot,
        )

    def terms(self, document: int) -> TermCounts:
        """One document's terms by name."""
        emphases = None if self.emphases is None else self._named(self.emphases, document)
        return TermCounts(counts=self._named(self.counts, document), emphases=emphases)

    @cached_property
    def _saturated(self) -> csr_array:
        frequencies = self.counts.data
        lengths = np.repeat(self.lengths, np.diff(self.counts.indptr))
        return _like(self.counts, saturated(frequencies, lengths, self.statistics.average_length))

    @cached_property
    def _telling(self) -> csr_array:
        return telling_rows(self.emphasised(), self.statistics.idf)

    @cached_property
    def _pivots(self) -> PivotMatrices:
        return pivot_matrices(self.counts, self.emphasised(), self.statistics)

    @cached_property
    def _pivots_holding(self) -> csr_array:
        return _by_term(self._pivots.saturated)

    @cached_property
    def _pivots_asking(self) -> csr_array:
        return _by_term(self._pivots.telling)

    @cached_property
    def _holding(self) -> csr_array:
        return _by_term(self._saturated)

    @cached_property
    def _asking(self) -> csr_array:
        return _by_term(self._telling)

    def _named(self, counts: csr_array, document: int) -> dict[str, float]:
        row = _sparse_row(counts, document)
        term = self.statistics.vocabulary.term
        return {term(column): weight for column, weight in zip(row.columns.tolist(), row.weights.tolist(), strict=True)}


def index_texts(documents: Sequence[TermCounts], statistics: TermStatistics) -> TextIndex:
    """Index texts whose terms the statistics all know."""
    counts, emphases = _matrices(documents, statistics.vocabulary)
    return TextIndex(counts, emphases, _lengths(documents), statistics)


def corpus_statistics(documents: Sequence[TermCounts], others: Sequence[TermCounts] = ()) -> TermStatistics:
    """Statistics of the documents over their terms and those of `others`, which are not counted."""
    texts = (text.counts for text in (*documents, *others))
    vocabulary = Vocabulary.of(sorted({term for counts in texts for term in counts}))  # as after any merge
    containing = Counter(term for document in documents for term in document.counts)
    frequencies = np.array([containing[term] for term in vocabulary.terms], dtype=np.int64)
    average = float(np.mean([document.length for document in documents])) if documents else 1.0
    return TermStatistics.counted(vocabulary, frequencies, len(documents), average)


def recounted(counts: csr_array, lengths: FloatVector, vocabulary: Vocabulary) -> TermStatistics:
    """Statistics of documents whose term counts are already taken."""
    frequencies = np.bincount(counts.indices, minlength=len(vocabulary)).astype(np.int64)
    average = float(lengths.mean(dtype=np.float64)) if len(lengths) else 1.0
    return TermStatistics.counted(vocabulary, frequencies, counts.shape[0], average)


def _own_words(frequencies: Frequencies) -> Frequencies:
    """Without pivots: of those, words of no column would count as asked for."""
    return {term: weight for term, weight in frequencies.items() if not term.startswith(PIVOT_MARK)}


def _matrices(documents: Sequence[TermCounts], vocabulary: Vocabulary) -> tuple[csr_array, csr_array | None]:
    counts = _matrix([document.counts for document in documents], vocabulary)
    if all(document.emphases is None for document in documents):
        return counts, None
    return counts, _matrix([emphases_of(document) for document in documents], vocabulary)


def _matrix(documents: Sequence[Frequencies], vocabulary: Vocabulary) -> csr_array:
    columns = [vocabulary.column(term) for document in documents for term in document]
    weights = [weight for document in documents for weight in document.values()]
    pointers = np.concatenate([[0], np.cumsum([len(document) for document in documents], dtype=np.int64)])
    parts = (np.array(weights, dtype=np.float32), np.array(columns, dtype=np.int32), pointers.astype(np.int32))
    matrix = csr_array(parts, shape=(len(documents), len(vocabulary)))
    matrix.sort_indices()  # ascending columns: sums run in one order whichever side asks
    return matrix


def _lengths(documents: Sequence[TermCounts]) -> FloatVector:
    return np.array([document.length for document in documents], dtype=np.float32)


def _placed(frequencies: Frequencies, vocabulary: Vocabulary) -> SparseRow:
    """A text's terms by column, ascending; all of no column stand behind the last."""
    found = [vocabulary.column(term) for term in frequencies]
    columns = np.array([len(vocabulary) if column is None else column for column in found], dtype=np.int32)
    order = np.argsort(columns, kind="stable")
    return SparseRow(columns[order], np.array(list(frequencies.values()), dtype=np.float32)[order])


def _like(matrix: csr_array, data: FloatVector) -> csr_array:
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _by_term(matrix: csr_array) -> csr_array:
    """The same weights as (terms, documents): picking a query's terms is one pass in C."""
    turned = matrix.T.tocsr()
    indices: npt.NDArray[np.int32] = turned.indices.astype(np.int32, copy=False)
    return csr_array((turned.data, indices, turned.indptr.astype(np.int32, copy=False)), shape=turned.shape)


def _product(by_term: csr_array, row: SparseRow, size: int) -> FloatVector:
    known = row.columns < by_term.shape[0]
    columns = row.columns[known]
    if not len(columns) or not size:
        return np.zeros(size, dtype=np.float32)
    shares: FloatVector = by_term[columns].T @ row.weights[known]
    return shares


def _sparse_row(matrix: csr_array, row: int) -> SparseRow:
    start, end = int(matrix.indptr[row]), int(matrix.indptr[row + 1])
    return SparseRow(matrix.indices[start:end], matrix.data[start:end])
