"""Candidates from both legs: every eligible document is scored, none that could enter the answer is left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.retrieval.dense import FloatVector, Rows
from services.matcher.retrieval.fusion import Best, Fusion, Weights, fuse
from services.matcher.retrieval.segment import Segment

NOT_ELIGIBLE = np.float32(-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegScores:
    """Raw scores of one segment: BM25 of every document, and the dense leg's nearest."""

    segment: Segment
    bm25: FloatVector = field(repr=False)
    """(size,); NOT_ELIGIBLE where a document may not be proposed."""
    nearest: Rows
    similarities: FloatVector
    """Cosine of the nearest, best first."""
    unseen_similarity: float
    """No eligible document outside `nearest` has more; -inf where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Rows of one segment with both legs, raw and fused."""

    segment: Segment
    rows: Rows
    fusion: Fusion


WeightsOf = Callable[[Segment], Weights]
"""Weight of the dense leg for every document of a segment, (size,)."""


def score_legs(
    segment: Segment, eligible: Mask, vector: FloatVector, terms: Mapping[str, float], depth: int
) -> LegScores:
    """Run both legs over a segment's eligible documents; `depth` is how many nearest the dense leg lists."""
    nearest, similarities = segment.dense.search(vector, depth, eligible)
    return LegScores(
        segment=segment,
        bm25=np.where(eligible, segment.lexical.scores(terms), NOT_ELIGIBLE),
        nearest=nearest,
        similarities=similarities,
        unseen_similarity=float(similarities[-1]) if len(nearest) == depth else -np.inf,
    )


def best_of(legs: Sequence[LegScores]) -> Best:
    """The best raw score of each leg over every eligible document."""
    return Best(
        similarity=max(float(leg.similarities.max(initial=0)) for leg in legs),
        bm25=max(float(leg.bm25.max(initial=0)) for leg in legs),
    )


def draw_candidates(
    legs: Sequence[LegScores], vector: FloatVector, weights_of: WeightsOf, limit: int
) -> list[Candidates]:
    """All documents that can be among the best `limit`, and the nearest, with both legs' exact scores.

    Fagin's threshold argument: a document that is not among the nearest cannot have a better similarity than the
    last of them, so with its BM25 known its best possible score is known too. Whatever stays below the `limit`-th
    best score already found cannot enter.
    """
    best = best_of(legs)
    near = [_candidates(leg, leg.nearest, vector, weights_of, best) for leg in legs]
    threshold = _nth_best(near, limit)
    return [
        _candidates(leg, np.union1d(leg.nearest, _possible(leg, weights_of, best, threshold)), vector, weights_of, best)
        for leg in legs
    ]


def _candidates(leg: LegScores, rows: Rows, vector: FloatVector, weights_of: WeightsOf, best: Best) -> Candidates:
    # Similarities are taken anew for all rows, so that a row's figure does not depend on how it was found.
    similarities = leg.segment.dense.similarities(vector, rows)
    fusion = fuse(similarities, leg.bm25[rows], weights_of(leg.segment)[rows], best)
    return Candidates(segment=leg.segment, rows=rows, fusion=fusion)


def _nth_best(found: Sequence[Candidates], count: int) -> float:
    """The `count`-th best score found, a hair lower for rounding; -inf where there are fewer."""
    scores = np.concatenate([candidates.fusion.scores for candidates in found])
    return float(np.partition(scores, -count)[-count]) - 1e-6 if len(scores) >= count else -np.inf


def _possible(leg: LegScores, weights_of: WeightsOf, best: Best, threshold: float) -> Rows:
    """Eligible rows whose BM25 lets them reach the threshold with a similarity that was not listed."""
    if leg.unseen_similarity == -np.inf:
        return np.empty(0, dtype=np.int64)
    unseen = np.full(len(leg.bm25), leg.unseen_similarity, dtype=np.float32)
    bounds = fuse(unseen, leg.bm25, weights_of(leg.segment), best).scores
    return np.flatnonzero((leg.bm25 != NOT_ELIGIBLE) & (bounds >= threshold))
