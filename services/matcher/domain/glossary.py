"""The bilingual glossary: the technical terms of a Chinese text, and their English; pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import ahocorasick

from services.matcher.domain import vocabulary
from services.matcher.domain.vocabulary import listed, parse_table

_FOLDER = "glossary"


@dataclass(frozen=True, slots=True, kw_only=True)
class GlossaryEntry:
    """One row: any of the Chinese terms may be said by any of the English ones."""

    zh: tuple[str, ...]
    en: tuple[str, ...]
    sector: str | None
    """A code of the sector vocabulary; None for what is said in every field."""


@cache
def glossary_entries() -> tuple[GlossaryEntry, ...]:
    """Every row of every part, in the order of the parts' names."""
    folder = files(vocabulary).joinpath(_FOLDER)
    parts = sorted((part for part in folder.iterdir() if part.name.endswith(".tsv")), key=lambda part: part.name)
    return tuple(
        GlossaryEntry(zh=listed(row["zh"]), en=listed(row["en"]), sector=row["sector"] or None)
        for part in parts
        for row in parse_table(part.read_text(encoding="utf-8"))
    )


@cache
def english_of() -> Mapping[str, tuple[str, ...]]:
    """By Chinese term, in lower case: all its English ones, in the order of the rows."""
    found: dict[str, dict[str, None]] = {}
    for entry in glossary_entries():
        for term in entry.zh:
            found.setdefault(term.lower(), {}).update(dict.fromkeys(entry.en))
    return MappingProxyType({term: tuple(english) for term, english in found.items()})


def terms_in(text: str) -> Counter[str]:
    """How often each Chinese term of the glossary stands in a text that is in lower case and of normal width.

    Of terms that overlap, the leftmost counts, and of several that begin there the longest: a long compound is told
    from the short words in it.
    """
    return Counter(_terms_in(text))


def _terms_in(text: str) -> Iterator[str]:
    return (term for _, term in _automaton().iter_long(text))


@cache
def _automaton() -> ahocorasick.Automaton:
    """Aho and Corasick 1975: all terms in one pass over the text."""
    automaton = ahocorasick.Automaton()
    for term in english_of():
        automaton.add_word(term, term)
    automaton.make_automaton()
    return automaton
