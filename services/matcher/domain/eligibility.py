"""Conditions and rules of one side judged over a whole table at once, before anything is scored; pure."""

from collections.abc import Sequence
from functools import reduce

import numpy as np

from services.matcher.domain.attributes import (
    AttributeTable,
    DateColumn,
    Mask,
    NumberColumn,
    RegionColumns,
    WordColumn,
    region_path,
)
from services.matcher.domain.judgement import bounds_of
from services.matcher.domain.profile_rules import SourcedRule
from services.matcher.domain.region_keys import region_keys
from services.matcher.domain.truth import FAIL, PASS, UNKNOWN, RuleCounts, Truths
from shared.contracts.kinds import Kind
from shared.contracts.parts import Region
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
    Rule,
    Within,
)


def eligible_rows(table: AttributeTable, kinds: Sequence[Kind], filters: Sequence[Condition]) -> Mask:
    """Rows of the kinds that are known to meet every filter; (size,)."""
    mask = table.kind_mask(kinds)
    for condition in filters:
        mask &= filter_mask(table, condition)
    return mask


def filter_mask(table: AttributeTable, condition: Condition) -> Mask:
    """Rows that are known to meet one filter, where `not_in` holds of what is unknown; (size,)."""
    mask: Mask = condition_truths(table, condition, is_filter=True) == PASS
    return mask


def count_rules(table: AttributeTable, rules: Sequence[SourcedRule]) -> RuleCounts:
    """How many of one side's rules each row fails, or may fail."""
    failed = np.zeros(table.size, dtype=np.int16)
    unknown = np.zeros(table.size, dtype=np.int16)
    for sourced in rules:
        truths = rule_truths(table, sourced.rule)
        failed += truths == FAIL
        unknown += truths == UNKNOWN
    return RuleCounts(failed=failed, unknown=unknown)


def rule_truths(table: AttributeTable, rule: Rule) -> Truths:
    """A rule's answer for every row; rows of other kinds pass; (size,)."""
    truths = condition_truths(table, rule.condition)
    if rule.applies_to:
        truths[~table.kind_mask(rule.applies_to)] = PASS
    return truths


def condition_truths(table: AttributeTable, condition: Condition, *, is_filter: bool = False) -> Truths:
    """A condition's answer for every row, in an array of its own; (size,)."""
    match condition:
        case And(conditions=conditions):
            return reduce(np.minimum, (condition_truths(table, part, is_filter=is_filter) for part in conditions))
        case Or(conditions=conditions):
            return reduce(np.maximum, (condition_truths(table, part, is_filter=is_filter) for part in conditions))
        case Not(condition=part):
            opposite: Truths = PASS - condition_truths(table, part, is_filter=is_filter)
            return opposite
        case NotIn(attribute=attribute, values=values):
            return _none_in(table.words[attribute], values, unknown=PASS if is_filter else UNKNOWN)
        case _:
            return _leaf_truths(table, condition)


def _leaf_truths(table: AttributeTable, leaf: Leaf) -> Truths:
    match leaf:
        case In() | NotIn() | Overlaps():
            return _word_truths(table.words[leaf.attribute], leaf)
        case Range() | AtLeast() | AtMost():
            return _number_truths(table.numbers[leaf.attribute], *bounds_of(leaf))
        case Before() | After():
            before = _before(table.dates[leaf.attribute], leaf.day.toordinal())
            return before if isinstance(leaf, Before) else PASS - before
        case Within(region=region):
            return _within(table.regions, region)
        case OpenOn(day=day):
            return _open_on(table, day.toordinal())


def _word_truths(column: WordColumn, leaf: In | NotIn | Overlaps) -> Truths:
    if isinstance(leaf, In):
        return _all_in(column, leaf.values)
    none_in = _none_in(column, leaf.values, unknown=UNKNOWN)
    return none_in if isinstance(leaf, NotIn) else PASS - none_in


def _none_in(column: WordColumn, values: Sequence[str], *, unknown: int) -> Truths:
    truths = PASS - column.unknown if unknown == UNKNOWN else np.full(len(column.unknown), PASS, dtype=np.int8)
    for rows in column.hits(values):
        truths[rows] = FAIL
    return truths


def _all_in(column: WordColumn, values: Sequence[str]) -> Truths:
    missing = column.counts.copy()
    for rows in column.hits(values):
        missing[rows] -= 1
    return np.where(missing == 0, np.int8(PASS) - column.unknown, np.int8(FAIL))


def _number_truths(column: NumberColumn, minimum: float, maximum: float) -> Truths:
    """Every comparison with NaN is false, so what is unknown adds up to 1."""
    reaches = column.upper >= minimum
    reaches &= column.lower <= maximum
    truths: Truths = reaches.view(np.int8) * np.int8(PASS)
    truths += column.unknown
    return truths


def _before(column: DateColumn, day: int) -> Truths:
    """Passes where all of the days are earlier, fails where none is."""
    truths: Truths = (column.upper < day).view(np.int8) + np.int8(UNKNOWN)
    truths -= (column.lower >= day).view(np.int8)
    return truths


def _within(columns: RegionColumns, region: Region) -> Truths:
    keys = region_keys(region_path(region))
    asked = [(level, columns.names.get((level, key), -1)) for level, key in enumerate(keys) if key]
    truths = _agreement(columns.first, asked)
    np.maximum.at(truths, columns.more_rows, _agreement(columns.more, asked))
    return truths


def _agreement(places: np.ndarray[tuple[int, ...], np.dtype[np.int32]], asked: Sequence[tuple[int, int]]) -> Truths:
    """How each place, a column, agrees with the names asked for: fails where one differs, unknown where one lacks."""
    truths = np.full(places.shape[1], PASS, dtype=np.int8)
    for level, name in asked:
        here = (places[level] == name).view(np.int8) * np.int8(PASS)
        here += (places[level] == 0).view(np.int8)
        np.minimum(truths, here, out=truths)
    return truths


def _open_on(table: AttributeTable, day: int) -> Truths:
    is_open = table.open_from <= day
    is_open &= table.open_until >= day
    truths: Truths = is_open.view(np.int8) * np.int8(PASS)
    return truths
