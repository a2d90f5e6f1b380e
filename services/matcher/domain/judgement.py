"""One rule judged on one profile, with what was asked and what was found: what explanations are made of; pure."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.matcher.domain.attributes import FOREVER, REGION_LEVELS, Attributes, region_path
from services.matcher.domain.profile_rules import SourcedRule
from services.matcher.domain.region_keys import region_keys
from services.matcher.domain.truth import FAIL, PASS, UNKNOWN, truth_word
from shared.contracts.explanations import Truth
from shared.contracts.rules import (
    After,
    And,
    AtLeast,
    AtMost,
    Before,
    Condition,
    In,
    Leaf,
    Not,
    NotIn,
    NumberLeaf,
    OpenOn,
    Or,
    Overlaps,
    Range,
    Within,
)

Value = str | float | date | None
"""A word, a place as `country/province/city/district`, a number, a day; None where a bound is open."""
_day = date.fromordinal
_NOWHERE = ("",) * len(REGION_LEVELS)
_OPPOSITE = {Truth.FAIL: Truth.PASS, Truth.UNKNOWN: Truth.UNKNOWN, Truth.PASS: Truth.FAIL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One condition without parts, and what it said."""

    condition: Leaf
    truth: Truth
    """The condition's own answer, before any `not` above it."""
    is_negated: bool
    """An odd number of `not` stands above it."""
    attribute: str
    """The attribute's name on the wire; `region` of `within`, `open` of `open_on`."""
    asked: tuple[Value, ...]
    """The values; of numbers and days both bounds."""
    found: tuple[Value, ...]
    """The same of the profile; empty where unknown."""

    @property
    def effect(self) -> Truth:
        """The answer as the rule takes it: the opposite under an odd number of `not`."""
        return _OPPOSITE[self.truth] if self.is_negated else self.truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A rule's answer on one profile, and what it stands on."""

    rule: SourcedRule
    applies: bool
    """False where the profile is of a kind that the rule is not asked of; it passes then."""
    truth: Truth
    findings: tuple[Finding, ...]
    """In the order of the rule; empty where it does not apply."""

    @property
    def deciding(self) -> tuple[Finding, ...]:
        """The findings that say what the whole rule says: what would have to change, or to become known."""
        return tuple(finding for finding in self.findings if finding.effect is self.truth)


def judge(rule: SourcedRule, attributes: Attributes) -> Judgement:
    """What the rule says of a profile with these attributes."""
    applies_to = rule.rule.applies_to
    if applies_to and attributes.kind not in applies_to:
        return Judgement(rule=rule, applies=False, truth=Truth.PASS, findings=())
    return Judgement(
        rule=rule,
        applies=True,
        truth=truth_word(condition_truth(rule.rule.condition, attributes)),
        findings=tuple(_findings(rule.rule.condition, attributes, is_negated=False)),
    )


def condition_truth(condition: Condition, attributes: Attributes) -> int:
    """A condition's answer for one profile: 0, 1 or 2."""
    match condition:
        case And(conditions=conditions):
            return min(condition_truth(part, attributes) for part in conditions)
        case Or(conditions=conditions):
            return max(condition_truth(part, attributes) for part in conditions)
        case Not(condition=part):
            return PASS - condition_truth(part, attributes)
        case _:
            return _leaf_truth(condition, attributes)


def _findings(condition: Condition, attributes: Attributes, *, is_negated: bool) -> Iterator[Finding]:
    match condition:
        case And(conditions=conditions) | Or(conditions=conditions):
            for part in conditions:
                yield from _findings(part, attributes, is_negated=is_negated)
        case Not(condition=part):
            yield from _findings(part, attributes, is_negated=not is_negated)
        case _:
            name, asked, found = _compared(condition, attributes)
            truth = truth_word(_leaf_truth(condition, attributes))
            yield Finding(
                condition=condition, truth=truth, is_negated=is_negated, attribute=name, asked=asked, found=found
            )


def _leaf_truth(leaf: Leaf, attributes: Attributes) -> int:
    match leaf:
        case In() | NotIn() | Overlaps():
            return _word_truth(leaf, attributes.words.get(leaf.attribute, frozenset()))
        case Range() | AtLeast() | AtMost():
            return _number_truth(bounds_of(leaf), attributes.numbers.get(leaf.attribute))
        case Before() | After():
            before = _before(leaf.day.toordinal(), attributes.dates.get(leaf.attribute))
            return before if isinstance(leaf, Before) else PASS - before
        case Within(region=region):
            asked = region_keys(region_path(region))
            places = attributes.regions or (_NOWHERE,)
            return max(_agreement(asked, region_keys(place)) for place in places)
        case OpenOn(day=day):
            return PASS if attributes.open_from <= day.toordinal() <= attributes.open_until else FAIL


def _word_truth(leaf: In | NotIn | Overlaps, known: frozenset[str]) -> int:
    if not known:
        return UNKNOWN
    values = {value.lower() for value in leaf.values}
    match leaf:
        case In():
            return PASS if known <= values else FAIL
        case NotIn():
            return PASS if known.isdisjoint(values) else FAIL
        case Overlaps():
            return FAIL if known.isdisjoint(values) else PASS


def bounds_of(leaf: NumberLeaf) -> tuple[float, float]:
    """The least and the most that a condition on a number lets through, both included."""
    match leaf:
        case Range(minimum=minimum, maximum=maximum):
            return (-math.inf if minimum is None else minimum, math.inf if maximum is None else maximum)
        case AtLeast(value=value):
            return (value, math.inf)
        case AtMost(value=value):
            return (-math.inf, value)


def _number_truth(asked: tuple[float, float], known: tuple[float, float] | None) -> int:
    if known is None:
        return UNKNOWN
    return PASS if known[1] >= asked[0] and known[0] <= asked[1] else FAIL


def _before(day: int, known: tuple[int, int] | None) -> int:
    if known is None or known[0] < day <= known[1]:
        return UNKNOWN
    return PASS if known[1] < day else FAIL


def _agreement(asked: Sequence[str], place: Sequence[str]) -> int:
    levels = [(wanted, own) for wanted, own in zip(asked, place, strict=True) if wanted and wanted != own]
    if any(own for _, own in levels):
        return FAIL
    return UNKNOWN if levels else PASS


def _compared(leaf: Leaf, attributes: Attributes) -> tuple[str, tuple[Value, ...], tuple[Value, ...]]:
    """The attribute's name, what is asked of it and what is known of it."""
    match leaf:
        case In() | NotIn() | Overlaps():
            return leaf.attribute, leaf.values, tuple(sorted(attributes.words.get(leaf.attribute, ())))
        case Range() | AtLeast() | AtMost():
            known = attributes.numbers.get(leaf.attribute)
            return leaf.attribute, _finite(bounds_of(leaf)), _finite(known or ())
        case Before() | After():
            asked = (None, leaf.day) if isinstance(leaf, Before) else (leaf.day, None)
            return leaf.attribute, asked, tuple(map(_day, attributes.dates.get(leaf.attribute, ())))
        case Within(region=region):
            return (
                "region",
                (_place(region.model_dump(exclude_none=True).values()),),
                tuple(map(_place, attributes.regions)),
            )
        case OpenOn(day=day):
            first, last = attributes.open_from, attributes.open_until
            return "open", (day,), (_day(first) if first else None, _day(last) if last < FOREVER else None)


def _finite(bounds: Sequence[float]) -> tuple[float | None, ...]:
    return tuple(bound if math.isfinite(bound) else None for bound in bounds)


def _place(path: Iterable[str]) -> str:
    return "/".join(name for name in path if name)
