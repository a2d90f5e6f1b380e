"""The pool that is scored in full: every eligible document that can still be among the best, and no more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.matching.eligible import Eligible
from services.matcher.matching.measuring import Readings, text_signals
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.dense import FloatVector, Nearest, Rows
from services.matcher.retrieval.legs import NearestRows, SubjectWords, WordLegs, Words, nearest_rows, word_legs
from services.matcher.retrieval.segment import Segment
from services.matcher.scoring.bounds import Upper
from services.matcher.scoring.pairing import Bounds, Pairing, TextValues
from services.matcher.scoring.policy import Scores
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal

_SEEDS = 64
"""How many of the most promising are scored first: their scores say who else can still enter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Legs:
    """Both legs of one segment."""

    eligible: Eligible
    words: WordLegs
    nearest: NearestRows

    @property
    def rows(self) -> Rows:
        """The nearest in either direction, ascending."""
        return np.union1d(self.nearest.forward.rows, self.nearest.backward.rows)


Score = Callable[[Eligible, WordLegs, Rows], Scores]
"""Exact scores of some rows."""
UpperOf = Callable[[Segment, Kind], Upper]
"""Bounds of a segment's structured signals for targets of a kind."""


def run_legs(subject: Subject, words: SubjectWords, eligible: Eligible, limit: int) -> Legs:
    """Words of every document, and the nearest by meaning."""
    aspects = eligible.segment.aspects
    return Legs(
        eligible=eligible,
        words=word_legs(words, aspects),
        nearest=nearest_rows(subject.texts, aspects, eligible.mask, max(_SEEDS, 2 * limit)),
    )


def draw_pool(
    legs: Sequence[Legs],
    pairings: dict[Kind, Pairing],
    readings: Readings,
    score: Score,
    upper_of: UpperOf,
    limit: int,
) -> list[Rows]:
    """Rows of each segment that can be among the best `limit`.

    Fagin's threshold argument: of every document the words are known, of its meaning and its structured signals what
    they can be at most. So its best possible score is known too. The most promising are scored first; whatever stays
    below the `limit`-th best score among them cannot enter.
    """
    bounded = [_bounded(leg, pairings, readings, upper_of) for leg in legs]
    seeds = [_seeds(leg, kinds, max(_SEEDS, 2 * limit)) for leg, kinds in zip(legs, bounded, strict=True)]
    scores = [score(leg.eligible, leg.words, rows) for leg, rows in zip(legs, seeds, strict=True)]
    threshold = _nth_best(scores, limit)
    return [_possible(leg, kinds, threshold) for leg, kinds in zip(legs, bounded, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bounded:
    """The eligible documents of one kind in one segment, and what they can score at most."""

    mask: Mask
    bounds: Bounds
    mean: FloatVector


def _bounded(legs: Legs, pairings: dict[Kind, Pairing], readings: Readings, upper_of: UpperOf) -> list[_Bounded]:
    segment = legs.eligible.segment
    texts = _texts(legs, readings)
    found = []
    for kind, pairing in pairings.items():
        mask = legs.eligible.mask & segment.attributes.kind_mask([kind])
        if mask.any():
            bounds = pairing.bounds(texts, upper_of(segment, kind), readings.masks(segment.chinese), segment.size)
            found.append(_Bounded(mask=mask, bounds=bounds, mean=bounds.mean()))
    return found


def _seeds(legs: Legs, kinds: Sequence[_Bounded], count: int) -> Rows:
    """The most promising of each kind, and the nearest where a mask left only a bound of the others."""
    rows = [legs.rows]
    for one in kinds:
        promise = np.where(one.mask, one.mean, np.float32(-1))
        least = np.partition(promise, -count)[-count] if len(promise) > count else np.float32(0)
        rows.append(np.flatnonzero(promise >= max(least, np.float32(0)))[: 4 * count])
    return np.unique(np.concatenate(rows))


def _possible(legs: Legs, kinds: Sequence[_Bounded], threshold: float) -> Rows:
    mask = legs.eligible.mask
    if threshold == -np.inf:
        return np.flatnonzero(mask)
    can_enter = np.zeros(len(mask), dtype=bool)
    for one in kinds:
        can_enter |= one.mask & one.bounds.can_reach(threshold, one.mean)
    nearest = legs.rows
    can_enter[nearest] = mask[nearest]  # of those the bound of the others does not hold
    return np.flatnonzero(can_enter)


def _texts(legs: Legs, readings: Readings) -> TextValues:
    """Values of the texts both ways; where the same comparisons serve both they are not made again."""
    words, nearest, chinese = legs.words, legs.nearest, legs.eligible.segment.chinese
    forward = _text_values(words.forward, nearest.forward, readings, chinese)
    if words.backward.held is not words.forward.asked or nearest.backward is not nearest.forward:
        backward = _text_values(words.backward, nearest.backward, readings, chinese)
    else:
        backward = {
            Signal.WORDS: forward[Signal.FOCUS],
            Signal.FOCUS: forward[Signal.WORDS],
            Signal.MEANING: forward[Signal.MEANING],
        }
    return TextValues(forward=forward, backward=backward)


def _text_values(words: Words, nearest: Nearest, readings: Readings, chinese: Mask) -> dict[Signal, FloatVector]:
    upper = np.empty(len(chinese), dtype=np.float32)
    upper[:] = nearest.upper
    signals = text_signals(words, readings.meaning(upper, chinese), upper)
    return {signal: measured.value for signal, measured in signals.items()}


def _nth_best(scores: Sequence[Scores], count: int) -> float:
    """The `count`-th best score found; -inf where there are fewer."""
    found = np.concatenate(scores) if scores else np.empty(0)
    return float(np.partition(found, -count)[-count]) if len(found) >= count else -np.inf
