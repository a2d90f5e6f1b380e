"""The pool that is scored in full: every eligible document that can still be among the best, and no more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.matching.eligible import Eligible
from services.matcher.matching.measuring import Readings, text_signals
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.dense import FloatVector, Nearest, Rows
from services.matcher.retrieval.legs import NearestRows, WordLegs, Words, nearest_rows, word_legs
from services.matcher.retrieval.segment import Segment
from services.matcher.scoring.bounds import Upper
from services.matcher.scoring.pairing import Pairing, TextValues
from services.matcher.scoring.policy import Scores
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal

_NEAREST = 256
"""How many nearest documents the dense leg lists at least: more of them leave fewer to check by their words."""
_ROUNDING = 1e-5
"""Bounds are computed in single precision."""


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


def run_legs(subject: Subject, eligible: Eligible, limit: int) -> Legs:
    """Words of every document, and the nearest by meaning."""
    aspects = eligible.segment.aspects
    return Legs(
        eligible=eligible,
        words=word_legs(subject.texts, aspects),
        nearest=nearest_rows(subject.texts, aspects, eligible.mask, max(_NEAREST, 2 * limit)),
    )


UpperOf = Callable[[Segment, Kind], Upper]
"""Bounds of a segment's structured signals for targets of a kind."""


def draw_pool(
    legs: Sequence[Legs],
    pairings: dict[Kind, Pairing],
    readings: Readings,
    score: Score,
    upper_of: UpperOf,
    limit: int,
) -> list[Rows]:
    """Rows of each segment that can be among the best `limit`.

    Fagin's threshold argument: what is not among the nearest is no nearer than the last of them, its words are known,
    and so is what its structured signals can be at most. So its best possible score is known too, and whatever stays
    below the `limit`-th best score among the nearest cannot enter.
    """
    threshold = _nth_best([score(leg.eligible, leg.words, leg.rows) for leg in legs], limit)
    return [_possible(leg, pairings, readings, upper_of, threshold) for leg in legs]


def _possible(
    legs: Legs, pairings: dict[Kind, Pairing], readings: Readings, upper_of: UpperOf, threshold: float
) -> Rows:
    mask, segment = legs.eligible.mask, legs.eligible.segment
    if threshold == -np.inf or not mask.any():
        return np.flatnonzero(mask)
    can_enter = np.zeros(len(mask), dtype=bool)
    for kind, pairing in pairings.items():
        of_kind = mask & segment.attributes.kind_mask([kind])
        if of_kind.any():
            can_enter |= of_kind & (_bounds(legs, pairing, readings, upper_of(segment, kind)) >= threshold)
    can_enter[legs.rows] = mask[legs.rows]
    return np.flatnonzero(can_enter)


def _bounds(legs: Legs, pairing: Pairing, readings: Readings, upper: Upper) -> Scores:
    """No document that is not among the nearest scores more than this, (size,)."""
    segment = legs.eligible.segment
    masks = readings.masks(segment.chinese)
    forward = _text_scores(legs.words.forward, legs.nearest.forward, readings, segment.chinese)
    backward = _text_scores(legs.words.backward, legs.nearest.backward, readings, segment.chinese)
    texts = TextValues(forward=forward, backward=backward)
    return pairing.upper_scores(texts, upper, masks, segment.size) + _ROUNDING


def _text_scores(words: Words, nearest: Nearest, readings: Readings, chinese: Mask) -> dict[Signal, FloatVector]:
    upper = np.empty(len(chinese), dtype=np.float32)
    upper[:] = nearest.upper
    signals = text_signals(words, readings.meaning(upper, chinese), upper)
    return {signal: measured.value for signal, measured in signals.items()}


def _nth_best(scores: Sequence[Scores], count: int) -> float:
    """The `count`-th best score found; -inf where there are fewer."""
    found = np.concatenate(scores) if scores else np.empty(0)
    return float(np.partition(found, -count)[-count]) if len(found) >= count else -np.inf
