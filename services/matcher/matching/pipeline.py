"""The pipeline from a subject to its ranked matches: the file to read first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.domain.eligibility import eligible_rows
from services.matcher.matching.policies import RankingPolicy
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.candidates import LegScores, generate_candidates
from services.matcher.retrieval.fusion import FusedScores, fuse
from services.matcher.retrieval.segment import Entry, Segment
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.filters import Filter
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Language

_FIRST_DEPTH = 200
_DEEPER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What may be proposed, and how many."""

    target_kinds: Sequence[Kind]
    filters: Sequence[Filter] = ()
    limit: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One leg's part in a match; `weight * normalised` is its contribution."""

    raw: float
    normalised: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredMatch:
    """One proposed counterpart with what its score is made of."""

    entry: Entry
    score: float
    dense: Leg
    lexical: Leg


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Matches, best first, ties by profile id."""

    matches: tuple[ScoredMatch, ...]
    eligible: int


def match(
    subject: Subject, scope: Scope, snapshot: Snapshot, policy: RankingPolicy, languages: frozenset[Language]
) -> Ranking:
    """Rank the eligible targets for a subject; `languages` are those the model can read.

    Exact: candidates are drawn deeper until no document left out could enter (Fagin's threshold argument).
    """
    eligible = [(segment, _eligible(segment, live, subject, scope)) for segment, live in snapshot.segments()]
    total = sum(int(np.count_nonzero(mask)) for _, mask in eligible)
    depth = max(_FIRST_DEPTH, 2 * scope.limit)
    while True:
        legs = [generate_candidates(segment, mask, subject.vector, subject.terms, depth) for segment, mask in eligible]
        fused, bound = _fuse(legs, subject, policy, languages)
        order = _best_first(fused, legs)[: scope.limit]
        if depth >= total or (len(order) == scope.limit and fused.scores[order[-1]] > bound):
            return Ranking(matches=_matches(order, fused, legs), eligible=total)
        depth *= _DEEPER


def _eligible(segment: Segment, live: Mask, subject: Subject, scope: Scope) -> Mask:
    mask = live & segment.targets & eligible_rows(segment.attributes, scope.target_kinds, scope.filters)
    own_row = segment.row_by_id.get(subject.profile_id or "")
    if own_row is not None:
        mask[own_row] = False
    return mask


def _fuse(
    legs: Sequence[LegScores], subject: Subject, policy: RankingPolicy, languages: frozenset[Language]
) -> tuple[FusedScores, float]:
    """Fused scores over all segments' candidates, and the best score a document left out could have."""
    similarities = np.concatenate([leg.similarities for leg in legs])
    bm25 = np.concatenate([leg.bm25 for leg in legs])
    weights = np.concatenate(
        [policy.dense_weights(subject.language, leg.segment.chinese[leg.rows], languages) for leg in legs]
    )
    best_similarity = float(similarities.max(initial=0))
    best_bm25 = float(bm25.max(initial=0))
    fused = fuse(similarities, bm25, weights, best_similarity=best_similarity, best_bm25=best_bm25)
    dense_bound = max(leg.unseen_similarity for leg in legs) / best_similarity if best_similarity > 0 else 0.0
    lexical_bound = max(leg.unseen_bm25 for leg in legs) / best_bm25 if best_bm25 > 0 else 0.0
    possible = policy.dense_weights(subject.language, np.array([False, True]), languages)
    bounds = possible * max(dense_bound, 0.0) + (1 - possible) * lexical_bound
    return fused, float(bounds.max())


def _best_first(fused: FusedScores, legs: Sequence[LegScores]) -> list[int]:
    scores = fused.scores
    ids = [leg.segment.entries[row].profile_id for leg in legs for row in leg.rows.tolist()]
    return sorted(range(len(scores)), key=lambda position: (-scores[position], ids[position]))


def _matches(order: Sequence[int], fused: FusedScores, legs: Sequence[LegScores]) -> tuple[ScoredMatch, ...]:
    places = [(leg.segment, row) for leg in legs for row in leg.rows.tolist()]
    return tuple(_scored(position, fused, places[position]) for position in order)


def _scored(position: int, fused: FusedScores, place: tuple[Segment, int]) -> ScoredMatch:
    segment, row = place
    weight = float(fused.dense_weights[position])
    dense = Leg(raw=float(fused.similarities[position]), normalised=float(fused.dense[position]), weight=weight)
    lexical = Leg(raw=float(fused.bm25[position]), normalised=float(fused.lexical[position]), weight=1 - weight)
    score = dense.weight * dense.normalised + lexical.weight * lexical.normalised
    return ScoredMatch(entry=segment.entries[row], score=score, dense=dense, lexical=lexical)
