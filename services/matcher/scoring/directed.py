"""Directed scores: signals weighed and added, with every contribution kept; pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from services.matcher.scoring.policy import DirectedPolicy, Reading, Scores, Weight
from shared.contracts.vocabularies import Signal

FloatVector = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One signal of many pairs: as measured, and on its scale in [0, 1]; NaN where it is missing."""

    raw: FloatVector = field(repr=False)
    value: FloatVector = field(repr=False)


@dataclass(slots=True)  # hundreds of them in an answer: a frozen one takes three times as long to make
class SignalPart:
    """One signal's part in one directed score: `contribution == weight * value`."""

    signal: Signal
    raw: float | None
    value: float
    is_missing: bool
    weight: float

    @property
    def contribution(self) -> float:
        """What the signal adds."""
        return self.weight * self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Directed:
    """One directed score and what it is made of."""

    parts: tuple[SignalPart, ...]

    @property
    def score(self) -> float:
        """The sum of the contributions."""
        return sum(part.contribution for part in self.parts)


Signals = Mapping[Signal, Measured]
"""By signal; one that is not there is missing for every pair."""


def directed_scores(signals: Signals, policy: DirectedPolicy, readings: Mapping[Reading, Mask], size: int) -> Scores:
    """The score of each pair, (size,); `readings` say which pairs the model reads how."""
    by_reading = {texts: policy.weights(texts) for texts in readings}
    scores = np.zeros(size, dtype=np.float64)
    for signal, weight in policy.signals.items():
        measured = signals.get(signal)
        weights = _weights({texts: by_reading[texts][signal] for texts in readings}, readings)
        if measured is None:
            scores += weights * weight.neutral
        else:
            value = weight.transformed(measured.value.astype(np.float64))
            scores += weights * np.where(np.isnan(value), weight.neutral, value)
    return scores


def directed_parts(
    signals: Signals, policy: DirectedPolicy, readings: Sequence[Reading], places: Rows
) -> list[Directed]:
    """What the scores of some pairs are made of; `readings` has one of each place."""
    by_reading = {texts: policy.weights(texts) for texts in set(readings)}
    columns = [
        _parts(signal, signals.get(signal), weight, readings, by_reading, places)
        for signal, weight in policy.signals.items()
    ]
    return [Directed(parts=parts) for parts in zip(*columns, strict=True)]


def _parts(
    signal: Signal,
    measured: Measured | None,
    weight: Weight,
    readings: Sequence[Reading],
    by_reading: Mapping[Reading, Mapping[Signal, float]],
    places: Rows,
) -> list[SignalPart]:
    """One signal's part in each pair."""
    counted = [by_reading[texts][signal] for texts in readings]
    if measured is None:
        return [SignalPart(signal, None, weight.neutral, True, share) for share in counted]
    # In double precision like the scores of many pairs, so that both are the same to the last bit.
    values = weight.transformed(measured.value[places].astype(np.float64)).tolist()
    return [
        SignalPart(signal, None, weight.neutral, True, share)
        if math.isnan(value)
        else SignalPart(signal, raw, value, False, share)
        for raw, value, share in zip(measured.raw[places].tolist(), values, counted, strict=True)
    ]


def _weights(by_reading: Mapping[Reading, float], readings: Mapping[Reading, Mask]) -> float | Scores:
    """One weight for all pairs, or one a pair where readings differ in it."""
    if len(set(by_reading.values())) == 1:
        return next(iter(by_reading.values()))
    return np.select([readings[texts] for texts in by_reading], list(by_reading.values()))
