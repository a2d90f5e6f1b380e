"""The pipeline from a subject to its ranked matches: the file to read first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.domain.eligibility import eligible_rows
from services.matcher.matching.policies import RankingPolicy
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.candidates import Candidates, draw_candidates, score_legs
from services.matcher.retrieval.fusion import Weights
from services.matcher.retrieval.segment import Entry, Segment
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.filters import Filter
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Language

_NEAREST = 200
"""How many nearest documents the dense leg lists at least: more of them leave fewer to check by BM25."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What may be proposed, and how many."""

    target_kinds: Sequence[Kind]
    filters: Sequence[Filter] = ()
    limit: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One leg's part in a match."""

    raw: float
    normalised: float
    weight: float

    @property
    def contribution(self) -> float:
        """What the leg adds to the score."""
        return self.weight * self.normalised


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
    """Rank the eligible targets for a subject, exactly; `languages` are those the model can read."""

    def dense_weights(segment: Segment) -> Weights:
        return policy.dense_weights(subject.language, segment.chinese, languages)

    depth = max(_NEAREST, 2 * scope.limit)
    eligible = [(segment, _eligible(segment, live, subject, scope)) for segment, live in snapshot.segments()]
    legs = [score_legs(segment, mask, subject.vector, subject.terms, depth) for segment, mask in eligible]
    candidates = draw_candidates(legs, subject.vector, dense_weights, scope.limit)
    return Ranking(
        matches=_best_matches(candidates, scope.limit),
        eligible=sum(int(np.count_nonzero(mask)) for _, mask in eligible),
    )


def _eligible(segment: Segment, live: Mask, subject: Subject, scope: Scope) -> Mask:
    mask = live & segment.targets & eligible_rows(segment.attributes, scope.target_kinds, scope.filters)
    own_row = segment.row_by_id.get(subject.profile_id or "")
    if own_row is not None:
        mask[own_row] = False
    return mask


def _best_matches(drawn: Sequence[Candidates], limit: int) -> tuple[ScoredMatch, ...]:
    """The best over all segments, ties by profile id."""
    scored = [(candidates, place) for candidates in drawn for place in _leading(candidates.fusion.scores, limit)]
    matches = (_match(candidates, place) for candidates, place in scored)
    return tuple(sorted(matches, key=lambda match: (-match.score, match.entry.profile_id))[:limit])


def _leading(scores: Weights, limit: int) -> list[int]:
    """Positions of the scores at or above the `limit`-th best."""
    if len(scores) <= limit:
        return list(range(len(scores)))
    return np.flatnonzero(scores >= np.partition(scores, -limit)[-limit]).tolist()


def _match(candidates: Candidates, place: int) -> ScoredMatch:
    fusion = candidates.fusion
    weight = float(fusion.dense_weights[place])
    dense = Leg(raw=float(fusion.similarities[place]), normalised=float(fusion.dense[place]), weight=weight)
    lexical = Leg(raw=float(fusion.bm25[place]), normalised=float(fusion.lexical[place]), weight=1 - weight)
    entry = candidates.segment.entries[int(candidates.rows[place])]
    return ScoredMatch(entry=entry, score=dense.contribution + lexical.contribution, dense=dense, lexical=lexical)
