"""Candidates from both legs: scores computed exactly over every eligible document, the best kept."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.retrieval.dense import FloatVector, Rows
from services.matcher.retrieval.segment import Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class LegScores:
    """Candidates of one segment with their raw scores, and the most that any document left out can have."""

    segment: Segment
    rows: Rows
    similarities: FloatVector
    """Cosine, (rows,)."""
    bm25: FloatVector
    """BM25, (rows,)."""
    unseen_similarity: float
    unseen_bm25: float


def generate_candidates(
    segment: Segment, eligible: Mask, vector: FloatVector, terms: Mapping[str, float], top_k: int
) -> LegScores:
    """The union of both legs' best `top_k` eligible documents, every one with both raw scores."""
    lexical = np.where(eligible, segment.lexical.scores(terms), np.float32(-1))
    lexical_rows, unseen_bm25 = _best_rows(lexical, min(top_k, int(np.count_nonzero(eligible))))
    dense_rows, found = segment.dense.search(vector, top_k, eligible)
    rows = np.union1d(lexical_rows, dense_rows)
    return LegScores(
        segment=segment,
        rows=rows,
        similarities=segment.dense.similarities(vector, rows),
        bm25=lexical[rows],
        unseen_similarity=float(found[-1]) if len(found) == top_k else -1.0,
        unseen_bm25=unseen_bm25,
    )


def _best_rows(scores: FloatVector, count: int) -> tuple[Rows, float]:
    """Rows of the `count` best scores, and the best score left out (0 where nothing that matters is)."""
    if count == 0:
        return np.empty(0, dtype=np.int64), 0.0
    if count >= len(scores):
        return np.arange(len(scores), dtype=np.int64), 0.0
    order = np.argpartition(-scores, count)
    return order[:count].astype(np.int64), max(0.0, float(scores[order[count]]))
