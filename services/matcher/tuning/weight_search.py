"""Coordinate ascent over the readable weights of both directions of a pair of kinds, with random restarts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from services.matcher.scoring.directed import Mask
from services.matcher.scoring.policy import COSTS, DirectedPolicy, RankingPolicy, Weight
from services.matcher.tuning.ranking_gain import leading, policy_scores, present_signals
from services.matcher.tuning.signal_table import Side, SignalTable
from services.matcher.tuning.sketch import Sketch
from shared.contracts.vocabularies import Signal

_FACTORS = (0.0, 0.5, 0.75, 0.9, 1.1, 1.35, 2.0)
_STEPS = (0.02, 0.08, 0.2)
"""Tried from nought; of a direction's whole weight."""
_NEUTRALS = (0.0, 0.1, 0.2, 0.35, 0.5)
_HALVES = (None, 0.1, 0.25, 1.0)
_USUAL_NEUTRAL = 0.3
_LEAST_GAIN = 1e-5
_LEAST_LEFT = 1e-6
_PERTURBATION = 0.6
"""Standard deviation of ln(weight) at a restart."""
_ROUNDS = 2
"""After each round whom the new weights bring forward joins those that are searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """How hard the search tries."""

    seed: int = 0
    restarts: int = 3
    """Starts: the policy itself, then perturbations of it."""
    passes: int = 4
    """Most rounds over all coordinates from one start."""
    searched: int = 150
    """Best targets of each query that the search looks at, beside the relevant ones."""


Progress = Callable[[int, int], None]
"""Told of coordinates done, and of how many at most."""


def not_told(done: int, total: int) -> None:
    """A Progress that tells nobody."""


def tuned_policy(
    tables: Sequence[SignalTable],
    base: RankingPolicy,
    settings: SearchSettings,
    progress: Progress = not_told,
) -> RankingPolicy:
    """The policy with the two directions of the tables' kinds tuned for the mean nDCG@10 over all their queries.

    Coordinate ascent with random restarts (Metzler and Croft 2007, "Linear feature-based models for information
    retrieval"): one weight, neutral value or transform at a time, kept where the mean rises. Weights stay nonnegative
    and those of a direction add up to 1; costs (negative weights) stay as they are. Equal input and seed give equal
    weights.
    """
    sides = tables[0].sides
    pools = [_pool(table, base, settings.searched) for table in tables]
    found = base
    start_of_round = with_directed(base, {side: startable(tables, base, side) for side in sides})
    for number in range(_ROUNDS):
        if number:
            pools = [pool | _pool(table, found, settings.searched) for pool, table in zip(pools, tables, strict=True)]
        sketch = Sketch([table.narrowed(pool) for table, pool in zip(tables, pools, strict=True)], start_of_round)
        ascent = _Ascent(sketch, settings, partial(_in_round, progress, number))
        start_of_round = ascent.best(restarts=settings.restarts if not number else 1)
        found = with_directed(base, {side: tidy(start_of_round.needs_of(*side)) for side in sides})
    return found


def _in_round(progress: Progress, number: int, done: int, total: int) -> None:
    progress(number * total + done, _ROUNDS * total)


def with_directed(policy: RankingPolicy, directed: Mapping[Side, DirectedPolicy]) -> RankingPolicy:
    """The policy with some directions replaced."""
    return replace(policy, directed={**policy.directed, **directed})


def startable(tables: Sequence[SignalTable], base: RankingPolicy, side: Side) -> DirectedPolicy:
    """The direction's policy with every signal that the tables know, those it does not weigh at nought."""
    policy = base.needs_of(*side)
    unweighed: dict[Signal, Weight] = {
        signal: Weight(
            weight=0.0, neutral=base.base.signals[signal].neutral if signal in base.base.signals else _USUAL_NEUTRAL
        )
        for signal in present_signals(tables, side)
        if signal not in policy.signals and signal not in COSTS
    }
    return replace(policy, signals={**dict(policy.signals), **unweighed})


def tidy(policy: DirectedPolicy) -> DirectedPolicy:
    """Without the signals that count nothing."""
    return replace(policy, signals={signal: weight for signal, weight in policy.signals.items() if weight.weight})


def _pool(table: SignalTable, policy: RankingPolicy, depth: int) -> Mask:
    return leading(table, policy_scores(table, policy), depth) | (table.grades > 0)


@dataclass(frozen=True, slots=True)
class _Coordinate:
    side: Side
    signal: Signal


class _Ascent:
    """One search over a sketch."""

    def __init__(self, sketch: Sketch, settings: SearchSettings, progress: Progress) -> None:
        self._sketch = sketch
        self._settings = settings
        self._progress = progress
        self._generator = np.random.default_rng(settings.seed)
        self._start = sketch.policy
        self._coordinates = [
            _Coordinate(side, signal)
            for side in dict.fromkeys(sketch.sides)
            for signal, weight in sketch.policy.needs_of(*side).signals.items()
            if weight.weight >= 0
        ]

    def best(self, restarts: int) -> RankingPolicy:
        """The best over all starts; the first of equals, so that the base stays where nothing gains."""
        total = restarts * self._settings.passes
        best, best_value = self._start, -1.0
        for start in range(restarts):
            self._sketch.take(self._perturbed() if start else self._start)
            value = self._climbed(start * self._settings.passes, total)
            if value > best_value + _LEAST_GAIN:
                best, best_value = self._sketch.policy, value
        return best

    def _climbed(self, done: int, total: int) -> float:
        value = self._sketch.value()
        for number in range(self._settings.passes):
            before = value
            for place in self._generator.permutation(len(self._coordinates)).tolist():
                value = self._improved(self._coordinates[place], value)
            self._progress(done + number + 1, total)
            if value <= before + _LEAST_GAIN:
                break
        self._progress(done + self._settings.passes, total)
        return value

    def _improved(self, coordinate: _Coordinate, value: float) -> float:
        """The best of one coordinate's weights, then of its transforms and neutral values."""
        for options in (self._weights, self._halves, self._neutrals):
            best = None
            for option in options(coordinate):
                tried = self._sketch.tried(coordinate.side, coordinate.signal, option)
                if tried > value + _LEAST_GAIN:
                    best, value = option, tried
            if best is not None:
                self._sketch.set(coordinate.side, coordinate.signal, best)
        return value

    def _weights(self, coordinate: _Coordinate) -> list[Weight]:
        weight = self._weight(coordinate)
        whole = sum(max(one.weight, 0.0) for one in self._sketch.policy.needs_of(*coordinate.side).signals.values())
        if weight.weight > 0:
            others = whole - weight.weight > _LEAST_LEFT
            return [replace(weight, weight=weight.weight * factor) for factor in _FACTORS if factor or others]
        return [replace(weight, weight=whole * step) for step in _STEPS]

    def _halves(self, coordinate: _Coordinate) -> list[Weight]:
        weight = self._weight(coordinate)
        return [replace(weight, half=half) for half in _HALVES if half != weight.half] if weight.weight > 0 else []

    def _neutrals(self, coordinate: _Coordinate) -> list[Weight]:
        weight = self._weight(coordinate)
        if weight.weight <= 0 or not self._sketch.is_missing_somewhere(coordinate.side, coordinate.signal):
            return []
        return [replace(weight, neutral=neutral) for neutral in _NEUTRALS if neutral != weight.neutral]

    def _weight(self, coordinate: _Coordinate) -> Weight:
        return self._sketch.policy.needs_of(*coordinate.side).signals[coordinate.signal]

    def _perturbed(self) -> RankingPolicy:
        """Every weight times a random factor, those at nought a little above it."""
        changed = {}
        for side in dict.fromkeys(self._sketch.sides):
            policy = self._start.needs_of(*side)
            signals = {
                signal: replace(weight, weight=self._factor() * (weight.weight or 0.02))
                if weight.weight >= 0
                else weight
                for signal, weight in policy.signals.items()
            }
            changed[side] = replace(policy, signals=signals).scaled()
        return with_directed(self._start, changed)

    def _factor(self) -> float:
        return float(np.exp(_PERTURBATION * self._generator.standard_normal()))
