"""Scores of pairs of two kinds: both directed scores, fused, and set beside random pairs; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from services.matcher.scoring.calibration import Calibration
from services.matcher.scoring.directed import FloatVector, Mask, Signals, directed_scores
from services.matcher.scoring.policy import DirectedPolicy, Reading, Scores
from services.matcher.scoring.reciprocal import fuse
from shared.contracts.vocabularies import Fusion, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """How a subject of one kind is matched with targets of one kind."""

    forward: DirectedPolicy
    """How well the target's offer serves the subject's needs."""
    backward: DirectedPolicy
    """How well the subject's offer serves the target's needs."""
    fusion: Fusion
    forward_weight: float
    calibration: Calibration

    def fused(self, forward: Scores, backward: Scores) -> Scores:
        """The two directed scores as one; a cost can bring neither below nought."""
        return fuse(np.clip(forward, 0, 1), np.clip(backward, 0, 1), self.fusion, self.forward_weight)

    def scores(self, forward: Signals, backward: Signals, readings: Mapping[Reading, Mask], size: int) -> Scores:
        """Calibrated scores, (size,)."""
        fused = self.fused(
            directed_scores(forward, self.forward, readings, size),
            directed_scores(backward, self.backward, readings, size),
        )
        return self.calibration.scores(fused)

    def upper_scores(
        self,
        forward: Mapping[Signal, FloatVector],
        backward: Mapping[Signal, FloatVector],
        readings: Mapping[Reading, Mask],
        size: int,
    ) -> Scores:
        """What scores of these values can reach at most, the signals that are not given being at their best."""
        fused = self.fused(
            _upper(forward, self.forward, readings, size), _upper(backward, self.backward, readings, size)
        )
        return self.calibration.scores(fused)


def _upper(
    values: Mapping[Signal, FloatVector], policy: DirectedPolicy, readings: Mapping[Reading, Mask], size: int
) -> Scores:
    by_reading = {texts: policy.weights(texts) for texts in readings}
    unmeasured = sum(max(one.weight, 0.0) for name, one in policy.signals.items() if name not in values)
    upper = np.full(size, unmeasured, dtype=np.float64)
    for signal, value in values.items():
        counted = policy.signals[signal].transformed(value.astype(np.float64)) if signal in policy.signals else None
        for texts, mask in readings.items():
            weight = by_reading[texts].get(signal, 0.0)
            if weight and counted is not None:
                upper += weight * counted if len(readings) == 1 else np.where(mask, weight * counted, 0)
    return upper
