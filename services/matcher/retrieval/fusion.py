"""Fuses the legs' normalised scores; pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.matcher.retrieval.dense import FloatVector

Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best raw score of each leg over every eligible document: what counts as 1."""

    similarity: float
    bm25: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fusion:
    """Both legs of some documents, raw and normalised, and the weight of the dense one; all (documents,)."""

    similarities: FloatVector
    bm25: FloatVector
    dense: FloatVector
    lexical: FloatVector
    dense_weights: Weights

    @property
    def scores(self) -> Weights:
        """weight * dense + (1 - weight) * lexical, in [0, 1]."""
        return self.dense_weights * self.dense + (1 - self.dense_weights) * self.lexical


def fuse(similarities: FloatVector, bm25: FloatVector, dense_weights: Weights, best: Best) -> Fusion:
    """Divide each leg by its best score; what is below nought counts as nought."""
    return Fusion(
        similarities=similarities,
        bm25=bm25,
        dense=_normalised(similarities, best.similarity),
        lexical=_normalised(bm25, best.bm25),
        dense_weights=dense_weights,
    )


def _normalised(raw: FloatVector, best: float) -> FloatVector:
    if best <= 0:
        return np.zeros_like(raw)
    shares: FloatVector = np.clip(raw / np.float32(best), np.float32(0), np.float32(1))
    return shares
