"""The served ranking computed one pair at a time from its definition: the oracle of the pipeline's tests."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log, log1p

import numpy as np

from services.matcher.domain.judgement import judge
from services.matcher.matching.eligible import Scope, subject_rules
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.aspects import AspectTexts
from services.matcher.retrieval.dense import FloatVector
from services.matcher.retrieval.segment import Entry, IndexedDocument
from services.matcher.retrieval.text_index import TermCounts
from services.matcher.scoring.calibration import Calibration
from services.matcher.scoring.policy import DirectedPolicy, RankingPolicy
from shared.contracts.explanations import Truth
from shared.contracts.profiles import Kind
from shared.contracts.rules import OpenOn
from shared.contracts.vocabularies import Fusion, Language, Signal, Visibility
from tests.matcher.plain_eligibility import passes
from tests.matcher.plain_facts import PlainRecords, Values, plain_records, plain_structured

Idf = Callable[[str], float]
CalibrationOf = Callable[[Kind, Kind], Calibration]


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
    told: dict[tuple[int, bool], tuple[TermCounts, dict[str, float]]] = field(default_factory=dict, repr=False)
    """Telling words that were worked out before, by identity of the text, which is kept with them."""

    def is_in_delta(self, document: IndexedDocument) -> bool:
        """Whether the delta holds it."""
        return any(document is one for one in self.delta)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPair:
    """One pair, scored."""

    forward: float
    backward: float
    fused: float
    score: float
    forward_values: Values
    backward_values: Values


def plain_collection(
    base: Sequence[IndexedDocument], delta: Sequence[IndexedDocument], live: Mapping[str, IndexedDocument]
) -> PlainCollection:
    """Count what the definitions ask for."""
    base = sorted(base, key=lambda one: one.entry.profile_id)
    containing = Counter({term: 0 for one in base for text in _texts(one) for term in text.counts})
    containing.update(term for one in base for term in one.texts.offer_terms.counts)
    lengths = [sum(one.texts.offer_terms.counts.values()) for one in base]
    return PlainCollection(
        base=base,
        delta=delta,
        live=live,
        containing=containing,
        containing_in_delta=Counter(term for one in delta for text in _texts(one) for term in text.counts),
        average_length=sum(lengths) / len(lengths) if lengths else 1.0,
        random_cosines={(one, other): _low_cosine(base, one, other) for one in Language for other in Language},
        records={kind: plain_records([one.entry.facts for one in base], kind) for kind in Kind},
    )


def plain_scores(
    subject: Subject,
    scope: Scope,
    collection: PlainCollection,
    policy: RankingPolicy,
    languages: frozenset[Language],
    calibration_of: CalibrationOf,
    fusion: Fusion | None = None,
) -> dict[str, PlainPair]:
    """Every eligible document, by profile id."""
    return {
        key: plain_pair(
            subject, one, scope, collection, policy, languages, calibration_of(subject.kind, _kind(one)), fusion
        )
        for key, one in collection.live.items()
        if plain_is_eligible(subject, one.entry, scope)
    }


def plain_is_eligible(subject: Subject, target: Entry, scope: Scope) -> bool:
    """Not oneself, not hidden, of a wanted kind, open, past every filter, and refused by no rule of either side."""
    profile = target.profile()
    if target.profile_id == subject.profile_id or profile.visibility is Visibility.HIDDEN:
        return False
    conditions = [*scope.filters, *([OpenOn(day=scope.as_of)] if scope.as_of else [])]
    if profile.kind not in scope.target_kinds or not all(passes(profile, target.language, one) for one in conditions):
        return False
    return Truth.FAIL not in [*_of_subject(subject, target, scope), *_of_target(subject, target)]


def _of_subject(subject: Subject, target: Entry, scope: Scope) -> list[Truth]:
    judged = [judge(rule, target.attributes) for rule in subject_rules(subject, scope)]
    return [one.truth for one in judged if one.applies]


def _of_target(subject: Subject, target: Entry) -> list[Truth]:
    judged = [judge(rule, subject.entry.attributes) for rule in target.attributes.rules]
    return [one.truth for one in judged if one.applies]


def plain_pair(
    subject: Subject,
    target: IndexedDocument,
    scope: Scope,
    collection: PlainCollection,
    policy: RankingPolicy,
    languages: frozenset[Language],
    calibration: Calibration,
    fusion: Fusion | None = None,
    *,
    is_judged: bool = True,
) -> PlainPair:
    """One pair; `is_judged=False` for random pairs, which know no rules."""
    forward, backward = _text_values(subject, target, collection)
    structured = plain_structured(subject.entry.facts, target.entry.facts, collection.records, scope.as_of)
    unknown = [0, 0]
    if is_judged:
        told = (_of_subject(subject, target.entry, scope), _of_target(subject, target.entry))
        unknown = [some.count(Truth.UNKNOWN) for some in told]
    forward |= structured[0] | {Signal.UNKNOWN_RULES: unknown[0] / (unknown[0] + 1)}
    backward |= structured[1] | {Signal.UNKNOWN_RULES: unknown[1] / (unknown[1] + 1)}
    spoken = (subject.entry.language, target.entry.language)
    needs, offers = subject.kind, _kind(target)
    scores = (
        _directed(forward, policy.needs_of(needs, offers), spoken, languages),
        _directed(backward, policy.needs_of(offers, needs), spoken, languages),
    )
    choice = policy.fusion_of(needs, offers)
    fused = _fuse(*scores, fusion or choice.fusion, choice.forward_weight(needs))
    return PlainPair(
        forward=scores[0],
        backward=scores[1],
        fused=fused,
        score=_calibrated(fused, calibration),
        forward_values=forward,
        backward_values=backward,
    )


def plain_calibration(
    collection: PlainCollection,
    policy: RankingPolicy,
    languages: frozenset[Language],
    kinds: tuple[Kind, Kind],
    fusion: Fusion,
) -> Calibration:
    """Median and 99th percentile of random pairs, for bases of at most 160 documents of a kind."""
    first, second = ([one for one in collection.base if _kind(one) is kind] for kind in sorted(kinds))
    asking = [first[int(place)] for place in np.linspace(0, len(first) - 1, min(30, len(first)))]
    nothing = Scope(target_kinds=kinds)
    flat = Calibration(median=0.5, top=1.0)
    fused = [
        plain_pair(as_subject(one), other, nothing, collection, policy, languages, flat, fusion, is_judged=False).fused
        for one in asking
        for other in second
        if other is not one
    ]
    median, top = np.quantile(fused, [0.5, 0.99]).tolist()
    median = min(max(median, 1e-3), 0.9)
    return Calibration(median=median, top=max(top, median + 0.02))


def as_subject(document: IndexedDocument) -> Subject:
    """A document that asks."""
    return Subject(profile_id=document.entry.profile_id, entry=document.entry, texts=document.texts)


def _kind(document: IndexedDocument) -> Kind:
    return document.entry.attributes.kind


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


def _text_values(subject: Subject, target: IndexedDocument, collection: PlainCollection) -> tuple[Values, Values]:
    mine, yours = subject.texts, target.texts
    my_need, your_need = mine.need_terms or mine.offer_terms, yours.need_terms or yours.offer_terms
    in_delta = collection.is_in_delta(target)
    languages = (subject.entry.language, target.entry.language)
    none = collection.random_cosines[languages]
    return (
        _texts_of_direction(
            _share(collection, my_need, yours.offer_terms, in_delta),
            _share(collection, yours.offer_terms, my_need, in_delta),
            float(_vector_of_need(mine) @ yours.offer_vector),
            none,
        ),
        _texts_of_direction(
            _share(collection, your_need, mine.offer_terms, in_delta),
            _share(collection, mine.offer_terms, your_need, in_delta),
            float(mine.offer_vector @ _vector_of_need(yours)),
            none,
        ),
    )


def _vector_of_need(texts: AspectTexts) -> FloatVector:
    return texts.offer_vector if texts.need_vector is None else texts.need_vector


def _texts_of_direction(held: float, asked: float, cosine: float, none: float) -> Values:
    return {
        Signal.WORDS: 2 * held / (1 + held),
        Signal.FOCUS: 2 * asked / (1 + asked),
        Signal.MEANING: min(max((float(cosine) - none) / (1 - none), 0.0), 1.0),
    }


def _share(collection: PlainCollection, asked: TermCounts, held: TermCounts, in_delta: bool) -> float:
    """Sum over the asked text's telling terms of their share times the other text's saturation, tf / (tf + norm)."""
    key = (id(asked), in_delta)
    if key not in collection.told:
        collection.told[key] = asked, _telling(asked, lambda term: _idf(collection, term, in_delta))
    norm = 1.5 * (0.25 + 0.75 * sum(held.counts.values()) / collection.average_length)
    return sum(
        share * held.counts[term] / (held.counts[term] + norm)
        for term, share in collection.told[key][1].items()
        if term in held.counts
    )


def _telling(text: TermCounts, idf: Idf) -> dict[str, float]:
    """Shares of the 48 most telling terms: emphasis, 1 + ln tf where no needs are stated, times idf."""
    emphases = text.emphases or {term: 1 + log(count) for term, count in text.counts.items()}
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


def _directed(
    values: Values, policy: DirectedPolicy, spoken: tuple[Language, Language], languages: frozenset[Language]
) -> float:
    """Weighed and added; where the model does not read both languages, four fifths of `meaning` go to `words`."""
    weights = {signal: weight.weight for signal, weight in policy.signals.items()}
    if not set(spoken) <= languages and {Signal.MEANING, Signal.WORDS} <= weights.keys():
        moved = 0.8 * weights[Signal.MEANING]
        weights[Signal.MEANING] -= moved
        weights[Signal.WORDS] += moved
    total = 0.0
    for signal, weight in policy.signals.items():
        value = values.get(signal)
        if value is not None and weight.half is not None:
            value = value * (1 + weight.half) / (value + weight.half)
        total += weights[signal] * (weight.neutral if value is None else value)
    return total


def _fuse(forward: float, backward: float, fusion: Fusion, weight: float) -> float:
    forward, backward = min(max(forward, 0.0), 1.0), min(max(backward, 0.0), 1.0)
    if fusion is Fusion.MINIMUM:
        return min(forward, backward)
    if fusion is Fusion.WEIGHTED:
        return weight * forward + (1 - weight) * backward
    if not forward or not backward:
        return 0.0
    if fusion is Fusion.PRODUCT:
        return float(forward**weight * backward ** (1 - weight))
    return 1 / (weight / forward + (1 - weight) / backward)


def _calibrated(fused: float, calibration: Calibration) -> float:
    """.1 at the median of random pairs, .55 at the best of a hundred."""
    if fused <= calibration.median:
        return 0.1 * fused / calibration.median
    z = (fused - calibration.median) / (calibration.top - calibration.median)
    return 0.1 + 0.9 * z / (1 + z)
