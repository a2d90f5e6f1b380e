"""The served ranking computed one pair at a time from its definition: the oracle of the pipeline's tests."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from services.matcher.domain.judgement import judge
from services.matcher.matching.eligible import Scope, subject_rules
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.segment import Entry, IndexedDocument
from services.matcher.scoring.calibration import Calibration
from services.matcher.scoring.policy import DirectedPolicy, RankingPolicy
from shared.contracts.explanations import Truth
from shared.contracts.profiles import Kind
from shared.contracts.rules import OpenOn
from shared.contracts.vocabularies import Fusion, Language, Signal, Visibility
from tests.matcher.plain_eligibility import passes
from tests.matcher.plain_facts import Values, plain_structured
from tests.matcher.plain_texts import PlainCollection, plain_text_values

CalibrationOf = Callable[[Kind, Kind], Calibration]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPair:
    """One pair, scored."""

    forward: float
    backward: float
    fused: float
    score: float
    forward_values: Values
    backward_values: Values


def plain_scores(
    subject: Subject,
    scope: Scope,
    collection: PlainCollection,
    policy: RankingPolicy,
    languages: frozenset[Language],
    calibration_of: CalibrationOf,
    fusion: Fusion | None = None,
) -> dict[str, PlainPair]:
    """Every eligible document, by profile id."""
    return {
        key: plain_pair(
            subject, one, scope, collection, policy, languages, calibration_of(subject.kind, _kind(one)), fusion
        )
        for key, one in collection.live.items()
        if plain_is_eligible(subject, one.entry, scope)
    }


def plain_is_eligible(subject: Subject, target: Entry, scope: Scope) -> bool:
    """Not oneself, not hidden, of a wanted kind, open, past every filter, and refused by no rule of either side."""
    profile = target.profile()
    if target.profile_id == subject.profile_id or profile.visibility is Visibility.HIDDEN:
        return False
    conditions = [*scope.filters, *([OpenOn(day=scope.as_of)] if scope.as_of else [])]
    if profile.kind not in scope.target_kinds or not all(passes(profile, target.language, one) for one in conditions):
        return False
    return Truth.FAIL not in [*_of_subject(subject, target, scope), *_of_target(subject, target)]


def _of_subject(subject: Subject, target: Entry, scope: Scope) -> list[Truth]:
    judged = [judge(rule, target.attributes) for rule in subject_rules(subject, scope)]
    return [one.truth for one in judged if one.applies]


def _of_target(subject: Subject, target: Entry) -> list[Truth]:
    judged = [judge(rule, subject.entry.attributes) for rule in target.attributes.rules]
    return [one.truth for one in judged if one.applies]


def plain_pair(
    subject: Subject,
    target: IndexedDocument,
    scope: Scope,
    collection: PlainCollection,
    policy: RankingPolicy,
    languages: frozenset[Language],
    calibration: Calibration,
    fusion: Fusion | None = None,
    *,
    is_judged: bool = True,
) -> PlainPair:
    """One pair; `is_judged=False` for random pairs, which know no rules."""
    forward, backward = plain_text_values(subject, target, collection)
    structured = plain_structured(subject.entry.facts, target.entry.facts, collection.records, scope.as_of)
    unknown = [0, 0]
    if is_judged:
        told = (_of_subject(subject, target.entry, scope), _of_target(subject, target.entry))
        unknown = [some.count(Truth.UNKNOWN) for some in told]
    forward |= structured[0] | {Signal.UNKNOWN_RULES: unknown[0] / (unknown[0] + 1)}
    backward |= structured[1] | {Signal.UNKNOWN_RULES: unknown[1] / (unknown[1] + 1)}
    spoken = (subject.entry.language, target.entry.language)
    needs, offers = subject.kind, _kind(target)
    scores = (
        _directed(forward, policy.needs_of(needs, offers), spoken, languages),
        _directed(backward, policy.needs_of(offers, needs), spoken, languages),
    )
    choice = policy.fusion_of(needs, offers)
    fused = _fuse(*scores, fusion or choice.fusion, choice.forward_weight(needs))
    return PlainPair(
        forward=scores[0],
        backward=scores[1],
        fused=fused,
        score=_calibrated(fused, calibration),
        forward_values=forward,
        backward_values=backward,
    )


def plain_calibration(
    collection: PlainCollection,
    policy: RankingPolicy,
    languages: frozenset[Language],
    kinds: tuple[Kind, Kind],
    fusion: Fusion,
) -> Calibration:
    """Median and 99th percentile of random pairs, for bases of at most 160 documents of a kind."""
    first, second = ([one for one in collection.base if _kind(one) is kind] for kind in sorted(kinds))
    asking = [first[int(place)] for place in np.linspace(0, len(first) - 1, min(30, len(first)))]
    nothing = Scope(target_kinds=kinds)
    flat = Calibration(median=0.5, top=1.0)
    fused = [
        plain_pair(as_subject(one), other, nothing, collection, policy, languages, flat, fusion, is_judged=False).fused
        for one in asking
        for other in second
        if other is not one
    ]
    median, top = np.quantile(fused, [0.5, 0.99]).tolist()
    median = min(max(median, 1e-3), 0.9)
    return Calibration(median=median, top=max(top, median + 0.02))


def as_subject(document: IndexedDocument) -> Subject:
    """A document that asks."""
    return Subject(profile_id=document.entry.profile_id, entry=document.entry, texts=document.texts)


def _kind(document: IndexedDocument) -> Kind:
    return document.entry.attributes.kind


def _directed(
    values: Values, policy: DirectedPolicy, spoken: tuple[Language, Language], languages: frozenset[Language]
) -> float:
    """Weighed and added.

    Where the model does not read both texts, most of `meaning` goes to `words`, else to `focus`: three fifths within a
    language, four fifths across.
    """
    weights = {signal: weight.weight for signal, weight in policy.signals.items()}
    heirs = [signal for signal in (Signal.WORDS, Signal.FOCUS) if signal in weights]
    if not set(spoken) <= languages and Signal.MEANING in weights and heirs:
        moved = (0.6 if spoken[0] is spoken[1] else 0.8) * weights[Signal.MEANING]
        weights[Signal.MEANING] -= moved
        weights[heirs[0]] += moved
    total = 0.0
    for signal, weight in policy.signals.items():
        value = values.get(signal)
        if value is not None and weight.half is not None:
            value = value * (1 + weight.half) / (value + weight.half)
        total += weights[signal] * (weight.neutral if value is None else value)
    return total


def _fuse(forward: float, backward: float, fusion: Fusion, weight: float) -> float:
    forward, backward = min(max(forward, 0.0), 1.0), min(max(backward, 0.0), 1.0)
    if fusion is Fusion.MINIMUM:
        return min(forward, backward)
    if fusion is Fusion.WEIGHTED:
        return weight * forward + (1 - weight) * backward
    if not forward or not backward:
        return 0.0
    if fusion is Fusion.PRODUCT:
        return float(forward**weight * backward ** (1 - weight))
    return 1 / (weight / forward + (1 - weight) / backward)


def _calibrated(fused: float, calibration: Calibration) -> float:
    """.1 at the median of random pairs, .55 at the best of a hundred."""
    if fused <= calibration.median:
        return 0.1 * fused / calibration.median
    z = (fused - calibration.median) / (calibration.top - calibration.median)
    return 0.1 + 0.9 * z / (1 + z)
