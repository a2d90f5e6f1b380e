"""Which documents are measured in full: every one that can still be among the best, and hardly any other."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.matching.eligible import Eligible
from services.matcher.matching.measuring import Cosines, PairSignals, Readings, text_signals
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.dense import FloatVector, Nearest, Rows
from services.matcher.retrieval.legs import NearestRows, SubjectWords, WordLegs, Words, nearest_rows, word_legs
from services.matcher.retrieval.segment import Segment
from services.matcher.scoring.bounds import Upper
from services.matcher.scoring.pairing import Pairing, TextValues
from services.matcher.scoring.policy import Scores
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal

_SEEDS = 64
"""How many of the most promising are measured first: their scores say who else can still enter."""
_ASIDE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="words")
"""Compares words while the vectors are read."""


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

    def cosines(self, rows: Rows) -> Cosines:
        """Bounds of the cosines of rows that are not among the nearest."""
        size = self.eligible.segment.size
        return _upper(self.nearest.forward, size)[rows], _upper(self.nearest.backward, size)[rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRows:
    """Rows of one kind in one segment with their scores."""

    eligible: Eligible
    kind: Kind
    signals: PairSignals
    fused: Scores = field(repr=False)
    scores: Scores = field(repr=False)
    """Calibrated."""


Measure = Callable[[Legs, Rows, Kind], MeasuredRows]
"""Measures rows exactly."""
Bound = Callable[[Legs, Rows, Kind], Scores]
"""What rows can be fused to at most, by everything but the cosines, of which bounds are known."""
UpperOf = Callable[[Segment], Mapping[Kind, Upper]]
"""Bounds of a segment's structured signals for targets of each kind."""


def run_legs(subject: Subject, words: SubjectWords, eligible: Eligible, limit: int) -> Legs:
    """Words of every document, and the nearest by meaning."""
    aspects = eligible.segment.aspects
    aside = _ASIDE.submit(word_legs, words, aspects)
    nearest = nearest_rows(subject.texts, aspects, eligible.mask, max(_SEEDS, 2 * limit))
    # Where the other thread did not come to it meanwhile, nobody waits for it.
    found = word_legs(words, aspects) if aside.cancel() else aside.result()
    return Legs(eligible=eligible, words=found, nearest=nearest)


def measure_best(
    legs: Sequence[Legs],
    pairings: Mapping[Kind, Pairing],
    readings: Readings,
    upper_of: UpperOf,
    measure: Measure,
    bound: Bound,
    limit: int,
) -> list[MeasuredRows]:
    """Every row that is among the best `limit`, and some others, measured.

    Fagin's threshold argument: of every document the words are known, of its meaning and its structured signals what
    they can be at most. So its best possible score is known too. The most promising are measured first; whatever
    stays below the `limit`-th best score among them cannot enter. Of those that could, the structured signals are
    measured too, which rules out most of them before their vectors are read.
    """
    promising = [one for leg in legs for one in _promising(leg, pairings, readings, upper_of)]
    seeds = [measure(one.legs, one.seeds(max(_SEEDS, 2 * limit)), one.kind) for one in promising]
    threshold = nth_best(seeds, limit)
    late = []
    for one, seen in zip(promising, seeds, strict=True):
        enough = pairings[one.kind].enough(threshold)
        rows = one.others(seen.signals.rows, enough)
        if len(rows):
            rows = rows[bound(one.legs, rows, one.kind) >= enough]
        if len(rows):
            late.append(measure(one.legs, rows, one.kind))
    return [*seeds, *late]


def nth_best(measured: Sequence[MeasuredRows], count: int) -> float:
    """The `count`-th best score found; -inf where there are fewer."""
    found = np.concatenate([one.scores for one in measured]) if measured else np.empty(0)
    return float(np.partition(found, -count)[-count]) if len(found) >= count else -np.inf


def measured_rows(measured: Sequence[MeasuredRows], legs: Legs) -> Rows:
    """The measured rows of one segment."""
    found = [one.signals.rows for one in measured if one.eligible is legs.eligible]
    return np.concatenate([np.empty(0, dtype=np.int64), *found])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Promising:
    """The eligible documents of one kind in one segment, and what they can score at most."""

    legs: Legs
    kind: Kind
    mask: Mask
    promise: FloatVector
    """(size,); -1 where the mask is off."""

    def seeds(self, count: int) -> Rows:
        """The most promising, and the nearest where a mask left only a bound of the others; ascending."""
        nearest = self.legs.rows
        least = np.partition(self.promise, -count)[-count] if len(self.promise) > count else np.float32(0)
        most = np.flatnonzero(self.promise >= max(least, np.float32(0)))[: 4 * count]
        return np.union1d(nearest[self.mask[nearest]], most)

    def others(self, seeds: Rows, enough: float) -> Rows:
        """Those beside the seeds whose promise is enough; ascending."""
        rows = np.flatnonzero(self.promise >= max(enough, 0))
        return rows[~np.isin(rows, seeds, assume_unique=True)]


def _promising(legs: Legs, pairings: Mapping[Kind, Pairing], readings: Readings, upper_of: UpperOf) -> list[_Promising]:
    segment = legs.eligible.segment
    masks = {kind: legs.eligible.mask & segment.attributes.kind_mask([kind]) for kind in pairings}
    asked = [kind for kind, mask in masks.items() if mask.any()]
    texts, upper, found = _texts(legs, readings), upper_of(segment), []
    for kind in asked:
        promise = _promise(legs, texts, pairings[kind], upper[kind], readings)
        np.copyto(promise, np.float32(-1), where=~masks[kind])
        found.append(_Promising(legs=legs, kind=kind, mask=masks[kind], promise=promise))
    return found


def _promise(legs: Legs, texts: TextValues, pairing: Pairing, upper: Upper, readings: Readings) -> FloatVector:
    segment = legs.eligible.segment
    promise = pairing.promise(texts, upper, readings.masks(segment.chinese), segment.size)
    apart = segment.aspects.need_rows
    if legs.words.is_mirrored and len(apart):
        own = _two_way_texts(legs, apart, readings)
        promise[apart] = pairing.promise(own, upper.take(apart), readings.masks(segment.chinese[apart]), len(apart))
    return promise


def _texts(legs: Legs, readings: Readings) -> TextValues:
    """Values of the texts both ways; where the same comparisons serve both they are not made again.

    Then rows with needs of their own are looked at apart.
    """
    if not legs.words.is_mirrored:
        return _two_way_texts(legs, None, readings)
    forward = _text_values(legs.words.forward, legs.nearest.forward, None, readings, legs.eligible.segment.chinese)
    backward = {
        Signal.WORDS: forward[Signal.FOCUS],
        Signal.FOCUS: forward[Signal.WORDS],
        Signal.MEANING: forward[Signal.MEANING],
    }
    return TextValues(forward=forward, backward=backward)


def _two_way_texts(legs: Legs, rows: Rows | None, readings: Readings) -> TextValues:
    """Of some rows, or of all."""
    words, nearest, chinese = legs.words, legs.nearest, legs.eligible.segment.chinese
    return TextValues(
        forward=_text_values(words.forward, nearest.forward, rows, readings, chinese),
        backward=_text_values(words.backward, nearest.backward, rows, readings, chinese),
    )


def _text_values(
    words: Words, nearest: Nearest, rows: Rows | None, readings: Readings, chinese: Mask
) -> dict[Signal, FloatVector]:
    upper = _upper(nearest, len(chinese))
    if rows is not None:
        words, chinese, upper = Words(held=words.held[rows], asked=words.asked[rows]), chinese[rows], upper[rows]
    signals = text_signals(words, readings.meaning(upper, chinese), upper)
    return {signal: measured.value for signal, measured in signals.items()}


def _upper(nearest: Nearest, size: int) -> FloatVector:
    """One bound a row, (size,)."""
    return np.full(size, nearest.upper, dtype=np.float32) if isinstance(nearest.upper, float) else nearest.upper
