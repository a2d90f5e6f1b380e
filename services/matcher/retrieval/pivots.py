"""Pivot terms: a Chinese text's words in English, by which it is compared with English texts."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from services.matcher.domain.glossary import english_of, terms_in
from services.matcher.retrieval.analysis import word_terms
from services.matcher.retrieval.terms import (
    K1,
    PIVOT_MARK,
    Columns,
    FloatVector,
    SparseRow,
    TermStatistics,
    emphasis,
    telling,
    telling_rows,
)

Mask = npt.NDArray[np.bool_]


def english_terms(text: str) -> dict[str, float]:
    """Index terms of a Chinese text in English, each with how often it is said.

    A glossary term with k English names says each of them 1/k times: only one is meant. What the text writes in Latin
    letters and figures (abbreviations, units, formulae, codes) passes as it is.
    """
    normal = unicodedata.normalize("NFKC", text).lower()
    said: dict[str, float] = {}
    for term in word_terms(text):
        if term[0] <= "z":
            said[term] = said.get(term, 0.0) + 1.0
    for chinese, count in terms_in(normal).items():
        names = _analysed(chinese)
        for name in names:
            for term in name:
                said[term] = said.get(term, 0.0) + count / len(names)
    return said


def has_pivots(frequencies: Mapping[str, float]) -> bool:
    """Whether a text's terms are those of a Chinese text."""
    return PIVOT_MARK in frequencies


@lru_cache(maxsize=20_000)
def _analysed(chinese: str) -> tuple[tuple[str, ...], ...]:
    """The terms of each English name; names that differ in spelling only are one."""
    return tuple(dict.fromkeys(tuple(word_terms(name)) for name in english_of()[chinese]))


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotMatrices:
    """What the pivots of many texts ask for and hold, over the columns of the plain English terms."""

    rows: Mask
    """(documents,): the Chinese ones."""
    telling: csr_array
    saturated: csr_array


def pivot_matrices(counts: csr_array, asked: csr_array, statistics: TermStatistics) -> PivotMatrices:
    """From a text index's counts and emphases, in which pivots have columns of their own."""
    plain = _plain_columns(counts, statistics)
    held = _moved(counts, plain)
    return PivotMatrices(
        rows=_marked(counts, statistics),
        telling=telling_rows(_moved(asked, plain), statistics.idf),
        saturated=csr_array((_held(held.data), held.indices, held.indptr), shape=held.shape),
    )


def pivot_rows(
    counts: Mapping[str, float], emphases: Mapping[str, float] | None, statistics: TermStatistics
) -> tuple[SparseRow, SparseRow]:
    """What one text's pivots ask for and hold; terms of no document are nought."""
    held = _placed(counts, statistics)
    asked = held if emphases is None else _placed(emphases, statistics)
    emphasised = emphasis(asked.weights) if emphases is None else asked.weights
    return (
        SparseRow(asked.columns, telling(emphasised, statistics.idf[asked.columns])),
        SparseRow(held.columns, _held(held.weights)),
    )


def _plain_columns(counts: csr_array, statistics: TermStatistics) -> Columns:
    """(terms,): where the plain English term of a pivot that occurs stands; -1 for any other, and where there is none.

    Only what occurs is looked up: a delta holds few of its base's terms, and is built anew with every change.
    """
    vocabulary = statistics.vocabulary
    columns = np.full(len(vocabulary), -1, dtype=np.int32)
    for column in np.unique(counts.indices).tolist():
        term = vocabulary.term(column)
        if term.startswith(PIVOT_MARK):
            found = vocabulary.column(term[len(PIVOT_MARK) :])
            columns[column] = -1 if found is None else found
    return columns


def _placed(frequencies: Mapping[str, float], statistics: TermStatistics) -> SparseRow:
    placed: dict[int, float] = {}
    for term, weight in frequencies.items():
        if term.startswith(PIVOT_MARK):
            column = statistics.vocabulary.column(term[len(PIVOT_MARK) :])
            if column is not None and column < len(statistics.idf):
                placed[column] = weight
    columns = np.array(sorted(placed), dtype=np.int32)
    return SparseRow(columns, np.array([placed[column] for column in columns.tolist()], dtype=np.float32))


def _moved(matrix: csr_array, plain: Columns) -> csr_array:
    """The pivots' entries alone, in the columns of their plain terms."""
    columns = plain[matrix.indices]
    kept = columns >= 0
    before = np.concatenate([[0], np.cumsum(kept)])
    parts = (matrix.data[kept], columns[kept], before[matrix.indptr].astype(np.int32))
    moved = csr_array(parts, shape=matrix.shape)
    moved.sort_indices()
    return moved


def _marked(counts: csr_array, statistics: TermStatistics) -> Mask:
    marked = np.zeros(counts.shape[0], dtype=bool)
    column = statistics.vocabulary.column(PIVOT_MARK)
    if column is not None:
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        marked[rows[counts.indices == column]] = True
    return marked


def _held(said: FloatVector) -> FloatVector:
    """Whichever name was meant, it is held: at least once. A translation's length says nothing."""
    frequencies = np.maximum(said, np.float32(1))
    return np.asarray(frequencies / (frequencies + np.float32(K1)), dtype=np.float32)
