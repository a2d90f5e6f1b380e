"""The tightest simple rule that separates what was declined for a reason from what was welcome; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.matcher.domain.attributes import Attributes
from services.matcher.domain.judgement import condition_truth, judge
from services.matcher.domain.profile_rules import SourcedRule
from services.matcher.domain.truth import FAIL, PASS
from services.matcher.suggestions.candidates import Candidates
from services.matcher.suggestions.exclusions import places_out, words_out
from services.matcher.suggestions.thresholds import bounds_on
from shared.contracts.explanations import Truth
from shared.contracts.feedback import FeedbackReason
from shared.contracts.kinds import Kind
from shared.contracts.rules import Condition, NumberAttribute, Rule, SetAttribute

_Reason, _Number = FeedbackReason, NumberAttribute
MINIMUM_SUPPORT = 3
MOST_TAKEN_AWAY = 0.8
"""A rule that takes away more than this share of who may be proposed now is a change of mind, and no rule."""
_NUMBERS: Mapping[FeedbackReason, tuple[NumberAttribute, ...]] = {
    _Reason.WRONG_STAGE: (_Number.TRL,),
    _Reason.AMOUNT_DOES_NOT_FIT: (_Number.AMOUNT_USD,),
    _Reason.REQUIREMENT_NOT_MET: (
        _Number.TRL,
        _Number.AMOUNT_USD,
        _Number.TEAM_SIZE,
        _Number.CAPACITY,
        _Number.TRACK_RECORD,
    ),
}
_WORDS: Mapping[FeedbackReason, SetAttribute] = {
    _Reason.WRONG_STAGE: SetAttribute.STAGE,
    _Reason.WRONG_SECTOR: SetAttribute.SECTOR,
}
SPEAKING_REASONS = (*_NUMBERS, _Reason.WRONG_SECTOR, _Reason.WRONG_REGION)
"""Reasons that a rule may stand on, in the order in which suggestions are made."""
_NAMING = frozenset(SPEAKING_REASONS) - {_Reason.REQUIREMENT_NOT_MET}
"""Reasons that say which attribute was wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """Somebody whom the owner has given its word on."""

    profile_id: str
    attributes: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRule:
    """A rule that would have spared its owner some refusals."""

    rule: Rule
    kind: Kind
    """Of the counterparts that it is asked of."""
    reason: FeedbackReason
    shut_out: tuple[str, ...]
    """Ids of the declined that it fails: its support."""
    declined: int
    """Of that kind, for that reason, and past the rules that the owner has already."""
    kept: int
    """Welcome ones of that kind; it fails none of them."""
    candidates: int
    taken_away: int
    """Of the candidates."""


def found_rule(
    kind: Kind,
    reason: FeedbackReason,
    declined: Sequence[Counterpart],
    welcome: Sequence[Counterpart],
    own_rules: Iterable[SourcedRule],
    candidates: Candidates,
    *,
    minimum: int = MINIMUM_SUPPORT,
) -> FoundRule | None:
    """The rule for one kind and reason; None where none stands on `minimum` refusals.

    Of two, the one that fails more of the declined, then the one that takes fewer candidates away: so the bound stands
    where the declined end, and not where the welcome begin. What the owner's rules fail already supports nothing, so a
    rule as strict as one of them is never found.
    """
    rules = tuple(own_rules)
    left = [one for one in declined if not any(judge(rule, one.attributes).truth is Truth.FAIL for rule in rules)]
    if len(left) < minimum:
        return None
    bad, good, size = [one.attributes for one in left], [one.attributes for one in welcome], candidates.size
    found = [
        (condition, out, away)
        for condition in _conditions(reason, bad, good, minimum, candidates)
        if len(out := _failed(condition, left)) >= minimum
        and _is_safe(condition, good, reason, minimum)
        and (away := candidates.taken_away(condition)) <= MOST_TAKEN_AWAY * size
    ]
    if not found:
        return None
    condition, shut_out, taken_away = min(found, key=lambda one: (-len(one[1]), one[2]))
    return FoundRule(
        rule=Rule(condition=condition, applies_to=(kind,)),
        kind=kind,
        reason=reason,
        shut_out=shut_out,
        declined=len(left),
        kept=len(good),
        candidates=size,
        taken_away=taken_away,
    )


def _conditions(
    reason: FeedbackReason,
    declined: Sequence[Attributes],
    welcome: Sequence[Attributes],
    minimum: int,
    candidates: Candidates,
) -> Iterator[Condition]:
    for number in _NUMBERS.get(reason, ()):
        yield from bounds_on(number, declined, welcome)
    if reason in _WORDS:
        yield from words_out(_WORDS[reason], declined, welcome, minimum, candidates.taken_away)
    if reason is FeedbackReason.WRONG_REGION:
        yield from places_out(declined, welcome, minimum, candidates.taken_away)


def _failed(condition: Condition, counterparts: Iterable[Counterpart]) -> tuple[str, ...]:
    return tuple(sorted(one.profile_id for one in counterparts if condition_truth(condition, one.attributes) == FAIL))


def _is_safe(condition: Condition, welcome: Sequence[Attributes], reason: FeedbackReason, minimum: int) -> bool:
    """No welcome one fails; and where the reason names no attribute, as many pass as a rule must stand on.

    Else the three latest refusals alone would give a bound on anything.
    """
    truths = [condition_truth(condition, one) for one in welcome]
    return FAIL not in truths and (reason in _NAMING or truths.count(PASS) >= minimum)
