"""A condition in words, and what would make it hold where it does not; pure."""

from collections.abc import Iterator, Sequence

from services.matcher.domain.judgement import Finding, bounds_of
from services.matcher.domain.vocabulary import Names
from services.matcher.explain.attribute_names import (
    REGION,
    attribute_names,
    bounds_named,
    place_named,
    words_named,
)
from services.matcher.explain.names import joined
from shared.contracts.explanations import Truth
from shared.contracts.kinds import Kind
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
    OpenOn,
    Or,
    Overlaps,
    Range,
    Within,
)

_ALL_OF, _ONE_OF = (" and ", "且"), (" or ", "或")
_STRENGTH = (Truth.FAIL, Truth.UNKNOWN, Truth.PASS)


def condition_named(condition: Condition, kind: Kind) -> Names:
    """What a condition asks of a profile of that kind."""
    match condition:
        case And(conditions=parts):
            return _list(parts, kind, _ALL_OF)
        case Or(conditions=parts):
            return _list(_telling(parts), kind, _ONE_OF)
        case Not(condition=part):
            inner = condition_named(part, kind)
            return Names(f"not ({inner.en})", f"并非（{inner.zh}）")
        case _:
            return leaf_named(condition, kind)


def _list(parts: Sequence[Condition], kind: Kind, words: tuple[str, str]) -> Names:
    return _together([_bracketed(part, kind, is_alone=len(parts) == 1) for part in parts], words)


def _bracketed(part: Condition, kind: Kind, *, is_alone: bool) -> Names:
    names = condition_named(part, kind)
    if is_alone or not isinstance(part, And | Or):
        return names
    return Names(f"({names.en})", f"（{names.zh}）")


def _telling(parts: Sequence[Condition]) -> Sequence[Condition]:
    """Without a `not_in` beside an `overlaps` of the same attribute: it lets pass what names nothing else."""
    named = {part.attribute for part in parts if isinstance(part, Overlaps)}
    return [part for part in parts if not (isinstance(part, NotIn) and part.attribute in named)]


def leaf_named(leaf: Leaf, kind: Kind) -> Names:
    """A condition without parts: the attribute and what it should be."""
    if isinstance(leaf, OpenOn):
        return Names(f"open on {leaf.day}", f"在{leaf.day}仍有效")
    name = attribute_names(REGION if isinstance(leaf, Within) else leaf.attribute, kind)
    asked = _asked(leaf)
    return Names(f"{name.en} {asked.en}", f"{name.zh}{asked.zh}")


def _asked(leaf: Leaf) -> Names:
    match leaf:
        case In() | NotIn() | Overlaps():
            return _words_asked(leaf)
        case Range() | AtLeast() | AtMost():
            return bounds_named(leaf.attribute, bounds_of(leaf))
        case Within(region=region):
            levels = (region.country, region.province, region.city, region.district)
            place = place_named("/".join(level for level in levels if level))
            return Names(f"in {place.en or 'any place'}", f"在{place.zh or '任意地区'}")
        case Before(day=day):
            return Names(f"before {day}", f"早于{day}")
        case After(day=day):
            return Names(f"on or after {day}", f"不早于{day}")
        case OpenOn(day=day):
            return Names(f"on {day}", f"在{day}")


def _words_asked(leaf: In | NotIn | Overlaps) -> Names:
    words = words_named(leaf.attribute, leaf.values)
    match leaf:
        case In():
            return Names(f"only {words.en}", f"仅限{words.zh}")
        case NotIn():
            return Names(f"none of {words.en}", f"不含{words.zh}")
        case Overlaps():
            return Names(f"including one of {words.en}", f"含{words.zh}之一") if len(leaf.values) > 1 else words


def mending(condition: Condition, findings: Sequence[Finding], kind: Kind) -> Names:
    """What would make a failing condition hold: all of what `and` lacks, any one of what `or` lacks."""
    names = _mend(condition, iter(findings), kind, is_negated=False)[1]
    return names or condition_named(condition, kind)


def _mend(
    condition: Condition, findings: Iterator[Finding], kind: Kind, *, is_negated: bool
) -> tuple[Truth, Names | None]:
    """The condition's answer under the `not` above it, and what would turn a `fail`; takes its findings in order."""
    match condition:
        case Not(condition=part):
            return _mend(part, findings, kind, is_negated=not is_negated)
        case And(conditions=parts) | Or(conditions=parts):
            mended = [_mend(part, findings, kind, is_negated=is_negated) for part in parts]
            needs_all = isinstance(condition, And) is not is_negated
            strength = (min if needs_all else max)(_STRENGTH.index(truth) for truth, _ in mended)
            texts = [names for truth, names in mended if truth is Truth.FAIL and names]
            return _STRENGTH[strength], _together(texts, _ALL_OF if needs_all else _ONE_OF) if texts else None
        case _:
            finding = next(findings)
            return finding.effect, _leaf_mend(finding, kind) if finding.effect is Truth.FAIL else None


def _together(texts: Sequence[Names], words: tuple[str, str]) -> Names:
    return joined(dict.fromkeys(texts), most=4, english=words[0], chinese=words[1])


def _leaf_mend(finding: Finding, kind: Kind) -> Names:
    leaf = finding.condition
    if finding.is_negated:
        asked = leaf_named(leaf, kind)
        return Names(f"no longer {asked.en}", f"不再满足“{asked.zh}”")
    match leaf:
        case Range() | AtLeast() | AtMost():
            return _nearer(leaf, finding, kind)
        case NotIn(values=values):
            found = {str(word) for word in finding.found}
            words = words_named(leaf.attribute, [value for value in values if value.lower() in found])
            name = attribute_names(leaf.attribute, kind)
            return Names(f"{name.en} without {words.en}", f"{name.zh}不含{words.zh}")
        case _:
            return leaf_named(leaf, kind)


def _nearer(leaf: Range | AtLeast | AtMost, finding: Finding, kind: Kind) -> Names:
    """Raised to the lower bound, or lowered to the upper one."""
    name, (lower, upper) = attribute_names(leaf.attribute, kind), bounds_of(leaf)
    highest = finding.found[1] if len(finding.found) > 1 else None
    if isinstance(highest, int | float) and highest < lower:
        bound = bounds_named(leaf.attribute, (lower, lower))
        return Names(f"{name.en} raised to {bound.en}", f"{name.zh}提高到{bound.zh}")
    bound = bounds_named(leaf.attribute, (upper, upper))
    return Names(f"{name.en} lowered to {bound.en}", f"{name.zh}降低到{bound.zh}")
