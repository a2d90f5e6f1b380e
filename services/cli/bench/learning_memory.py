"""What the platform learns from a made-up market's feedback: by the product's own code."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from services.cli.bench.learning_people import People, Side, fails
from services.cli.bench.learning_round import Played, Present
from services.cli.bench.market import Mask, Matrix
from services.matcher.domain.profile_rules import SourcedRule
from services.matcher.introductions.steps import IntroductionSteps
from services.matcher.judgments.answers import acceptances, responses
from services.matcher.judgments.event import Event
from services.matcher.priors.expected import NOTHING_EXPECTED, Expected, expected
from services.matcher.scoring.directed import FloatVector, Measured, directed_scores
from services.matcher.scoring.policy import DirectedPolicy, Reading, Weight
from services.matcher.scoring.reciprocal import fuse
from services.matcher.suggestions.candidates import Candidates
from services.matcher.suggestions.finding import SPEAKING_REASONS, Counterpart, found_rule
from services.matcher.suggestions.verdicts import verdicts_of
from shared.contracts.explanations import RuleSource
from shared.contracts.feedback import FeedbackType
from shared.contracts.rules import Rule
from shared.contracts.vocabularies import Fusion, Signal

_SUPPRESSING = (FeedbackType.DISMISSED, FeedbackType.DECLINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """Which of the ways of learning are on."""

    suppression: bool = False
    rules: bool = False
    priors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How the platform takes what it learned."""

    acceptance: float = 0.1
    responsiveness: float = 0.1
    """Of a directed score, where priors are on."""
    taken: float = 0.7
    """Share of suggested rules that their owners put into their profile; the others are suggested again later."""


@dataclass(slots=True, kw_only=True)
class Memory:
    """All that is known of the rounds so far."""

    people: People
    lessons: Lessons
    weights: Weights
    seed: tuple[int, ...]
    events: list[Event] = field(default_factory=list)
    introductions: list[IntroductionSteps] = field(default_factory=list)
    rules: dict[str, list[Rule]] = field(default_factory=dict)
    """By owner: stated from the beginning, or suggested and taken."""
    gone: Mask = field(init=False)
    """(side a, side b): pairs that are not to be shown again."""
    shut: Mask = field(init=False)
    """(side a, side b): pairs that a rule of either side refuses."""
    acceptance: Expected = NOTHING_EXPECTED
    responsiveness: Expected = NOTHING_EXPECTED
    suggested: int = 0
    taken: int = 0
    wrong: int = 0
    """Rules taken that would refuse somebody whom their owner wants."""

    def __post_init__(self) -> None:
        self.gone = np.zeros(self.people.forward.shape, dtype=bool)
        self.shut = np.zeros_like(self.gone)
        stated = np.random.default_rng((*self.seed, 1))
        for side in (self.people.a, self.people.b):
            for person, limits in enumerate(side.limits):
                for _, rule in limits:
                    if stated.random() < self.people.settings.stated:
                        self._add(side, person, rule)

    def scores(self) -> Matrix:
        """Fused scores over everybody, 0 for pairs that must not be shown."""
        a, b = self._known(self.people.a), self._known(self.people.b)
        shape = self.people.forward.shape
        forward = self._directed(self.people.forward, [np.broadcast_to(one, shape) for one in b])
        backward = self._directed(self.people.backward, [np.broadcast_to(one[:, None], shape) for one in a])
        fused: Matrix = fuse(forward, backward, Fusion.HARMONIC).reshape(shape)
        return np.where(self.gone | self.shut, 0.0, fused)

    def learn(self, played: Played, present: tuple[Present, Present], number: int) -> None:
        """Take in what came of a round."""
        self.events += played.events
        self.introductions += played.introductions
        for a, b in played.met:
            self.gone[a, b] = True  # who has met is not introduced again, whatever is learned
        if self.lessons.suppression:
            self._suppress(played)
        if self.lessons.rules:
            self._suggest(present, number)
        if self.lessons.priors:
            cells = {
                profile_id: cells
                for side in (self.people.a, self.people.b)
                for profile_id, cells in zip(side.ids, side.cells, strict=True)
            }
            self.acceptance = expected(acceptances(self.events), cells)
            self.responsiveness = expected(responses(self.introductions), cells)

    def _known(self, side: Side) -> tuple[FloatVector, FloatVector]:
        acceptance, responsiveness = (
            np.array([of.of(one, cells) for one, cells in zip(side.ids, side.cells, strict=True)], dtype=np.float32)
            for of in (self.acceptance, self.responsiveness)
        )
        return acceptance, responsiveness

    def _directed(self, chances: Matrix, known: list[FloatVector]) -> Matrix:
        """By the product's weighing: texts and facts as one signal, and the priors of whoever is proposed."""
        acceptance, responsiveness = self.weights.acceptance, self.weights.responsiveness
        values = dict(zip((Signal.ACCEPTANCE, Signal.RESPONSIVENESS), known, strict=True))
        measured = {Signal.MEANING: chances.astype(np.float32), **values}
        policy = DirectedPolicy(signals={Signal.MEANING: Weight(weight=1)})
        if self.lessons.priors:
            policy = DirectedPolicy(
                signals={
                    Signal.MEANING: Weight(weight=1 - acceptance - responsiveness),
                    Signal.ACCEPTANCE: Weight(weight=acceptance, neutral=0.5),
                    Signal.RESPONSIVENESS: Weight(weight=responsiveness, neutral=0.5),
                }
            )
        flat = {name: Measured(raw=one.ravel(), value=one.ravel()) for name, one in measured.items()}
        size = chances.size
        return directed_scores(flat, policy, {Reading.READ: np.ones(size, dtype=bool)}, size)

    def _suppress(self, played: Played) -> None:
        place_a = {profile_id: number for number, profile_id in enumerate(self.people.a.ids)}
        place_b = {profile_id: number for number, profile_id in enumerate(self.people.b.ids)}
        for event in played.events:
            if event.type in _SUPPRESSING:
                a, b = sorted((event.subject_id, event.target_id))
                self.gone[place_a[a], place_b[b]] = True

    def _suggest(self, present: tuple[Present, Present], number: int) -> None:
        luck = np.random.default_rng((*self.seed, 2, number))
        about = defaultdict[str, list[Event]](list)
        for event in self.events:
            about[event.subject_id].append(event)
            about[event.target_id].append(event)
        for side, other, here, there in (
            (self.people.a, self.people.b, present[0], present[1]),
            (self.people.b, self.people.a, present[1], present[0]),
        ):
            for person in here.tolist():
                for rule in self._found(side, other, person, there, about[side.ids[person]]):
                    self.suggested += 1
                    if luck.random() < self.weights.taken:
                        self.taken += 1
                        self.wrong += bool((fails(rule, other) & self._wanted(side, person))[there].any())
                        self._add(side, person, rule)

    def _found(self, side: Side, other: Side, person: int, there: Present, events: list[Event]) -> Iterator[Rule]:
        verdicts = verdicts_of(side.ids[person], events)
        place = {profile_id: number for number, profile_id in enumerate(other.ids)}
        welcome = [self._counterpart(other, place[one]) for one in sorted(verdicts.welcome)]
        shut = self.shut[person] if side is self.people.a else self.shut[:, person]
        open_to = np.zeros(len(other.ids), dtype=bool)
        open_to[there] = True
        candidates = Candidates([(other.table, open_to & ~shut)])
        for reason in SPEAKING_REASONS:
            declined = [self._counterpart(other, place[one]) for one, why in verdicts.refused.items() if why is reason]
            own = [SourcedRule(rule=rule, source=RuleSource.DECLARED) for rule in self.rules.get(side.ids[person], ())]
            found = found_rule(other.attributes[0].kind, reason, declined, welcome, own, candidates)
            if found is not None:
                yield found.rule

    def _counterpart(self, side: Side, person: int) -> Counterpart:
        return Counterpart(profile_id=side.ids[person], attributes=side.attributes[person])

    def _wanted(self, side: Side, person: int) -> Mask:
        wanted: Mask = self.people.a_wants_b[person] if side is self.people.a else self.people.b_wants_a[:, person]
        return wanted

    def _add(self, side: Side, person: int, rule: Rule) -> None:
        self.rules.setdefault(side.ids[person], []).append(rule)
        if side is self.people.a:
            self.shut[person] |= fails(rule, self.people.b)
        else:
            self.shut[:, person] |= fails(rule, self.people.a)
