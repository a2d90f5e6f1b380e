"""The rules of many profiles compiled so that all of them judge one counterpart at once; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from services.matcher.domain.attributes import Attributes
from services.matcher.domain.rule_leaves import Ids, LeafBlock, LeafKey, leaf_blocks, leaf_key
from services.matcher.domain.truth import FAIL, PASS, UNKNOWN, RuleCounts, Truths
from shared.contracts.kinds import Kind
from shared.contracts.rules import And, Condition, Leaf, Not, Or, Rule

_KIND_BITS: Mapping[Kind, int] = {kind: 1 << place for place, kind in enumerate(Kind)}
_EVERY_KIND = sum(_KIND_BITS.values())


@dataclass(frozen=True, slots=True)
class InnerConditions:
    """Conditions of one operator and one height; the parts of each stand together from its start."""

    operator: str
    ids: Ids
    parts: Ids
    starts: Ids

    def judge(self, truths: Truths) -> None:
        """Fill in from the truths of the parts."""
        of_parts = truths[self.parts]
        match self.operator:
            case "and":
                truths[self.ids] = np.minimum.reduceat(of_parts, self.starts)
            case "or":
                truths[self.ids] = np.maximum.reduceat(of_parts, self.starts)
            case _:
                truths[self.ids] = PASS - of_parts


@dataclass(frozen=True, slots=True)
class AskedOfKind:
    """The rules that are asked of one kind, by row."""

    rows: Ids
    """(m,) the row of each rule."""
    conditions: Ids
    """(m,) the number of each rule's condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """All rules of a segment's documents, equal conditions once."""

    size: int
    condition_count: int
    leaves: tuple[LeafBlock, ...] = field(repr=False)
    inner: tuple[InnerConditions, ...] = field(repr=False)
    """Lower ones first."""
    asked: Mapping[Kind, AskedOfKind] = field(repr=False)

    def judge(self, subject: Attributes) -> RuleCounts:
        """How many of each row's rules the subject fails, or may fail; rows without rules have 0."""
        asked = self.asked[subject.kind]
        failed, unknown = np.zeros(self.size, dtype=np.int16), np.zeros(self.size, dtype=np.int16)
        if len(asked.rows):
            answers = self._truths(subject)[asked.conditions]
            np.add.at(failed, asked.rows[answers == FAIL], np.int16(1))
            np.add.at(unknown, asked.rows[answers == UNKNOWN], np.int16(1))
        return RuleCounts(failed=failed, unknown=unknown)

    def _truths(self, subject: Attributes) -> Truths:
        truths = np.empty(self.condition_count, dtype=np.int8)
        for block in self.leaves:
            truths[block.ids] = block.judge(subject)
        for inner in self.inner:
            inner.judge(truths)
        return truths


def rule_book(documents: Sequence[Attributes]) -> RuleBook:
    """The rules of the documents, in their order."""
    numbers = _Numbers()
    asked = [
        (row, *numbers.of_rule(sourced.rule))
        for row, document in enumerate(documents)
        if document.rules
        for sourced in document.rules
    ]
    table = np.array(asked, dtype=np.intp).reshape(-1, 3)
    return RuleBook(
        size=len(documents),
        condition_count=len(numbers.heights),
        leaves=leaf_blocks(numbers.leaves.items()),
        inner=tuple(numbers.inner_conditions()),
        asked={kind: _asked_of_kind(table, bit) for kind, bit in _KIND_BITS.items()},
    )


def _asked_of_kind(table: npt.NDArray[np.intp], bit: int) -> AskedOfKind:
    """`table` holds row, condition and bits of the kinds."""
    rows, conditions, kinds = table.T
    applies = (kinds & bit) != 0
    return AskedOfKind(rows[applies], conditions[applies])


class _Numbers:
    """Gives every distinct condition a number, parts before the whole."""

    def __init__(self) -> None:
        self.leaves: dict[LeafKey, int] = {}
        self.heights: list[int] = []
        self._inner: dict[tuple[str, tuple[int, ...]], int] = {}
        self._rules: dict[int, tuple[int, int]] = {}

    def of_rule(self, rule: Rule) -> tuple[int, int]:
        """The number of its condition, and the bits of the kinds it is asked of."""
        known = self._rules.get(id(rule))  # Many documents share one rule object.
        if known is None:
            kinds = sum(_KIND_BITS[kind] for kind in set(rule.applies_to)) or _EVERY_KIND
            known = self._rules[id(rule)] = (self._of(rule.condition), kinds)
        return known

    def inner_conditions(self) -> Iterable[InnerConditions]:
        """Conditions with parts by height and operator."""
        grouped: dict[tuple[int, str], list[tuple[int, tuple[int, ...]]]] = {}
        for (operator, parts), number in self._inner.items():
            grouped.setdefault((self.heights[number], operator), []).append((number, parts))
        for (_, operator), members in sorted(grouped.items(), key=lambda group: group[0]):
            sizes = np.array([len(parts) for _, parts in members])
            yield InnerConditions(
                operator=operator,
                ids=np.array([number for number, _ in members]),
                parts=np.concatenate([np.array(parts) for _, parts in members]),
                starts=np.cumsum(sizes) - sizes,
            )

    def _of(self, condition: Condition) -> int:
        match condition:
            case And(conditions=conditions) | Or(conditions=conditions):
                return self._of_parts(condition.op, tuple(sorted({self._of(part) for part in conditions})))
            case Not(condition=part):
                return self._of_parts("not", (self._of(part),))
            case _:
                return self._of_leaf(condition)

    def _of_parts(self, operator: str, parts: tuple[int, ...]) -> int:
        if (operator, parts) not in self._inner:
            self._inner[operator, parts] = self._next(1 + max(self.heights[part] for part in parts))
        return self._inner[operator, parts]

    def _of_leaf(self, leaf: Leaf) -> int:
        key = leaf_key(leaf)
        if key not in self.leaves:
            self.leaves[key] = self._next(0)
        return self.leaves[key]

    def _next(self, height: int) -> int:
        self.heights.append(height)
        return len(self.heights) - 1
