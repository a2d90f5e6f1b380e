"""Scores of pairs of two kinds: both directed scores, fused, and set beside random pairs; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from services.matcher.scoring.bounds import Upper, UpperValues
from services.matcher.scoring.calibration import Calibration
from services.matcher.scoring.directed import FloatVector, Mask
from services.matcher.scoring.policy import DirectedPolicy, Reading, Scores, Weight
from services.matcher.scoring.reciprocal import fuse
from shared.contracts.vocabularies import Fusion, Signal

_ROUNDING = 1e-5
"""Bounds are computed in single precision."""


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

    def bounds(self, texts: TextValues, others: Upper, readings: Mapping[Reading, Mask], size: int) -> "Bounds":
        """What both directed scores of pairs of these texts can be at most, in single precision."""
        return Bounds(
            pairing=self,
            forward=_upper(texts.forward, others.forward, self.forward, readings, size),
            backward=_upper(texts.backward, others.backward, self.backward, readings, size),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Of many pairs, (size,) each."""

    pairing: Pairing
    forward: FloatVector
    backward: FloatVector

    def mean(self) -> FloatVector:
        """The weighted arithmetic mean: no fusion exceeds it, and it is quickly taken."""
        weight = np.float32(self.pairing.forward_weight)
        return weight * self.forward + (1 - weight) * self.backward

    def can_reach(self, score: float, mean: FloatVector) -> Mask:
        """Pairs that can reach a calibrated score."""
        enough = self.pairing.calibration.fused_at(score) - _ROUNDING
        reached: Mask = mean >= np.float32(enough)
        rows = np.flatnonzero(reached)
        forward, backward = (one[rows].astype(np.float64) for one in (self.forward, self.backward))
        reached[rows] = self.pairing.fused(forward, backward) >= enough
        return reached


def _upper(
    texts: Mapping[Signal, FloatVector],
    others: UpperValues,
    policy: DirectedPolicy,
    readings: Mapping[Reading, Mask],
    size: int,
) -> FloatVector:
    by_reading = {reading: policy.weights(reading) for reading in readings}
    constant = 0.0
    upper = np.zeros(size, dtype=np.float32)
    for signal, weight in policy.signals.items():
        if signal in texts:
            counted = weight.transformed(texts[signal])
            for reading, mask in readings.items():
                share = np.float32(by_reading[reading][signal])
                upper += share * counted if len(readings) == 1 else np.where(mask, share * counted, np.float32(0))
        elif weight.weight > 0:
            value = others.get(signal, 1.0)
            if isinstance(value, float):
                constant += weight.weight * _one_value(value, weight)
            else:
                values = weight.transformed(value)
                upper += np.float32(weight.weight) * np.where(np.isnan(values), np.float32(weight.neutral), values)
    upper += np.float32(constant)
    return upper


def _one_value(value: float, weight: Weight) -> float:
    return weight.neutral if np.isnan(value) else float(weight.transformed(np.array([value]))[0])
