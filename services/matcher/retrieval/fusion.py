"""Fuses the legs' normalised scores; pure."""

from dataclasses import dataclass

import numpy as np

from services.matcher.retrieval.dense import FloatVector


@dataclass(frozen=True, slots=True, kw_only=True)
class FusedScores:
    """Both legs of every candidate, raw and normalised, and the weight of the dense one; all (candidates,)."""

    similarities: FloatVector
    bm25: FloatVector
    dense: FloatVector
    lexical: FloatVector
    dense_weights: FloatVector

    @property
    def scores(self) -> FloatVector:
        """weight * dense + (1 - weight) * lexical, in [0, 1]."""
        return self.dense_weights * self.dense + (1 - self.dense_weights) * self.lexical


def fuse(
    similarities: FloatVector,
    bm25: FloatVector,
    dense_weights: FloatVector,
    *,
    best_similarity: float,
    best_bm25: float,
) -> FusedScores:
    """Divide each leg by its best score over every eligible document; what is below nought counts as nought."""
    return FusedScores(
        similarities=similarities,
        bm25=bm25,
        dense=_normalised(similarities, best_similarity),
        lexical=_normalised(bm25, best_bm25),
        dense_weights=dense_weights,
    )


def _normalised(raw: FloatVector, best: float) -> FloatVector:
    if best <= 0:
        return np.zeros_like(raw)
    return np.asarray(np.clip(raw / np.float32(best), 0, 1), dtype=np.float32)
