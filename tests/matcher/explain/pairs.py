"""Parties, directions and judged rules for tests of explanations."""

from collections.abc import Mapping, Sequence

from services.matcher.domain.attributes import profile_attributes
from services.matcher.domain.facts import profile_facts
from services.matcher.domain.judgement import judge
from services.matcher.domain.profile_rules import request_rules
from services.matcher.domain.texts import profile_texts
from services.matcher.explain.party import Direction, OwnedJudgement, Party
from services.matcher.scoring.directed import Directed, SignalPart
from services.matcher.scoring.policy import DirectedPolicy, Weight
from shared.contracts.explanations import Side
from shared.contracts.profiles import Profile
from shared.contracts.rules import Rule
from shared.contracts.vocabularies import Language, Signal


def make_party(profile: Profile, side: Side = Side.SUBJECT, language: Language = Language.ENGLISH) -> Party:
    """One side of a pair."""
    return Party(
        side=side,
        facts=profile_facts(profile),
        attributes=profile_attributes(profile, language),
        language=language,
        read_texts=lambda: profile_texts(profile),
    )


def make_part(signal: Signal, value: float | None, weight: float = 0.1, raw: float | None = None) -> SignalPart:
    """A signal's part; missing where the value is None, with a neutral value of nought."""
    is_missing = value is None
    return SignalPart(
        signal=signal,
        raw=None if is_missing else (value if raw is None else raw),
        value=value or 0.0,
        is_missing=is_missing,
        weight=weight,
    )


def make_direction(*parts: SignalPart, neutral: float = 0.0) -> Direction:
    """A directed score of these parts."""
    weights = {part.signal: Weight(weight=part.weight, neutral=neutral) for part in parts}
    return Direction(directed=Directed(parts=parts), policy=DirectedPolicy(signals=weights))


def of_values(values: Mapping[Signal, float | None]) -> Direction:
    """A directed score of signals of equal weight."""
    return make_direction(*(make_part(signal, value) for signal, value in values.items()))


NO_SIGNALS = make_direction()


def judged(rules: Sequence[Rule], judged_party: Party, owner: Side = Side.REQUEST) -> list[OwnedJudgement]:
    """Rules judged on one party."""
    return [
        OwnedJudgement(owner=owner, judgement=judge(rule, judged_party.attributes)) for rule in request_rules(rules)
    ]


def own_judgements(owner: Party, other: Party) -> list[OwnedJudgement]:
    """The owner's own rules judged on the other side."""
    return [
        OwnedJudgement(owner=owner.side, judgement=judge(rule, other.attributes)) for rule in owner.attributes.rules
    ]
