"""Every signal of one subject against rows of a segment, in both directions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.domain.record_statistics import RecordStatistics
from services.matcher.domain.truth import Counts
from services.matcher.matching.eligible import Eligible
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.chance import Chance
from services.matcher.retrieval.dense import FloatVector, Rows
from services.matcher.retrieval.legs import WordLegs, Words, similarities
from services.matcher.retrieval.segment import Segment
from services.matcher.scoring.directed import Measured, Signals
from services.matcher.scoring.features import structured_signals
from services.matcher.scoring.policy import Reading, reading
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Language, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What the model makes of a subject's language with each of the two languages of the targets."""

    chinese: Reading
    english: Reading
    scales: Mapping[Language, float]
    """By target language: the cosine of random pairs, which counts as no likeness."""
    records: dict[Kind, RecordStatistics] = field(repr=False)

    def of(self, is_chinese: bool) -> Reading:
        """For one target."""
        return self.chinese if is_chinese else self.english

    def masks(self, chinese: Mask) -> dict[Reading, Mask]:
        """Targets by reading; only readings that occur, where there are targets."""
        if self.chinese is self.english or chinese.all():
            return {self.chinese: np.ones(len(chinese), dtype=bool)}
        if not chinese.any():
            return {self.english: np.ones(len(chinese), dtype=bool)}
        return {self.chinese: chinese, self.english: ~chinese}

    def meaning(self, cosines: FloatVector, chinese: Mask) -> FloatVector:
        """Share of the way from the cosine of random pairs to 1, in [0, 1]."""
        in_chinese, in_english = (np.float32(self.scales[one]) for one in (Language.CHINESE, Language.ENGLISH))
        none = np.where(chinese, in_chinese, in_english) if chinese.any() else in_english
        shares: FloatVector = np.clip((cosines - none) / (1 - none), 0, 1)
        return shares


def readings_of(subject: Language, model_languages: frozenset[Language], chance: Chance) -> Readings:
    """How to read similarities between a subject and targets of either language."""
    return Readings(
        chinese=reading(subject, Language.CHINESE, model_languages),
        english=reading(subject, Language.ENGLISH, model_languages),
        scales={target: chance.random_cosine(subject, target) for target in Language},
        records=chance.records,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSignals:
    """Signals of a subject and some rows: its needs against their offers, and their needs against its offer."""

    rows: Rows = field(repr=False)
    forward: Signals
    backward: Signals

    def with_more(self, forward: Signals, backward: Signals) -> "PairSignals":
        """The same with further signals, which take the place of those of their name."""
        if not forward and not backward:
            return self
        return replace(self, forward={**self.forward, **forward}, backward={**self.backward, **backward})


def text_signals(words: Words, meaning: FloatVector, cosines: FloatVector) -> dict[Signal, Measured]:
    """The text signals of one direction."""
    return {
        Signal.WORDS: Measured(raw=words.held, value=words_value(words.held)),
        Signal.FOCUS: Measured(raw=words.asked, value=words_value(words.asked)),
        Signal.MEANING: Measured(raw=cosines, value=meaning),
    }


Cosines = tuple[FloatVector, FloatVector]
"""Of the subject's needs to the offers, and of its offer to the needs."""


def measure(
    subject: Subject,
    eligible: Eligible,
    words: WordLegs,
    rows: Rows,
    target_kind: Kind,
    readings: Readings,
    as_of: date | None,
    cosines: Cosines | None = None,
) -> PairSignals:
    """All signals of rows of one kind, exactly; a row's values do not depend on which others are measured with it.

    Given bounds of the rows' `cosines` instead, what the signals can be at most.
    """
    segment: Segment = eligible.segment
    chinese = segment.chinese[rows]
    to_offer, to_need = cosines or similarities(subject.texts, segment.aspects, rows)
    structured = structured_signals(subject.entry.facts, segment.facts, rows, readings.records, target_kind, as_of)
    forward = text_signals(_rows_of(words.forward, rows), readings.meaning(to_offer, chinese), to_offer)
    backward = text_signals(_rows_of(words.backward, rows), readings.meaning(to_need, chinese), to_need)
    return PairSignals(
        rows=rows,
        forward={**forward, **structured.forward, Signal.UNKNOWN_RULES: _unknown(eligible.unknown_of_subject[rows])},
        backward={**backward, **structured.backward, Signal.UNKNOWN_RULES: _unknown(eligible.unknown_of_targets[rows])},
    )


def words_value(shares: FloatVector) -> FloatVector:
    """A share s of telling words on the scale of a signal, 2 s / (1 + s): a text rarely says half of another's."""
    values: FloatVector = 2 * shares / (1 + shares)
    return values


def _rows_of(words: Words, rows: Rows) -> Words:
    return Words(held=words.held[rows], asked=words.asked[rows])


def _unknown(counts: Counts) -> Measured:
    """1 - 1 / (1 + unanswered rules): the first costs most."""
    raw = counts.astype(np.float32)
    return Measured(raw=raw, value=raw / (raw + 1))
