"""The ranking policy: which signals count how much in which direction, between which kinds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Self, TypeVar

import numpy as np
import numpy.typing as npt

from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Fusion, Language, Signal

if TYPE_CHECKING:
    from services.matcher.scoring.learned import LearnedModel

Scores = npt.NDArray[np.float64]
Precision = TypeVar("Precision", np.float32, np.float64)


COSTS = frozenset({Signal.UNKNOWN_RULES, Signal.ALREADY_BACKED})
"""Signals that speak against a pair: of these more is worse, of all others never."""


class Reading(StrEnum):
    """How well the model's similarities can be trusted for a pair of languages."""

    READ = "read"
    """Both texts are in a language of the model."""
    ACROSS = "across"
    """The texts differ in language, and the model does not read both."""
    UNREAD = "unread"
    """Both texts are in one language that the model does not know."""


MEANING_KEPT: Mapping[Reading, float] = {Reading.READ: 1.0, Reading.ACROSS: 0.2, Reading.UNREAD: 0.4}
"""Share of the weight of `meaning` that stays with it; the rest goes to `words`, or `focus` (docs/experiments.md)."""


def reading(first: Language, second: Language, model_languages: frozenset[Language]) -> Reading:
    """What the model makes of a pair of languages."""
    if {first, second} <= model_languages:
        return Reading.READ
    return Reading.UNREAD if first is second else Reading.ACROSS


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How much a signal counts, by which transform, and which value in [0, 1] stands in where it is missing."""

    weight: float
    neutral: float = 0.0
    half: float | None = None
    """Where given, a value v counts as v (1 + half) / (v + half): small values count more, 0 and 1 stay."""

    def transformed(self, value: npt.NDArray[Precision]) -> npt.NDArray[Precision]:
        """The value as it counts, in its own precision."""
        if self.half is None:
            return value
        counted: npt.NDArray[Precision] = value * (1 + self.half) / (value + self.half)
        return counted


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectedPolicy:
    """The weights of one directed score; the positive ones add up to 1."""

    signals: Mapping[Signal, Weight]

    def with_signals(self, **changed: Weight | None) -> Self:
        """The same with some signals changed, by name, or taken out where None."""
        named = {signal.value: weight for signal, weight in self.signals.items()} | changed
        return replace(self, signals={Signal(name): weight for name, weight in named.items() if weight is not None})

    def scaled(self) -> Self:
        """The same with the positive weights scaled so that they add up to 1."""
        total = sum(weight.weight for weight in self.signals.values() if weight.weight > 0)
        scaled = {
            signal: replace(weight, weight=weight.weight / total) if weight.weight > 0 else weight
            for signal, weight in self.signals.items()
        }
        return replace(self, signals=scaled)

    def weights(self, texts: Reading) -> dict[Signal, float]:
        """Weight by signal for a pair of languages: what the model cannot read is left to the words, or focus."""
        weights = {signal: weight.weight for signal, weight in self.signals.items()}
        moved = (1 - MEANING_KEPT[texts]) * weights.get(Signal.MEANING, 0.0)
        heir = next((signal for signal in (Signal.WORDS, Signal.FOCUS) if signal in weights), None)
        if moved and heir is not None:
            weights[Signal.MEANING] -= moved
            weights[heir] += moved
        return weights


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionChoice:
    """How two directed scores become one: the function, and the weight of the side named first."""

    fusion: Fusion = Fusion.HARMONIC
    first: Kind | None = None
    """The needing kind that `first_weight` belongs to; None where both sides weigh the same."""
    first_weight: float = 0.5
    is_one_sided: bool = False
    """Only the asking side's score counts: what one-sided rankings do, for comparison."""

    def forward_weight(self, subject: Kind) -> float:
        """Weight of the subject's own directed score."""
        if self.is_one_sided:
            return 1.0
        if self.first is None:
            return 0.5
        return self.first_weight if subject is self.first else 1 - self.first_weight


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingPolicy:
    """Everything that decides a ranking; the same pair has the same two directed scores whoever asks."""

    revision: str
    base: DirectedPolicy
    directed: Mapping[tuple[Kind, Kind], DirectedPolicy] = field(default_factory=dict)
    """By (who needs, who offers); the base serves the others."""
    fusion: FusionChoice = FusionChoice()
    fusions: Mapping[frozenset[Kind], FusionChoice] = field(default_factory=dict)
    """By pair of kinds; `fusion` serves the others."""
    learned: Mapping[frozenset[Kind], "LearnedModel"] = field(default_factory=dict)
    """By pair of kinds: a model that orders those whom the readable weights bring forward."""
    floor: float = 0.3
    """Nothing below this calibrated score is returned."""
    floor_across: float = 0.1
    """The floor between languages of which the model does not read both: what fits scores lower there."""
    medium: float = 0.45
    """From here on a score is of the medium band."""
    high: float = 0.65
    """From here on a score is of the high band."""

    def needs_of(self, needing: Kind, offering: Kind) -> DirectedPolicy:
        """How well an offer of one kind serves the needs of another."""
        return self.directed.get((needing, offering), self.base)

    def floor_of(self, texts: Reading) -> float:
        """The floor for a pair of languages."""
        return self.floor_across if texts is Reading.ACROSS else self.floor

    def learned_of(self, subject: Kind, target: Kind) -> "LearnedModel | None":
        """The learned model of a pair of kinds, if the policy names one."""
        return self.learned.get(frozenset((subject, target)))

    def fusion_of(self, subject: Kind, target: Kind) -> FusionChoice:
        """How the two directed scores of a pair become one."""
        return self.fusions.get(frozenset((subject, target)), self.fusion)
