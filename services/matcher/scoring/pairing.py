"""Scores of pairs of two kinds: both directed scores, fused, and set beside random pairs; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from services.matcher.scoring.bounds import Upper
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

    def enough(self, score: float) -> float:
        """The fused score from which on a pair may reach a calibrated score, whatever rounding did."""
        return self.calibration.fused_at(score) - _ROUNDING

    def promise(self, texts: TextValues, others: Upper, readings: Mapping[Reading, Mask], size: int) -> FloatVector:
        """What the fused scores of pairs of these texts can be at most, (size,), in single precision.

        The weighted arithmetic mean of both directed scores, which no fusion exceeds; costs count for nothing.
        """
        terms: dict[tuple[int, float | None, float], _Term] = {}
        constant = 0.0
        directions = (
            (self.forward, self.forward_weight, texts.forward, others.forward),
            (self.backward, 1 - self.forward_weight, texts.backward, others.backward),
        )
        for policy, share, known, bounds in directions:
            by_reading = {reading: policy.weights(reading) for reading in readings}
            for signal, weight in policy.signals.items():
                shares = {reading: share * max(of[signal], 0.0) for reading, of in by_reading.items()}
                value = known[signal] if signal in known else bounds.get(signal, 1.0)
                if isinstance(value, float):  # of no text signal, so its share is the same for all readings
                    constant += max(shares.values()) * _one_value(value, weight)
                elif any(shares.values()):
                    key = id(value), weight.half, weight.neutral
                    terms.setdefault(key, _Term(value, weight, signal in known)).add(shares)
        promise = np.full(size, constant, dtype=np.float32)
        for term in terms.values():
            promise += term.weighted(readings)
        return promise


@dataclass(slots=True)
class _Term:
    """One array of values and the shares of all signals that it stands for: what both directions read is read once."""

    values: FloatVector
    weight: Weight
    is_known: bool
    """Holds no NaN."""
    shares: dict[Reading, float] = field(default_factory=dict)

    def add(self, shares: Mapping[Reading, float]) -> None:
        """Count another signal's shares."""
        for reading, share in shares.items():
            self.shares[reading] = self.shares.get(reading, 0.0) + share

    def weighted(self, readings: Mapping[Reading, Mask]) -> FloatVector:
        """The values times their shares, (size,)."""
        values = self.weight.transformed(self.values)
        if not self.is_known:
            values = np.where(np.isnan(values), np.float32(self.weight.neutral), values)
        first, *others = self.shares
        share: np.float32 | FloatVector = np.float32(self.shares[first])
        for reading in others:
            if self.shares[reading] != self.shares[first]:
                share = np.where(readings[reading], np.float32(self.shares[reading]), share)
        return values * share


def _one_value(value: float, weight: Weight) -> float:
    return weight.neutral if np.isnan(value) else float(weight.transformed(np.array([value]))[0])
