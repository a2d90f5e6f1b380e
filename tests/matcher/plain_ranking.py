"""The served ranking computed one document at a time from its definition: the oracle of the pipeline's tests."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log1p

import numpy as np
from services.matcher.matching.policies import RankingPolicy

from services.matcher.matching.pipeline import Scope
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.segment import Entry, IndexedDocument
from shared.contracts.vocabularies import Language, Visibility
from tests.matcher.plain_eligibility import passes


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainCollection:
    """What a snapshot holds: documents by id, and which of them give the term statistics."""

    base: Sequence[IndexedDocument]
    """Also those that a later change has replaced or withdrawn."""
    delta: Sequence[IndexedDocument]
    live: Mapping[str, IndexedDocument]
    """The newest revision of each active profile."""
    containing: Mapping[str, int]
    """Documents of the base with a term; of the delta where the base has none."""
    average_length: float


def plain_collection(
    base: Sequence[IndexedDocument], delta: Sequence[IndexedDocument], live: Mapping[str, IndexedDocument]
) -> PlainCollection:
    """Count what the definition of BM25 asks for."""
    in_base, in_delta = (Counter(term for one in some for term in set(one.terms)) for some in (base, delta))
    average = float(np.mean([len(one.terms) for one in base])) if base else 1.0
    return PlainCollection(
        base=base, delta=delta, live=live, containing={**in_delta, **in_base}, average_length=average
    )


def plain_scores(
    subject: Subject, scope: Scope, collection: PlainCollection, policy: RankingPolicy, languages: frozenset[Language]
) -> dict[str, float]:
    """Score of every eligible document by profile id."""
    eligible = {key: one for key, one in collection.live.items() if key != subject.profile_id and _fits(one, scope)}
    bm25 = {key: _bm25(subject.terms, one.terms, collection) for key, one in eligible.items()}
    cosine = {key: float(one.vector[0].astype(float) @ subject.vector.astype(float)) for key, one in eligible.items()}
    best_bm25, best_cosine = max(bm25.values(), default=0.0), max(cosine.values(), default=0.0)
    scores = {}
    for key, one in eligible.items():
        weight = plain_dense_weight(subject.language, one.entry.language, policy, languages)
        scores[key] = weight * _share(cosine[key], best_cosine) + (1 - weight) * _share(bm25[key], best_bm25)
    return scores


def plain_dense_weight(
    subject: Language, target: Language, policy: RankingPolicy, languages: frozenset[Language]
) -> float:
    """How much the dense leg counts for one pair of languages."""
    if subject in languages and target in languages:
        return policy.dense_weight
    return policy.dense_weight_unread if subject == target else policy.dense_weight_across


def _fits(document: IndexedDocument, scope: Scope) -> bool:
    entry: Entry = document.entry
    profile = entry.profile()
    is_target = profile.visibility is not Visibility.HIDDEN and profile.kind in scope.target_kinds
    return is_target and all(passes(profile, entry.language, condition) for condition in scope.filters)


def _share(value: float, best: float) -> float:
    return min(max(value / best, 0.0), 1.0) if best > 0 else 0.0


def _bm25(query: Mapping[str, float], terms: Sequence[str], collection: PlainCollection) -> float:
    counted = Counter(terms)
    documents = max(len(collection.base), 1)
    score = 0.0
    for term, weight in query.items():
        frequency = counted[term]
        if frequency:
            containing = collection.containing[term]
            idf = log1p((documents - containing + 0.5) / (containing + 0.5))
            norm = 1.5 * (0.25 + 0.75 * len(terms) / collection.average_length)
            score += weight * idf * frequency * 2.5 / (frequency + norm)
    return score
