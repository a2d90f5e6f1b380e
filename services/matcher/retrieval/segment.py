"""A set of documents made searchable: entries, attribute columns, both indexes; immutable."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csc_array, vstack

from services.matcher.domain.attributes import Attributes, AttributeTable, Mask, attribute_table
from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.dense import FlatIndex, FloatVector, Rows
from services.matcher.retrieval.lexical import LexicalIndex, TermStatistics, build_delta, build_index, index_counts
from shared.contracts.profiles import Profile, profile_adapter
from shared.contracts.vocabularies import Language, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One document's identity and facts; its texts stay packed until they are read."""

    profile_id: str
    revision: int
    profile_json: bytes
    language: Language
    visibility: Visibility
    attributes: Attributes

    def profile(self) -> Profile:
        """The profile as it came through the feed, without contact."""
        return profile_adapter.validate_json(self.profile_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedDocument:
    """What a document adds to a segment."""

    entry: Entry
    terms: Sequence[str]
    """Index terms in order."""
    vector: FloatMatrix
    """(1, dimension), of unit length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Row i of every part stands for the same document."""

    entries: Sequence[Entry]
    attributes: AttributeTable
    dense: FlatIndex
    lexical: LexicalIndex
    row_by_id: dict[str, int]
    targets: Mask = field(repr=False)
    """Rows that may be proposed: hidden profiles may ask but are never answered."""
    chinese: Mask = field(repr=False)
    """Rows whose text is Chinese."""

    @property
    def size(self) -> int:
        """Number of documents."""
        return len(self.entries)


def build_segment(documents: Sequence[IndexedDocument], dimension: int) -> Segment:
    """A segment with term statistics of its own."""
    lexical = build_index([document.terms for document in documents])
    return assemble_segment([document.entry for document in documents], _dense(documents, dimension), lexical)


def build_delta_segment(documents: Sequence[IndexedDocument], dimension: int, base: TermStatistics) -> Segment:
    """A small segment whose lexical scores compare with the base's."""
    lexical = build_delta([document.terms for document in documents], base)
    return assemble_segment([document.entry for document in documents], _dense(documents, dimension), lexical)


def merge_segments(base: Segment, base_live: Mask, delta: Segment) -> Segment:
    """One segment of the base's live rows and the delta; nothing is analysed or embedded again.

    Rows are ordered by profile id, so the result does not depend on how changes were batched.
    """
    rows = np.flatnonzero(base_live)
    entries = [*(base.entries[row] for row in rows.tolist()), *delta.entries]
    vectors = np.concatenate([base.dense.vectors[rows], delta.dense.vectors])
    counts, lengths, vocabulary = _merged_counts(base.lexical, rows, delta.lexical)
    ordered = sorted(range(len(entries)), key=lambda row: entries[row].profile_id)
    order = np.array(ordered, dtype=np.int64)
    return assemble_segment(
        [entries[row] for row in ordered],
        FlatIndex.of(vectors[order]),
        index_counts(_in_row_order(counts, order), lengths[order], vocabulary),
    )


def assemble_segment(entries: Sequence[Entry], dense: FlatIndex, lexical: LexicalIndex) -> Segment:
    """A segment of parts that are already built; raises ValueError where they hold different numbers of documents."""
    if not len(entries) == dense.size == lexical.size:
        raise ValueError(f"parts disagree: {len(entries)} entries, {dense.size} vectors, {lexical.size} texts")
    return Segment(
        entries=entries,
        attributes=attribute_table([entry.attributes for entry in entries]),
        dense=dense,
        lexical=lexical,
        row_by_id={entry.profile_id: row for row, entry in enumerate(entries)},
        targets=np.array([entry.visibility is not Visibility.HIDDEN for entry in entries], dtype=bool),
        chinese=np.array([entry.language is Language.CHINESE for entry in entries], dtype=bool),
    )


def _dense(documents: Sequence[IndexedDocument], dimension: int) -> FlatIndex:
    empty = np.empty((0, dimension), dtype=np.float32)
    return FlatIndex.of(np.concatenate([empty, *(document.vector for document in documents)]))


def _merged_counts(
    base: LexicalIndex, rows: Rows, delta: LexicalIndex
) -> tuple[csc_array, FloatVector, dict[str, int]]:
    """Counts of the base's rows over the delta's, lengths, and the vocabulary of both without unused terms."""
    vocabulary = dict(base.statistics.vocabulary)
    columns = np.array([vocabulary.setdefault(term, len(vocabulary)) for term in delta.statistics.vocabulary])
    width = len(vocabulary)
    kept = base.counts.tocsr()[rows]
    kept.resize((len(rows), width))
    added = delta.counts.tocoo()
    moved = csc_array((added.data, (added.coords[0], columns[added.coords[1]])), shape=(delta.size, width))
    counts = vstack([kept, moved], format="csc")
    used = np.diff(counts.indptr) > 0
    names = [term for term, column in sorted(vocabulary.items(), key=lambda item: item[1]) if used[column]]
    lengths = np.concatenate([base.lengths[rows], delta.lengths])
    return counts[:, np.flatnonzero(used)], lengths, {term: column for column, term in enumerate(names)}


def _in_row_order(counts: csc_array, order: Rows) -> csc_array:
    return counts.tocsr()[order].tocsc()
