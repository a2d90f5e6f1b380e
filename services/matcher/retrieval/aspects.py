"""Both aspects of many profiles, what they offer and what they need, as vectors and as words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from scipy.sparse import csr_array, vstack

from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.dense import FlatIndex, FloatVector, Rows, VectorIndex
from services.matcher.retrieval.term_counts import TermCounts
from services.matcher.retrieval.terms import TermStatistics, Vocabulary
from services.matcher.retrieval.text_index import TermRows, TextIndex, corpus_statistics, index_texts, recounted


@dataclass(frozen=True, slots=True, kw_only=True)
class AspectTexts:
    """One profile's texts made searchable; the needs are None where one text stands for both aspects."""

    offer_terms: TermCounts
    offer_vector: FloatVector
    """(dimension,), of unit length."""
    need_terms: TermCounts | None = None
    need_vector: FloatVector | None = None
    home: "tuple[Aspects, int] | None" = field(default=None, compare=False, repr=False)
    """Where it was taken from, and its row there: its term weights need not be computed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspects:
    """Row i stands for the same document in every part; needs are kept for the rows that state their own."""

    offer_words: TextIndex
    offer_vectors: VectorIndex
    need_words: TextIndex
    need_vectors: VectorIndex
    need_rows: Rows = field(repr=False)
    """Rows with needs of their own, ascending: row j of the need parts stands for `need_rows[j]`."""

    @property
    def size(self) -> int:
        """Number of documents."""
        return self.offer_words.size

    @property
    def statistics(self) -> TermStatistics:
        """How common each term is among the offers."""
        return self.offer_words.statistics

    def texts(self, row: int) -> AspectTexts:
        """What a row was built from."""
        own = self.need_place(row)
        return AspectTexts(
            offer_terms=self.offer_words.terms(row),
            offer_vector=self.offer_vectors.vectors[row],
            need_terms=None if own is None else self.need_words.terms(own),
            need_vector=None if own is None else self.need_vectors.vectors[own],
            home=(self, row),
        )

    def prepared(self) -> Self:
        """Itself, with everything built that requests need."""
        self.offer_words.prepared()
        self.need_words.prepared()
        return self

    def take(self, rows: Rows) -> "Aspects":
        """The same for some of the rows, ascending, under the same statistics."""
        own = np.flatnonzero(np.isin(self.need_rows, rows))
        return Aspects(
            offer_words=self.offer_words.take(rows),
            offer_vectors=FlatIndex.of(self.offer_vectors.vectors[rows]),
            need_words=self.need_words.take(own),
            need_vectors=FlatIndex.of(self.need_vectors.vectors[own]),
            need_rows=np.searchsorted(rows, self.need_rows[own]),
        )

    def term_rows(self, text: AspectTexts) -> tuple[TermRows, TermRows]:
        """A text's offer and needs over the columns of this index; the same object where one stands for both."""
        if text.home is not None and text.home[0] is self:
            row = text.home[1]
            own = self.need_place(row)
            offer = self.offer_words.rows(row)
            return offer, offer if own is None else self.need_words.rows(own)
        offer = self.offer_words.rows_of(text.offer_terms)
        return offer, offer if text.need_terms is None else self.offer_words.rows_of(text.need_terms)

    def need_place(self, row: int) -> int | None:
        """Where the row's own needs stand; None where it states none."""
        place = int(np.searchsorted(self.need_rows, row))
        return place if place < len(self.need_rows) and self.need_rows[place] == row else None


def build_aspects(documents: Sequence[AspectTexts], dimension: int, borrowed: TermStatistics | None = None) -> Aspects:
    """Index texts under statistics of their own, or under borrowed ones, so that their weights compare."""
    offers = [document.offer_terms for document in documents]
    needs = [terms for document in documents if (terms := document.need_terms) is not None]
    statistics = (
        borrowed.extended([text.counts for text in (*offers, *needs)]) if borrowed else corpus_statistics(offers, needs)
    )
    stating = [row for row, document in enumerate(documents) if document.need_terms is not None]
    need_vectors = [vector for document in documents if (vector := document.need_vector) is not None]
    return Aspects(
        offer_words=index_texts(offers, statistics),
        offer_vectors=FlatIndex.of(_matrix([document.offer_vector for document in documents], dimension)),
        need_words=index_texts(needs, statistics),
        need_vectors=FlatIndex.of(_matrix(need_vectors, dimension)),
        need_rows=np.array(stating, dtype=np.int64),
    )


def merge_aspects(base: Aspects, kept: Rows, delta: Aspects, order: Rows) -> Aspects:
    """The base's kept rows and the delta's, in another order, under statistics of their own.

    `order[i]` is the place, among the kept rows followed by the delta's, of the document that becomes row i. Nothing
    is analysed or embedded again.
    """
    place_of = np.empty(len(order), dtype=np.int64)
    place_of[order] = np.arange(len(order))
    kept_needs = np.flatnonzero(np.isin(base.need_rows, kept))
    before = np.searchsorted(kept, base.need_rows[kept_needs])
    need_places = place_of[np.concatenate([before, len(kept) + delta.need_rows])]
    need_order = np.argsort(need_places)
    terms = list(delta.statistics.vocabulary.all_terms())
    offers = _stacked(base.offer_words, kept, delta.offer_words, order, len(terms))
    needs = _stacked(base.need_words, kept_needs, delta.need_words, need_order, len(terms))
    used = np.bincount(np.concatenate([offers[0].indices, needs[0].indices]), minlength=len(terms)) > 0
    # In the order of the terms: sums, and so scores to the last bit, do not depend on how changes were batched.
    columns = np.array(sorted(np.flatnonzero(used).tolist(), key=terms.__getitem__), dtype=np.int64)
    vocabulary = Vocabulary.of([terms[column] for column in columns.tolist()])
    statistics = recounted(offers[0][:, columns], offers[2], vocabulary)
    vectors = np.concatenate([base.offer_vectors.vectors[kept], delta.offer_vectors.vectors])
    need_vectors = np.concatenate([base.need_vectors.vectors[kept_needs], delta.need_vectors.vectors])
    return Aspects(
        offer_words=_chosen(offers, columns, statistics),
        offer_vectors=FlatIndex.of(vectors[order]),
        need_words=_chosen(needs, columns, statistics),
        need_vectors=FlatIndex.of(need_vectors[need_order]),
        need_rows=need_places[need_order],
    )


Counted = tuple[csr_array, csr_array | None, FloatVector]
"""Counts, emphases and lengths of some texts."""


def _chosen(texts: Counted, columns: Rows, statistics: TermStatistics) -> TextIndex:
    counts, emphases, lengths = texts
    return TextIndex(
        _columns(counts, columns), None if emphases is None else _columns(emphases, columns), lengths, statistics
    )


def _columns(matrix: csr_array, columns: Rows) -> csr_array:
    chosen = matrix[:, columns]
    chosen.sort_indices()
    return chosen


def _stacked(base: TextIndex, kept: Rows, delta: TextIndex, order: Rows, width: int) -> Counted:
    """The kept rows followed by the delta's, reordered."""
    lengths = np.concatenate([base.lengths[kept], delta.lengths])[order]
    counts = _stack(base.counts[kept], delta.counts, width)[order]
    if base.emphases is None and delta.emphases is None:
        return counts, None, lengths
    return counts, _stack(base.emphasised()[kept], delta.emphasised(), width)[order], lengths


def _stack(first: csr_array, second: csr_array, width: int) -> csr_array:
    first, second = first.copy(), second.copy()
    first.resize((first.shape[0], width))
    second.resize((second.shape[0], width))
    return vstack([first, second], format="csr")


def _matrix(vectors: Sequence[FloatVector], dimension: int) -> FloatMatrix:
    return np.array(vectors, dtype=np.float32).reshape(len(vectors), dimension)
