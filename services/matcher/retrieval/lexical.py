"""The lexical leg: exact BM25 of every document, with statistics that a delta can borrow from its base."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array

K1 = 1.5
B = 0.75
FloatVector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """How common each term is in a corpus, and how long its documents are."""

    vocabulary: Mapping[str, int]
    document_frequencies: npt.NDArray[np.int64]  # (terms,)
    documents: int
    average_length: float

    def inverse_document_frequencies(self) -> FloatVector:
        """ln(1 + (N - df + 0.5) / (df + 0.5)) per term (Lucene's form of Robertson and Sparck Jones)."""
        frequencies = self.document_frequencies
        return np.log1p((self.documents - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)


class LexicalIndex:
    """BM25 weights by term; immutable."""

    def __init__(self, counts: csc_array, lengths: FloatVector, statistics: TermStatistics) -> None:
        """`counts`: (documents, terms) term frequencies; `lengths`: terms per document."""
        self.counts = _in_narrow_indices(counts)
        self.lengths = lengths
        self.statistics = statistics
        weights = _bm25_weights(self.counts, lengths, statistics)
        # The same arrays read as terms by documents: picking a query's terms out of it is one pass in C.
        self._postings = csr_array((weights, self.counts.indices, self.counts.indptr), shape=counts.shape[::-1])

    @property
    def size(self) -> int:
        """Number of documents."""
        return int(self.counts.shape[0])

    def scores(self, query: Mapping[str, float]) -> FloatVector:
        """BM25 of every document, (documents,), for term weights such as the query's term counts.

        Robertson and Zaragoza 2009: the sum over terms of
        weight * idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * dl / avgdl)).
        """
        vocabulary = self.statistics.vocabulary
        known = [(vocabulary[term], weight) for term, weight in query.items() if term in vocabulary]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        terms, weights = (np.array(column) for column in zip(*known, strict=True))
        scores: FloatVector = self._postings[terms].T @ weights.astype(np.float32)
        return scores


def build_index(documents: Sequence[Sequence[str]]) -> LexicalIndex:
    """Index documents given as their terms; the statistics are their own."""
    vocabulary: dict[str, int] = {}
    counts, lengths = _count(documents, vocabulary)
    return index_counts(counts, lengths, vocabulary)


def index_counts(counts: csc_array, lengths: FloatVector, vocabulary: Mapping[str, int]) -> LexicalIndex:
    """Index term counts that are already taken; the statistics are their own."""
    statistics = TermStatistics(
        vocabulary,
        np.diff(counts.indptr).astype(np.int64),
        counts.shape[0],
        float(lengths.mean()) if len(lengths) else 1.0,
    )
    return LexicalIndex(counts, lengths, statistics)


def build_delta(documents: Sequence[Sequence[str]], base: TermStatistics) -> LexicalIndex:
    """Index a few documents under the base's statistics, so that their scores compare with the base's.

    A term the base has never seen counts the delta's own documents.
    """
    vocabulary: dict[str, int] = {}
    counts, lengths = _count(documents, vocabulary)
    frequencies = np.diff(counts.indptr).astype(np.int64)
    for term, column in vocabulary.items():
        known = base.vocabulary.get(term)
        if known is not None:
            frequencies[column] = base.document_frequencies[known]
    statistics = TermStatistics(vocabulary, frequencies, max(base.documents, len(documents)), base.average_length)
    return LexicalIndex(counts, lengths, statistics)


def query_terms(terms: Iterable[str]) -> dict[str, float]:
    """A query's term weights: how often each occurs."""
    return {term: float(count) for term, count in Counter(terms).items()}


def _count(documents: Sequence[Sequence[str]], vocabulary: dict[str, int]) -> tuple[csc_array, FloatVector]:
    """Term frequencies (documents, terms) and document lengths; new terms join the vocabulary."""
    rows: list[int] = []
    columns: list[int] = []
    values: list[int] = []
    lengths = np.zeros(len(documents), dtype=np.float32)
    for row, terms in enumerate(documents):
        counted = Counter(terms)
        lengths[row] = len(terms)
        rows.extend([row] * len(counted))
        columns.extend(vocabulary.setdefault(term, len(vocabulary)) for term in counted)
        values.extend(counted.values())
    shape = (len(documents), len(vocabulary))
    return csc_array((np.array(values, dtype=np.float32), (rows, columns)), shape=shape), lengths


def _in_narrow_indices(counts: csc_array) -> csc_array:
    """The same counts with 32-bit indices where they suffice: half the memory to read through for a query."""
    if max(counts.nnz, *counts.shape) > np.iinfo(np.int32).max:
        return counts
    parts = (counts.data, counts.indices.astype(np.int32), counts.indptr.astype(np.int32))
    return csc_array(parts, shape=counts.shape)


def _bm25_weights(counts: csc_array, lengths: FloatVector, statistics: TermStatistics) -> FloatVector:
    """One weight per stored count, in the counts' own order."""
    relative_lengths = lengths / np.float32(max(statistics.average_length, 1e-9))
    norms = (K1 * (1 - B + B * relative_lengths)).astype(np.float32)
    idf = np.repeat(statistics.inverse_document_frequencies(), np.diff(counts.indptr))
    frequencies = counts.data
    return np.asarray(idf * frequencies * np.float32(K1 + 1) / (frequencies + norms[counts.indices]), dtype=np.float32)
