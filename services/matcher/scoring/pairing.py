"""Scores of pairs of two kinds: both directed scores, fused, and set beside random pairs; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from services.matcher.scoring.bounds import Upper, UpperValue, UpperValues
from services.matcher.scoring.calibration import Calibration
from services.matcher.scoring.directed import FloatVector, Mask, Signals, directed_scores
from services.matcher.scoring.policy import DirectedPolicy, Reading, Scores, Weight
from services.matcher.scoring.reciprocal import fuse
from shared.contracts.vocabularies import Fusion, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class TextValues:
    """Values of the text signals of many pairs, both ways; of meaning a bound."""

    forward: Mapping[Signal, FloatVector]
    backward: Mapping[Signal, FloatVector]


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

    def upper_scores(self, texts: TextValues, others: Upper, readings: Mapping[Reading, Mask], size: int) -> Scores:
        """What scores of these texts can reach at most, (size,)."""
        fused = self.fused(
            _upper(texts.forward, others.forward, self.forward, readings, size),
            _upper(texts.backward, others.backward, self.backward, readings, size),
        )
        return self.calibration.scores(fused)


def _upper(
    texts: Mapping[Signal, FloatVector],
    others: UpperValues,
    policy: DirectedPolicy,
    readings: Mapping[Reading, Mask],
    size: int,
) -> Scores:
    by_reading = {reading: policy.weights(reading) for reading in readings}
    upper = np.zeros(size, dtype=np.float64)
    for signal, weight in policy.signals.items():
        if signal in texts:
            counted = weight.transformed(texts[signal].astype(np.float64))
            for reading, mask in readings.items():
                share = by_reading[reading][signal]
                upper += share * counted if len(readings) == 1 else np.where(mask, share * counted, 0)
        elif weight.weight > 0:
            upper += weight.weight * _value(others.get(signal, 1.0), weight)
    return upper


def _value(value: UpperValue, weight: Weight) -> float | Scores:
    if isinstance(value, float):
        return weight.neutral if np.isnan(value) else float(weight.transformed(np.array([value]))[0])
    counted = weight.transformed(value.astype(np.float64))
    return np.where(np.isnan(counted), weight.neutral, counted)
