"""The text signals of one pair computed from their definition, and the collection that they are counted in."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log, log1p

import numpy as np

from services.matcher.matching.subject import Subject
from services.matcher.retrieval.aspects import AspectTexts
from services.matcher.retrieval.dense import FloatVector
from services.matcher.retrieval.segment import IndexedDocument
from services.matcher.retrieval.term_counts import TermCounts
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Language, Signal
from tests.matcher.plain_facts import PlainRecords, Values, plain_records

Idf = Callable[[str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainCollection:
    """What a snapshot holds: documents by id, and what chance looks like in its base."""

    base: Sequence[IndexedDocument]
    """Also those that a later change has replaced or withdrawn; by id."""
    delta: Sequence[IndexedDocument]
    live: Mapping[str, IndexedDocument]
    """The newest revision of each active profile."""
    containing: Mapping[str, int]
    """Offers of the base with a term; 0 for a term that only needs have."""
    containing_in_delta: Mapping[str, int]
    """Offers and needs of the delta with a term."""
    average_length: float
    random_cosines: Mapping[tuple[Language, Language], float]
    records: Mapping[Kind, PlainRecords]
    told: dict[tuple[int, bool, bool], tuple[TermCounts, dict[str, float]]] = field(default_factory=dict, repr=False)
    """Telling words that were worked out before, by identity of the text, which is kept with them."""
    held: dict[tuple[int, bool, bool], tuple[TermCounts, dict[str, float]]] = field(default_factory=dict, repr=False)
    """What a text holds, in the same way."""
    of_base: frozenset[int] = frozenset()
    """Identities of the texts of `base`."""
    of_delta: frozenset[int] = frozenset()
    """Identities of the documents of `delta`."""

    def is_in_delta(self, document: IndexedDocument) -> bool:
        """Whether the delta holds it."""
        return id(document) in self.of_delta


def plain_collection(
    base: Sequence[IndexedDocument], delta: Sequence[IndexedDocument], live: Mapping[str, IndexedDocument]
) -> PlainCollection:
    """Count what the definitions ask for."""
    base = sorted(base, key=lambda one: one.entry.profile_id)
    containing = Counter({term: 0 for one in base for text in _texts(one) for term in text.counts})
    containing.update(term for one in base for term in one.texts.offer_terms.counts)
    lengths = [_length(one.texts.offer_terms) for one in base]
    return PlainCollection(
        base=base,
        delta=delta,
        live=live,
        containing=containing,
        containing_in_delta=Counter(term for one in delta for text in _texts(one) for term in text.counts),
        average_length=sum(lengths) / len(lengths) if lengths else 1.0,
        random_cosines={(one, other): _low_cosine(base, one, other) for one in Language for other in Language},
        of_base=frozenset(id(one.texts) for one in base),
        of_delta=frozenset(id(one) for one in delta),
        records={kind: plain_records([one.entry.facts for one in base], kind) for kind in Kind},
    )


def plain_text_values(subject: Subject, target: IndexedDocument, collection: PlainCollection) -> tuple[Values, Values]:
    """The text signals of both directions: my needs in your offer, your needs in mine."""
    mine, yours = subject.texts, target.texts
    in_delta = collection.is_in_delta(target)
    i_am_in_base = id(mine) in collection.of_base or (
        mine.home is not None and mine.home[0].statistics.vocabulary.base is None
    )
    my_offer, my_need = (
        PlainText(text, i_am_in_base) for text in (mine.offer_terms, mine.need_terms or mine.offer_terms)
    )
    your_offer, your_need = (
        PlainText(text, not in_delta) for text in (yours.offer_terms, yours.need_terms or yours.offer_terms)
    )
    languages = (subject.entry.language, target.entry.language)
    none = collection.random_cosines[languages]
    return (
        _texts_of_direction(
            _share(collection, my_need, your_offer, in_delta),
            _share(collection, your_offer, my_need, in_delta),
            float(_vector_of_need(mine) @ yours.offer_vector),
            none,
        ),
        _texts_of_direction(
            _share(collection, your_need, my_offer, in_delta),
            _share(collection, my_offer, your_need, in_delta),
            float(mine.offer_vector @ _vector_of_need(yours)),
            none,
        ),
    )


def _texts(document: IndexedDocument) -> list[TermCounts]:
    texts: AspectTexts = document.texts
    return [texts.offer_terms, *([texts.need_terms] if texts.need_terms else [])]


def _low_cosine(base: Sequence[IndexedDocument], first: Language, second: Language) -> float:
    """The 5 % quantile over pairs of the sampled documents; 0 where they are fewer than 50."""
    one, other = (
        _sampled([each.texts.offer_vector for each in base if each.entry.language is language])
        for language in (first, second)
    )
    cosines = [cosine for a in one for b in other if (cosine := float(a @ b)) < 0.9999]
    return float(np.clip(np.quantile(cosines, 0.05), -0.2, 0.9)) if len(cosines) >= 50 else 0.0


def _sampled(vectors: Sequence[FloatVector]) -> Sequence[FloatVector]:
    """At most 300, evenly spaced."""
    if len(vectors) <= 300:
        return vectors
    return [vectors[int(place)] for place in np.linspace(0, len(vectors) - 1, 300)]


def _vector_of_need(texts: AspectTexts) -> FloatVector:
    return texts.offer_vector if texts.need_vector is None else texts.need_vector


def _texts_of_direction(held: float, asked: float, cosine: float, none: float) -> Values:
    return {
        Signal.WORDS: 2 * held / (1 + held),
        Signal.FOCUS: 2 * asked / (1 + asked),
        Signal.MEANING: min(max((float(cosine) - none) / (1 - none), 0.0), 1.0),
    }


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text's terms, and whether the base holds it: then terms that only the delta has are unknown to it."""

    terms: TermCounts
    is_in_base: bool

    @property
    def is_chinese(self) -> bool:
        """Whether it says in English what it says."""
        return "~" in self.terms.counts


def _length(text: TermCounts) -> float:
    return sum(count for term, count in text.counts.items() if not term.startswith("~"))


def _share(collection: PlainCollection, asked: PlainText, held: PlainText, in_delta: bool) -> float:
    """Sum over the asked text's telling terms of their share times the other text's saturation, tf / (tf + norm)."""
    across = asked.is_chinese is not held.is_chinese
    holding = _held(held, collection, across and held.is_chinese)
    telling = _asked(asked, collection, across and asked.is_chinese, in_delta)
    return sum(share * holding[term] for term, share in telling.items() if term in holding)


def _held(text: PlainText, collection: PlainCollection, in_english: bool) -> dict[str, float]:
    key = (id(text.terms), text.is_in_base, in_english)
    if key not in collection.held:
        collection.held[key] = text.terms, _saturations(text, collection, in_english)
    return collection.held[key][1]


def _saturations(text: PlainText, collection: PlainCollection, in_english: bool) -> dict[str, float]:
    counts = text.terms.counts
    if in_english:
        said = {term[1:]: max(count, 1) for term, count in counts.items() if _is_known(term, text, collection)}
        return {term: count / (count + 1.2) for term, count in said.items()}
    norm = 1.2 * (0.25 + 0.75 * _length(text.terms) / collection.average_length)
    return {term: count / (count + norm) for term, count in counts.items() if not term.startswith("~")}


def _asked(text: PlainText, collection: PlainCollection, in_english: bool, in_delta: bool) -> dict[str, float]:
    key = (id(text.terms), in_delta or in_english, in_english)
    if key not in collection.told:
        emphases = text.terms.emphases or {term: _emphasis(count) for term, count in text.terms.counts.items()}
        if in_english:
            kept = {term[1:]: share for term, share in emphases.items() if _is_known(term, text, collection)}
        else:
            kept = {term: share for term, share in emphases.items() if not term.startswith("~")}
        told = _telling(kept, lambda term: _idf(collection, term, in_delta or in_english))
        collection.told[key] = text.terms, told
    return collection.told[key][1]


def _is_known(term: str, text: PlainText, collection: PlainCollection) -> bool:
    """Whether it is a pivot whose English word some text of the collection says."""
    plain = term[1:]
    in_base = plain in collection.containing
    return term.startswith("~") and (in_base or (not text.is_in_base and plain in collection.containing_in_delta))


def _emphasis(count: float) -> float:
    return count if count < 1 else 1 + log(count)


def _telling(emphases: Mapping[str, float], idf: Idf) -> dict[str, float]:
    """Shares of the 48 most telling terms: emphasis times idf."""
    weights = {term: float(np.float32(emphasis) * np.float32(idf(term))) for term, emphasis in emphases.items()}
    least = sorted(weights.values())[-48] if len(weights) > 48 else 0.0
    kept = {term: weight for term, weight in weights.items() if weight >= least}
    total = sum(kept.values())
    return {term: weight / total for term, weight in kept.items()} if total else kept


def _idf(collection: PlainCollection, term: str, in_delta: bool) -> float:
    """By the base; by the delta's texts where they alone know the term; else as of one text."""
    documents = len(collection.base)
    texts = sum(len(_texts(one)) for one in collection.delta)
    if term in collection.containing:
        containing = collection.containing[term]
    elif in_delta:
        documents = max(documents, texts)
        containing = collection.containing_in_delta.get(term, 1)
    else:
        documents, containing = max(documents, 1), 1
    return log1p((documents - containing + 0.5) / (containing + 0.5))
