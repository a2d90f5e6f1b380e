"""Signal tables under a policy that changes one weight at a time: what each change would be worth, quickly."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from services.matcher.scoring.pairing import Pairing
from services.matcher.scoring.policy import MEANING_KEPT, DirectedPolicy, RankingPolicy, Weight
from services.matcher.scoring.reciprocal import fuse
from services.matcher.tuning.ranking_gain import ndcg_of, pairing_of
from services.matcher.tuning.signal_table import READINGS, Side, SignalTable
from shared.contracts.vocabularies import Fusion, Signal

Values = npt.NDArray[np.float32]
_KEPT = np.array([MEANING_KEPT[reading] for reading in READINGS], dtype=np.float32)


class Sketch:
    """Single precision and running sums: exact scores are computed once the search is over."""

    def __init__(self, tables: Sequence[SignalTable], policy: RankingPolicy) -> None:
        self._tables = [_TableSketch(table) for table in tables]
        self.sides: tuple[Side, Side] = tables[0].sides
        self.policy = policy
        self.take(policy)

    def take(self, policy: RankingPolicy) -> None:
        """Start anew from a policy."""
        self.policy = policy
        for table in self._tables:
            table.take(policy)

    def value(self) -> float:
        """Mean nDCG@10 over the queries of all tables."""
        return self._mean([table.ndcg() for table in self._tables])

    def tried(self, side: Side, signal: Signal, weight: Weight) -> float:
        """What the mean would be with another weight."""
        return self._mean([table.tried(side, signal, weight) for table in self._tables])

    def set(self, side: Side, signal: Signal, weight: Weight) -> None:
        """Change a weight; the direction is scaled so that its positive weights add up to 1."""
        directed = self.policy.needs_of(*side)
        changed = replace(directed, signals={**directed.signals, signal: weight}).scaled()
        self.take(replace(self.policy, directed={**self.policy.directed, side: changed}))

    def is_missing_somewhere(self, side: Side, signal: Signal) -> bool:
        """Whether the neutral value stands in for any pair."""
        return any(table.is_missing_somewhere(side, signal) for table in self._tables)

    @staticmethod
    def _mean(values: Sequence[npt.NDArray[np.float64]]) -> float:
        return float(np.concatenate(values).mean())


class _TableSketch:
    """One table: of each direction the sum of what counts for and against."""

    def __init__(self, table: SignalTable) -> None:
        self._table = table
        self._is_target = table.is_target
        self._kept = _KEPT[table.readings]
        self._is_read = bool((self._kept == 1).all())
        self._directions: dict[Side, _Direction] = {}
        self._pairing: Pairing | None = None

    def take(self, policy: RankingPolicy) -> None:
        self._pairing = pairing_of(self._table, policy)
        for side, directed in zip(self._table.sides, (self._pairing.forward, self._pairing.backward), strict=True):
            kept = self._directions.get(side)
            if kept is None:
                kept = _Direction(self._table.signals_of(side), None if self._is_read else self._kept)
                self._directions[side] = kept
            kept.take(directed, self._table.targets.shape)

    def ndcg(self) -> npt.NDArray[np.float64]:
        return self._ndcg(*(self._directions[side].score() for side in self._table.sides))

    def tried(self, side: Side, signal: Signal, weight: Weight) -> npt.NDArray[np.float64]:
        return self._ndcg(
            *(
                self._directions[each].tried(signal, weight) if each == side else self._directions[each].score()
                for each in self._table.sides
            )
        )

    def is_missing_somewhere(self, side: Side, signal: Signal) -> bool:
        values = self._table.signals_of(side).get(signal)
        return values is None or bool(np.isnan(values[self._is_target]).any())

    def _ndcg(self, forward: Values, backward: Values) -> npt.NDArray[np.float64]:
        assert self._pairing is not None  # taken when the sketch was made
        fused = _fused(forward, backward, self._pairing.fusion, self._pairing.forward_weight)
        return ndcg_of(self._table, np.where(self._is_target, fused, np.float32(-np.inf)))


class _Direction:
    """One direction's signals, its policy, and the running sum."""

    def __init__(self, signals: Mapping[Signal, Values], kept: Values | None) -> None:
        self._signals: dict[Signal, Values] = dict(signals)
        self._kept = kept
        self._policy: DirectedPolicy | None = None
        self._counted: dict[tuple[Signal, Weight], Values | np.float32] = {}
        self._sum: Values = np.empty(0, dtype=np.float32)
        self._costs: Values = np.empty(0, dtype=np.float32)
        self._total = np.float32(1)
        self._score: Values = np.empty(0, dtype=np.float32)

    def take(self, policy: DirectedPolicy, shape: tuple[int, ...]) -> None:
        if policy == self._policy:
            return
        self._policy = policy
        self._sum, self._costs = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
        self._counted = {}
        self._total = np.float32(0)
        for signal, weight in policy.signals.items():
            part = np.float32(weight.weight) * self._effective(signal, weight)
            if weight.weight < 0:
                self._costs += part
            else:
                self._sum += part
                self._total += np.float32(weight.weight)
        self._score = self._scaled(self._sum, self._total)

    def score(self) -> Values:
        return self._score

    def tried(self, signal: Signal, weight: Weight) -> Values:
        """The score with one weight changed; with the words' transform changes what meaning leaves to them."""
        assert self._policy is not None
        old = self._policy.signals[signal]
        total = self._total + np.float32(weight.weight - old.weight)
        if total <= 0:
            return np.zeros_like(self._score)
        if weight.half == old.half and weight.neutral == old.neutral:
            changed = self._sum + np.float32(weight.weight - old.weight) * self._effective(signal, weight)
            return self._scaled(changed, total)
        added = np.float32(weight.weight) * self._effective(signal, weight)
        changed = self._sum + added - np.float32(old.weight) * self._effective(signal, old)
        if signal is Signal.WORDS and self._kept is not None and Signal.MEANING in self._policy.signals:
            left = np.float32(self._policy.signals[Signal.MEANING].weight) * (1 - self._kept)
            changed += left * (self._value(Signal.WORDS, weight) - self._value(Signal.WORDS, old))
        return self._scaled(changed, total)

    def _scaled(self, positive: Values, total: np.float32) -> Values:
        scaled: Values = np.clip(positive / total + self._costs, np.float32(0), np.float32(1))
        return scaled

    def _effective(self, signal: Signal, weight: Weight) -> Values | np.float32:
        """What one unit of weight adds: of meaning, what the model cannot read is left to the words."""
        value = self._value(signal, weight)
        assert self._policy is not None
        if signal is Signal.MEANING and self._kept is not None and Signal.WORDS in self._policy.signals:
            words = self._value(Signal.WORDS, self._policy.signals[Signal.WORDS])
            return self._kept * value + (1 - self._kept) * words
        return value

    def _value(self, signal: Signal, weight: Weight) -> Values | np.float32:
        values = self._signals.get(signal)
        if values is None:
            return np.float32(weight.neutral)
        key = (signal, replace(weight, weight=0.0))
        if key not in self._counted:
            counted = weight.transformed(values)
            self._counted[key] = np.where(np.isnan(counted), np.float32(weight.neutral), counted).astype(np.float32)
        return self._counted[key]


def _fused(forward: Values, backward: Values, fusion: Fusion, weight: float) -> Values:
    """As `fuse`; the harmonic mean, the usual one, in single precision."""
    if fusion is not Fusion.HARMONIC:
        fused: Values = fuse(forward.astype(np.float64), backward.astype(np.float64), fusion, weight).astype(np.float32)
        return fused
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = forward * backward / (np.float32(weight) * backward + np.float32(1 - weight) * forward)
    return np.where((forward > 0) & (backward > 0), mean, np.float32(0)).astype(np.float32, copy=False)
