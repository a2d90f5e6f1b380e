"""The pipeline from a subject to its ranked matches: the file to read first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.matching.behaviour import NO_BEHAVIOUR, Behaviour
from services.matcher.matching.calibrating import PairingBook, fused_scores
from services.matcher.matching.eligible import Eligible, Scope, count_eligible, judge_eligibility
from services.matcher.matching.measuring import Cosines, PairSignals, Readings, measure, readings_of
from services.matcher.matching.pool import Legs, MeasuredRows, measure_best, measured_rows, nth_best, run_legs
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.dense import FloatVector, Rows
from services.matcher.retrieval.legs import SubjectWords, WordLegs, subject_words
from services.matcher.retrieval.segment import Entry, Segment
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.scoring.bounds import Upper, shared_values, upper_values
from services.matcher.scoring.directed import Directed, directed_parts
from services.matcher.scoring.learned import Learned
from services.matcher.scoring.pairing import Pairing
from services.matcher.scoring.policy import DirectedPolicy, Scores
from services.matcher.scoring.rescoring import Rescoring
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Fusion, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredMatch:
    """One counterpart with what its score is made of."""

    entry: Entry
    score: float
    """Calibrated, in [0, 1]."""
    fused: float
    forward: Directed
    backward: Directed
    learned: Learned | None = None
    """What a learned model's score is made of, where one decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Matches, best first, ties by profile id."""

    matches: tuple[ScoredMatch, ...]
    eligible: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A question on one snapshot: who may be proposed, and how they are scored."""

    scorer: "Scorer"
    eligible: Sequence[Eligible]
    words: SubjectWords
    """Weighed once for the whole snapshot: a pair compares alike whichever segment holds whom."""


def prepare(
    subject: Subject,
    scope: Scope,
    snapshot: Snapshot,
    book: PairingBook,
    fusion: Fusion | None = None,
    behaviour: Behaviour = NO_BEHAVIOUR,
) -> Prepared:
    """Judge the rules of both sides over the whole snapshot, and choose how each kind is scored."""
    return Prepared(
        scorer=Scorer(
            subject=subject,
            scope=scope,
            book=book,
            pairings={kind: book.pairing(subject.kind, kind, fusion) for kind in scope.target_kinds},
            behaviour=behaviour,
            readings=readings_of(subject.entry.language, book.model_languages, snapshot.chance),
            rescorings={
                kind: rescoring
                for kind in scope.target_kinds
                if (rescoring := book.rescoring(subject.kind, kind, fusion)) is not None
            },
        ),
        eligible=judge_eligibility(subject, scope, snapshot),
        words=subject_words(subject.texts, snapshot.base.aspects, snapshot.delta.aspects),
    )


def match(prepared: Prepared, limit: int) -> Ranking:
    """Rank the eligible targets for a subject, exactly."""
    matches = [one for part in by_ranking(prepared) for one in _best_of(part, limit)]
    return Ranking(matches=in_order(matches)[:limit], eligible=count_eligible(prepared.eligible))


def by_ranking(prepared: Prepared) -> list[Prepared]:
    """One question for all kinds with readable weights alone, and one for each kind that a learned model orders."""
    scorer = prepared.scorer
    if not scorer.rescorings:
        return [prepared]
    plain = {kind: pairing for kind, pairing in scorer.pairings.items() if kind not in scorer.rescorings}
    learned = [{kind: scorer.pairings[kind]} for kind in scorer.rescorings]
    return [_only(prepared, pairings) for pairings in (plain, *learned) if pairings]


def _only(prepared: Prepared, pairings: dict[Kind, Pairing]) -> Prepared:
    scorer = prepared.scorer
    rescorings = {kind: one for kind, one in scorer.rescorings.items() if kind in pairings}
    return replace(
        prepared,
        scorer=replace(scorer, pairings=pairings, rescorings=rescorings),
        eligible=[
            replace(one, reachable=one.reachable & one.segment.attributes.kind_mask(list(pairings)))
            for one in prepared.eligible
        ],
    )


def _best_of(prepared: Prepared, limit: int) -> list[ScoredMatch]:
    """The best under one ranking; of a learned model, the best of those that the readable weights bring forward."""
    scorer = prepared.scorer
    depth = max((one.model.depth for one in scorer.rescorings.values()), default=limit)
    legs = [run_legs(scorer.subject, prepared.words, one, depth) for one in prepared.eligible if one.mask.any()]
    measured = measure_best(
        legs, scorer.pairings, scorer.readings, scorer.upper, scorer.measured, scorer.fused_bound, depth
    )
    if scorer.rescorings:
        parts = [(leg.eligible, leg.words) for leg in legs]
        forward = scorer.brought_forward(parts, [measured_rows(measured, leg) for leg in legs], depth)
        measured = [one for part, rows in zip(parts, forward, strict=True) for one in scorer.final(*part, rows)]
    least = nth_best(measured, limit)
    return [one for rows in measured for one in scorer.matches(rows, np.flatnonzero(rows.scores >= least))]


def in_order(matches: Sequence[ScoredMatch]) -> tuple[ScoredMatch, ...]:
    """Best first, ties by profile id."""
    return tuple(sorted(matches, key=lambda one: (-one.score, one.entry.profile_id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorer:
    """Scores rows of a segment for one request."""

    subject: Subject
    scope: Scope
    book: PairingBook
    pairings: dict[Kind, Pairing]
    readings: Readings
    behaviour: Behaviour = NO_BEHAVIOUR
    rescorings: dict[Kind, Rescoring] = field(default_factory=dict)
    """Kinds whose final order a learned model decides."""

    def scores(self, eligible: Eligible, words: WordLegs, rows: Rows) -> Scores:
        """Calibrated scores of rows of the asked kinds under the readable weights, (len(rows),)."""
        scores = np.full(len(rows), -np.inf)
        for kind, of_kind in self._by_kind(eligible, rows):
            signals = self.measure(eligible, words, rows[of_kind], kind)
            _, scores[of_kind] = self._readable(signals, kind, eligible)
        return scores

    def measure(
        self, eligible: Eligible, words: WordLegs, rows: Rows, kind: Kind, cosines: Cosines | None = None
    ) -> PairSignals:
        """All signals of rows of one kind; with bounds of their `cosines` instead, what they can be at most."""
        signals = measure(self.subject, eligible, words, rows, kind, self.readings, self.scope.as_of, cosines)
        return signals.with_more(*self.behaviour.signals(eligible.segment, rows))

    def measured(self, legs: Legs, rows: Rows, kind: Kind) -> MeasuredRows:
        """Rows of one kind under the readable weights."""
        signals = self.measure(legs.eligible, legs.words, rows, kind)
        fused, scores = self._readable(signals, kind, legs.eligible)
        return MeasuredRows(eligible=legs.eligible, kind=kind, signals=signals, fused=fused, scores=scores)

    def fused_bound(self, legs: Legs, rows: Rows, kind: Kind) -> Scores:
        """What the readable weights can give rows of one kind at most, fused, without reading their vectors."""
        pairing, (to_offer, to_need) = self.pairings[kind], legs.cosines(rows)
        cosines = _counting_most(to_offer, pairing.forward), _counting_most(to_need, pairing.backward)
        return self._fused(self.measure(legs.eligible, legs.words, rows, kind, cosines), kind, legs.eligible)

    def final(self, eligible: Eligible, words: WordLegs, rows: Rows) -> list[MeasuredRows]:
        """Rows by whatever decides the order of their kinds."""
        found = []
        for kind, of_kind in self._by_kind(eligible, rows):
            signals = self.measure(eligible, words, rows[of_kind], kind)
            fused, scores = self._final(signals, kind, eligible)
            found.append(MeasuredRows(eligible=eligible, kind=kind, signals=signals, fused=fused, scores=scores))
        return found

    def scored_row(self, eligible: Eligible, words: WordLegs, row: int) -> ScoredMatch:
        """One row, eligible or not, with its contributions."""
        [measured] = self.final(eligible, words, np.array([row]))
        [scored] = self.matches(measured, np.array([0]))
        return scored

    def matches(self, measured: MeasuredRows, places: Rows) -> list[ScoredMatch]:
        """Some of the measured rows, with everything their scores are made of."""
        if not len(places):
            return []
        segment, pairing = measured.eligible.segment, self.pairings[measured.kind]
        signals, scores, fused = measured.signals, measured.scores, measured.fused
        rows = signals.rows[places].tolist()
        texts = [self.readings.of(bool(segment.chinese[row])) for row in rows]
        forward = directed_parts(signals.forward, pairing.forward, texts, places)
        backward = directed_parts(signals.backward, pairing.backward, texts, places)
        learned = self._learned(signals, measured.kind, places)
        return [
            ScoredMatch(
                entry=segment.entries[row],
                score=float(scores[place]),
                fused=float(fused[place]),
                forward=forward[number],
                backward=backward[number],
                learned=learned[number],
            )
            for number, (row, place) in enumerate(zip(rows, places.tolist(), strict=True))
        ]

    def brought_forward(
        self, parts: Sequence[tuple[Eligible, WordLegs]], pools: Sequence[Rows], depth: int
    ) -> list[Rows]:
        """Of pools that hold the best by the readable weights exactly the best `depth`, ties by profile id."""
        scores = [self.scores(*part, rows) for part, rows in zip(parts, pools, strict=True)]
        places = [
            (-score, part[0].segment.entries[row].profile_id, number, row)
            for number, (part, rows, found) in enumerate(zip(parts, pools, scores, strict=True))
            for row, score in zip(rows.tolist(), found.tolist(), strict=True)
        ]
        kept = sorted(places)[:depth]
        return [
            np.array(sorted(row for *_, of_part, row in kept if of_part == number), dtype=np.int64)
            for number in range(len(parts))
        ]

    def _final(self, signals: PairSignals, kind: Kind, eligible: Eligible) -> tuple[Scores, Scores]:
        """Fused and calibrated scores by whatever decides the order of the kind."""
        rescoring = self.rescorings.get(kind)
        if rescoring is None:
            return self._readable(signals, kind, eligible)
        fused = rescoring.fused(signals.forward, signals.backward, len(signals.rows))
        return fused, rescoring.calibration.scores(fused)

    def _readable(self, signals: PairSignals, kind: Kind, eligible: Eligible) -> tuple[Scores, Scores]:
        """Fused and calibrated scores under the readable weights."""
        fused = self._fused(signals, kind, eligible)
        return fused, self.pairings[kind].calibration.scores(fused)

    def _learned(self, signals: PairSignals, kind: Kind, places: Rows) -> Sequence[Learned | None]:
        rescoring = self.rescorings.get(kind)
        if rescoring is None:
            return [None] * len(places)
        model, size = rescoring.model, len(signals.rows)
        return model.explained(self.subject.kind, signals.forward, signals.backward, places.tolist(), size)

    def final_scores(self, eligible: Eligible, words: WordLegs, rows: Rows) -> Scores:
        """Calibrated scores of rows by whatever decides the order of their kinds, (len(rows),)."""
        scores = np.full(len(rows), -np.inf)
        for kind, of_kind in self._by_kind(eligible, rows):
            _, scores[of_kind] = self._final(self.measure(eligible, words, rows[of_kind], kind), kind, eligible)
        return scores

    def upper(self, segment: Segment) -> dict[Kind, Upper]:
        """What the structured signals of a segment's targets of each kind can be at most."""
        facts, records = self.subject.entry.facts, self.book.record_columns(segment)
        shared = shared_values(facts, segment.facts, self.scope.as_of)
        return {
            kind: self.behaviour.bounded(upper_values(facts, shared, records[kind], self.readings.records), segment)
            for kind in self.pairings
        }

    def _by_kind(self, eligible: Eligible, rows: Rows) -> Iterator[tuple[Kind, Mask]]:
        kinds = eligible.segment.attributes.kinds[rows]
        for code, kind in enumerate(Kind):
            of_kind = kinds == code
            if kind in self.pairings and of_kind.any():
                yield kind, of_kind

    def _fused(self, signals: PairSignals, kind: Kind, eligible: Eligible) -> Scores:
        return fused_scores(signals, self.pairings[kind], self.readings, eligible.segment)


def _counting_most(upper: FloatVector, policy: DirectedPolicy) -> FloatVector:
    """Cosines that meaning adds most at: the bounds, but where a policy makes it a cost, none at all."""
    weight = policy.signals.get(Signal.MEANING)
    return np.full_like(upper, -1) if weight is not None and weight.weight < 0 else upper
