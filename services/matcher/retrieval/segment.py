"""A set of documents made searchable: entries, attribute columns, rules, facts, both aspects; immutable."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from pydantic_core import from_json

from services.matcher.domain.attributes import Attributes, AttributeTable, Mask, attribute_table
from services.matcher.domain.fact_columns import FactColumns, fact_columns
from services.matcher.domain.facts import ProfileFacts
from services.matcher.domain.rule_book import RuleBook, rule_book
from services.matcher.retrieval.aspects import Aspects, AspectTexts, build_aspects, merge_aspects
from services.matcher.retrieval.dense import Rows
from services.matcher.retrieval.terms import TermStatistics
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
    facts: ProfileFacts

    def owner(self) -> str | None:
        """The organisation that it belongs to, read without validating: the matcher wrote this JSON itself."""
        owner: str | None = from_json(self.profile_json).get("owner")
        return owner

    def profile(self) -> Profile:
        """The profile as it came through the feed, without contact."""
        return profile_adapter.validate_json(self.profile_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedDocument:
    """What a document adds to a segment."""

    entry: Entry
    texts: AspectTexts


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Row i of every part stands for the same document."""

    entries: Sequence[Entry]
    attributes: AttributeTable
    rules: RuleBook
    facts: FactColumns
    aspects: Aspects
    row_by_id: dict[str, int]
    targets: Mask = field(repr=False)
    """Rows that may be proposed: hidden profiles may ask but are never answered."""
    members: Mask = field(repr=False)
    """Rows that only members may know of."""
    chinese: Mask = field(repr=False)
    """Rows whose text is Chinese."""

    @property
    def size(self) -> int:
        """Number of documents."""
        return len(self.entries)


def build_segment(documents: Sequence[IndexedDocument], dimension: int) -> Segment:
    """A segment with term statistics of its own."""
    aspects = build_aspects([document.texts for document in documents], dimension)
    return assemble_segment([document.entry for document in documents], aspects)


def build_delta_segment(documents: Sequence[IndexedDocument], dimension: int, base: TermStatistics) -> Segment:
    """A small segment whose lexical weights compare with the base's."""
    aspects = build_aspects([document.texts for document in documents], dimension, base)
    return assemble_segment([document.entry for document in documents], aspects)


def merge_segments(base: Segment, base_live: Mask, delta: Segment) -> Segment:
    """One segment of the base's live rows and the delta; nothing is analysed or embedded again.

    Rows are ordered by profile id, so the result does not depend on how changes were batched.
    """
    kept = np.flatnonzero(base_live)
    entries = [*(base.entries[row] for row in kept.tolist()), *delta.entries]
    ordered = sorted(range(len(entries)), key=lambda place: entries[place].profile_id)
    aspects = merge_aspects(base.aspects, kept, delta.aspects, np.array(ordered, dtype=np.int64))
    return assemble_segment([entries[place] for place in ordered], aspects)


def take_segment(segment: Segment, rows: Rows) -> Segment:
    """Some rows of a segment, ascending, under the same term statistics."""
    return assemble_segment([segment.entries[row] for row in rows.tolist()], segment.aspects.take(rows))


def assemble_segment(entries: Sequence[Entry], aspects: Aspects) -> Segment:
    """A segment of parts that are already built; raises ValueError where they hold different numbers of documents."""
    if not len(entries) == aspects.size == aspects.offer_vectors.size:
        raise ValueError(
            f"parts disagree: {len(entries)} entries, {aspects.offer_vectors.size} vectors, {aspects.size} texts"
        )
    attributes = [entry.attributes for entry in entries]
    return Segment(
        entries=entries,
        attributes=attribute_table(attributes),
        rules=rule_book(attributes),
        facts=fact_columns([entry.facts for entry in entries]),
        aspects=aspects.prepared(),
        row_by_id={entry.profile_id: row for row, entry in enumerate(entries)},
        targets=np.array([entry.visibility is not Visibility.HIDDEN for entry in entries], dtype=bool),
        members=np.array([entry.visibility is Visibility.MEMBERS for entry in entries], dtype=bool),
        chinese=np.array([entry.language is Language.CHINESE for entry in entries], dtype=bool),
    )
