"""Scores beside chance: where a fused score stands among those of random pairs of the same kinds; pure."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from services.matcher.scoring.policy import RankingPolicy, Scores
from shared.contracts.vocabularies import Band

MEDIAN_SCORE = 0.1
"""What a random pair scores."""
FEWEST_PAIRS = 30
_TYPICAL_MEDIAN, _TYPICAL_TOP = 0.14, 0.26


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A strictly rising map from fused scores to [0, 1]."""

    median: float
    """Half of the random pairs of the corpus are fused to less."""
    top: float
    """One random pair in a hundred is fused to more."""

    @classmethod
    def of(cls, random_pairs: Scores) -> Self:
        """From the fused scores of random pairs; from a typical corpus where they are too few to tell."""
        if len(random_pairs) < FEWEST_PAIRS:
            return cls(median=_TYPICAL_MEDIAN, top=_TYPICAL_TOP)
        median, top = np.quantile(random_pairs, [0.5, 0.99]).tolist()
        median = min(max(median, 1e-3), 0.9)
        return cls(median=median, top=max(top, median + 0.02))

    def scores(self, fused: Scores) -> Scores:
        """Up to .1 at the median of random pairs; above it .1 + .9 z / (1 + z), z = (x - median) / (top - median).

        So .1 is a random pair, .55 the best of a hundred, and 1 is never reached.
        """
        z = np.maximum(fused - self.median, 0) / (self.top - self.median)
        scores: Scores = MEDIAN_SCORE * np.minimum(fused / self.median, 1) + (1 - MEDIAN_SCORE) * z / (1 + z)
        return scores

    def fused_at(self, score: float) -> float:
        """The fused score that is calibrated to a score; the other way round."""
        if score <= MEDIAN_SCORE:
            return score / MEDIAN_SCORE * self.median
        share = (score - MEDIAN_SCORE) / (1 - MEDIAN_SCORE)
        return self.median + (self.top - self.median) * share / (1 - share) if share < 1 else np.inf


def band_of(score: float, policy: RankingPolicy) -> Band:
    """The band of a calibrated score."""
    if score >= policy.high:
        return Band.HIGH
    return Band.MEDIUM if score >= policy.medium else Band.LOW
