"""Terms of a corpus by column, how common each is, and a text's weights over them."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

FloatVector = npt.NDArray[np.float32]
Columns = npt.NDArray[np.int32]
K1 = 1.2
B = 0.75
PIVOT_MARK = "~"
"""Before a term: an English word for what a Chinese text says. Compared with English texts only (pivots.py)."""
TELLING_TERMS = 48
"""A text is asked about by so many terms at most: fewer and rarer ones rank better and cost less."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Columns by term; a delta's own terms come after those of the base it extends."""

    terms: Sequence[str]
    columns: Mapping[str, int]
    base: "Vocabulary | None" = None

    @classmethod
    def of(cls, terms: Sequence[str]) -> Self:
        """Terms in the order of their columns."""
        return cls(terms, {term: column for column, term in enumerate(terms)})

    def extended(self, documents: Iterable[Iterable[str]]) -> "Vocabulary":
        """This vocabulary and the documents' new terms, in the order of their first occurrence."""
        unseen = dict.fromkeys(term for document in documents for term in document if self.column(term) is None)
        return Vocabulary(tuple(unseen), {term: len(self) + place for place, term in enumerate(unseen)}, self)

    def column(self, term: str) -> int | None:
        """The term's column; None where it is unknown."""
        found = self.columns.get(term)
        return found if found is not None or self.base is None else self.base.column(term)

    def term(self, column: int) -> str:
        """The term of a column."""
        before = len(self.base) if self.base else 0
        return self.terms[column - before] if self.base is None or column >= before else self.base.term(column)

    def all_terms(self) -> Iterator[str]:
        """Every term in the order of the columns."""
        if self.base is not None:
            yield from self.base.all_terms()
        yield from self.terms

    def __len__(self) -> int:
        return len(self.terms) + (len(self.base) if self.base else 0)


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """How common each term is in a corpus, and how long its documents are."""

    vocabulary: Vocabulary
    idf: FloatVector = field(repr=False)
    """(terms,): ln(1 + (N - df + 0.5) / (df + 0.5)), Lucene's form of Robertson and Sparck Jones."""
    documents: int
    average_length: float

    @classmethod
    def counted(
        cls, vocabulary: Vocabulary, document_frequencies: npt.NDArray[np.int64], documents: int, average_length: float
    ) -> Self:
        """Statistics of documents that were counted."""
        idf = np.log1p((documents - document_frequencies + 0.5) / (document_frequencies + 0.5)).astype(np.float32)
        return cls(vocabulary, _without_pivots(idf, vocabulary.all_terms()), documents, average_length)

    @property
    def idf_of_one(self) -> float:
        """The idf of a term that one document more alone would hold."""
        total = max(self.documents, 1)
        return float(np.log1p((total - 1 + 0.5) / (1 + 0.5)))

    def extended(self, documents: Sequence[Collection[str]]) -> "TermStatistics":
        """The same statistics with the documents' new terms, each counted in these documents alone."""
        vocabulary = self.vocabulary.extended(documents)
        containing = Counter(term for document in documents for term in document)
        frequencies = np.array([containing[term] for term in vocabulary.terms], dtype=np.int64)
        total = max(self.documents, len(documents))
        own = np.log1p((total - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
        own = _without_pivots(own, vocabulary.terms)
        return TermStatistics(vocabulary, np.concatenate([self.idf, own]), total, self.average_length)


def _without_pivots(idf: FloatVector, terms: Iterable[str]) -> FloatVector:
    """Pivots weigh nothing among a text's own words."""
    is_pivot = np.fromiter((term.startswith(PIVOT_MARK) for term in terms), dtype=bool, count=len(idf))
    return np.where(is_pivot, np.float32(0), idf)


@dataclass(frozen=True, slots=True)
class SparseRow:
    """Weights over ascending columns."""

    columns: Columns
    weights: FloatVector


def saturated(frequencies: FloatVector, lengths: FloatVector, average_length: float) -> FloatVector:
    """BM25's term weight without idf, tf / (tf + k1 (1 - b + b dl / avgdl)), in [0, 1).

    Robertson and Zaragoza 2009, "The probabilistic relevance framework: BM25 and beyond".
    """
    relative = lengths / np.float32(max(average_length, 1e-9))
    norms = (K1 * (1 - B + B * relative)).astype(np.float32)
    return np.asarray(frequencies / (frequencies + norms), dtype=np.float32)


def emphasis(counts: FloatVector) -> FloatVector:
    """How much a text asks for a term that it says so often: 1 + ln tf (Salton and Buckley 1988).

    A term that is only one of k names for what is said, said 1/k times, is asked for by so much.
    """
    return np.where(counts < 1, counts, np.asarray(1 + np.log(np.maximum(counts, 1)), dtype=np.float32))


def telling(emphases: FloatVector, idf: FloatVector) -> FloatVector:
    """emphasis * idf of a text's most telling terms as shares of their sum, nought for the rest; ties stay together."""
    weights = emphases * idf
    if len(weights) > TELLING_TERMS:
        weights = np.where(weights >= np.partition(weights, -TELLING_TERMS)[-TELLING_TERMS], weights, np.float32(0))
    total = weights.sum(dtype=np.float64)
    return np.asarray(weights / total if total > 0 else weights, dtype=np.float32)


def telling_rows(emphases: csr_array, idf: FloatVector) -> csr_array:
    """`telling` of every row of (documents, terms); what is not telling is left out."""
    weights = np.empty_like(emphases.data)
    idf_of_entry = idf[emphases.indices]
    starts, ends = emphases.indptr[:-1], emphases.indptr[1:]
    for row in np.flatnonzero(ends > starts).tolist():
        here = slice(starts[row], ends[row])
        weights[here] = telling(emphases.data[here], idf_of_entry[here])
    # A copy: dropping zeros moves indices in place, and they are shared.
    kept = csr_array((weights, emphases.indices, emphases.indptr), shape=emphases.shape).copy()
    kept.eliminate_zeros()
    return kept
