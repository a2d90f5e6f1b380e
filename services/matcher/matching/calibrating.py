"""Pairings with their calibration: what each pair of kinds scores by chance in the served corpus."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

import numpy as np

from services.matcher.matching.eligible import Eligible
from services.matcher.matching.measuring import PairSignals, Readings, measure, readings_of
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.chance import Chance
from services.matcher.retrieval.dense import Rows
from services.matcher.retrieval.legs import subject_words, word_legs
from services.matcher.retrieval.segment import IndexedDocument, Segment
from services.matcher.scoring.bounds import RecordColumns, record_columns
from services.matcher.scoring.calibration import Calibration
from services.matcher.scoring.directed import directed_scores
from services.matcher.scoring.pairing import Pairing
from services.matcher.scoring.policy import RankingPolicy, Scores
from services.matcher.scoring.rescoring import Rescoring
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Fusion, Language

_SUBJECTS = 30
_UNCALIBRATED = Calibration(median=0.5, top=1.0)
_FusedOf = Callable[[PairSignals, Readings, Segment], Scores]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingBook:
    """Pairings under one policy on one base; calibrated when first asked for."""

    chance: Chance
    policy: RankingPolicy
    model_languages: frozenset[Language]
    _calibrations: dict[tuple[frozenset[Kind], Fusion], Calibration] = field(default_factory=dict, repr=False)
    _learned: dict[frozenset[Kind], Calibration] = field(default_factory=dict, repr=False)
    _records: dict[int, tuple[Segment, dict[Kind, RecordColumns]]] = field(default_factory=dict, repr=False)
    """By the segment's identity; the segment is held so that no other takes its place."""
    _turn: Lock = field(default_factory=Lock, repr=False)

    def record_columns(self, segment: Segment) -> dict[Kind, RecordColumns]:
        """What the records of a segment say whoever asks; kept for the two segments that are served."""
        kept = self._records.get(id(segment))
        if kept is None:
            with self._turn:
                while len(self._records) > 1:
                    del self._records[next(iter(self._records))]
                of_kind = {kind: segment.attributes.kind_mask([kind]) for kind in Kind}
                found = record_columns(segment.facts, of_kind, self.chance.records)
                kept = self._records[id(segment)] = (segment, found)
        return kept[1]

    def pairing(self, subject: Kind, target: Kind, fusion: Fusion | None = None) -> Pairing:
        """How a subject of one kind is matched with targets of another; `fusion` instead of the policy's."""
        choice = self.policy.fusion_of(subject, target)
        used = fusion or choice.fusion
        key = (frozenset((subject, target)), used)
        calibration = self._calibrations.get(key)
        if calibration is None:
            with self._turn:
                calibration = self._calibrations.setdefault(key, self._calibrate(subject, target, used))
        return self._pairing(subject, target, used, calibration)

    def rescoring(self, subject: Kind, target: Kind, fusion: Fusion | None = None) -> Rescoring | None:
        """The learned model of a pair, if the policy has one; a fusion that is asked for is one of readable scores."""
        model = self.policy.learned_of(subject, target) if fusion is None else None
        if model is None:
            return None
        calibration = self._learned.get(model.kinds)
        if calibration is None:
            first, second = sorted((subject, target))
            uncalibrated = Rescoring(model=model, calibration=_UNCALIBRATED, asking=first)
            with self._turn:
                calibration = self._learned.setdefault(
                    model.kinds, self._beside_chance(first, second, partial(_rescored, uncalibrated))
                )
        return Rescoring(model=model, calibration=calibration, asking=subject)

    def _pairing(self, subject: Kind, target: Kind, fusion: Fusion, calibration: Calibration) -> Pairing:
        return Pairing(
            forward=self.policy.needs_of(subject, target),
            backward=self.policy.needs_of(target, subject),
            fusion=fusion,
            forward_weight=self.policy.fusion_of(subject, target).forward_weight(subject),
            calibration=calibration,
        )

    def _calibrate(self, subject: Kind, target: Kind, fusion: Fusion) -> Calibration:
        """From the same random pairs whichever side asks."""
        first, second = sorted((subject, target))
        pairing = self._pairing(first, second, fusion, _UNCALIBRATED)
        return self._beside_chance(first, second, partial(_fused, pairing))

    def _beside_chance(self, first: Kind, second: Kind, fused_of: _FusedOf) -> Calibration:
        asking, asked = self._rows(first), self._rows(second)
        chosen = asking[np.linspace(0, len(asking) - 1, min(_SUBJECTS, len(asking))).astype(int)]
        scores = [self._random_scores(int(row), asked[asked != row], second, fused_of) for row in chosen]
        return Calibration.of(np.concatenate([np.empty(0), *scores]))

    def _rows(self, kind: Kind) -> Rows:
        return np.flatnonzero(self.chance.sample.attributes.kind_mask([kind]))

    def _random_scores(self, row: int, targets: Rows, kind: Kind, fused_of: _FusedOf) -> Scores:
        sample = self.chance.sample
        subject = segment_subject(sample, row)
        readings = readings_of(subject.entry.language, self.model_languages, self.chance)
        words = word_legs(subject_words(subject.texts, sample.aspects), sample.aspects)
        signals = measure(subject, _unjudged(sample), words, targets, kind, readings, None)
        return fused_of(signals, readings, sample)


def fused_scores(signals: PairSignals, pairing: Pairing, readings: Readings, segment: Segment) -> Scores:
    """Fused, uncalibrated scores of measured rows."""
    masks = readings.masks(segment.chinese[signals.rows])
    size = len(signals.rows)
    return pairing.fused(
        directed_scores(signals.forward, pairing.forward, masks, size),
        directed_scores(signals.backward, pairing.backward, masks, size),
    )


def _fused(pairing: Pairing, signals: PairSignals, readings: Readings, segment: Segment) -> Scores:
    return fused_scores(signals, pairing, readings, segment)


def _rescored(rescoring: Rescoring, signals: PairSignals, readings: Readings, segment: Segment) -> Scores:  # noqa: ARG001
    return rescoring.fused(signals.forward, signals.backward, len(signals.rows))


def segment_subject(segment: Segment, row: int) -> Subject:
    """A document as a subject."""
    document = IndexedDocument(entry=segment.entries[row], texts=segment.aspects.texts(row))
    return Subject(profile_id=document.entry.profile_id, entry=document.entry, texts=document.texts)


def _unjudged(segment: Segment) -> Eligible:
    """Chance knows no rules."""
    none = np.zeros(segment.size, dtype=np.int16)
    return Eligible(
        segment=segment,
        reachable=np.ones(segment.size, dtype=bool),
        failed=none,
        unknown_of_subject=none,
        unknown_of_targets=none,
    )
