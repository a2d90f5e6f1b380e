"""Random conditions, rules and rule sets of every operator, from the words that rich profiles draw from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from shared.contracts.kinds import Kind
from shared.contracts.parts import Region
from shared.contracts.rules import (
    After,
    And,
    AtLeast,
    AtMost,
    Before,
    Condition,
    DateAttribute,
    In,
    Leaf,
    Not,
    NotIn,
    NumberAttribute,
    OpenOn,
    Or,
    Overlaps,
    Range,
    Rule,
    SetAttribute,
    Within,
)
from shared.contracts.vocabularies import CompanyStage, Language, NeedType

T = TypeVar("T")
FIRST_DAY = date(2024, 1, 1)
DAYS = 1_000
WORDS: dict[SetAttribute, tuple[str, ...]] = {
    SetAttribute.SECTOR: ("Robotics", "Biotech", "新材料", "Energy", "AI", "Agriculture", "半导体", "Aerospace"),
    SetAttribute.KEYWORD: tuple(f"topic {number}" for number in range(30)),
    SetAttribute.STAGE: tuple(CompanyStage),
    SetAttribute.LANGUAGE: tuple(Language),
    SetAttribute.ORGANISATION: tuple(f"Fictional Company {number}" for number in range(80)),
    SetAttribute.SOURCE: ("bench", "elsewhere"),
    SetAttribute.NEED_TYPE: tuple(NeedType),
}
NUMBERS: dict[NumberAttribute, tuple[float, ...]] = {
    NumberAttribute.TRL: (1, 2, 3, 4, 5, 6, 7, 8, 9),
    NumberAttribute.AMOUNT_USD: (1e4, 5e4, 1e5, 3e5, 1e6, 3e6, 1e7, 5e7),
    NumberAttribute.TEAM_SIZE: (1, 3, 10, 30, 100, 1_000),
    NumberAttribute.CAPACITY: (0, 1, 2, 5, 20),
    NumberAttribute.TRACK_RECORD: (0, 1, 3, 10, 50, 200),
    NumberAttribute.FOUNDED: (1990, 2000, 2010, 2015, 2020, 2024),
}
PLACES = (
    Region(country="中国"),
    Region(country="China", province="Beijing"),
    Region(country="中国", province="北京市", city="北京市", district="海淀区"),
    Region(country="China", province="Guangdong", city="Shenzhen"),
    Region(country="USA"),
    Region(country="USA", province="California"),
    Region(country="Germany"),
    Region(province="California"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """One random question."""

    subject: int
    """Which of the subjects asks."""
    target_kinds: tuple[Kind, ...]
    own_rules: tuple[Rule, ...]
    """Declared by the subject."""
    rules: tuple[Rule, ...]
    """Of the request."""
    filters: tuple[Condition, ...]
    as_of: date | None


class RuleDraw:
    """Draws from one seeded generator; equal seeds draw equally."""

    def __init__(self, seed: Sequence[int]) -> None:
        """`seed`: numbers that name the draw."""
        self.generator = np.random.default_rng(list(seed))

    def happens(self, chance: float) -> bool:
        """With this probability."""
        return bool(self.generator.random() < chance)

    def one(self, values: Sequence[T]) -> T:
        """Any of the values."""
        return values[int(self.generator.integers(len(values)))]

    def some(self, values: Sequence[T], at_most: int) -> tuple[T, ...]:
        """1 to `at_most` distinct values."""
        return self.some_of(values, int(self.generator.integers(1, min(at_most, len(values)) + 1)))

    def some_of(self, values: Sequence[T], count: int) -> tuple[T, ...]:
        """`count` distinct values, or all where there are fewer."""
        return tuple(values[int(place)] for place in self.generator.permutation(len(values))[:count])

    def day(self) -> date:
        """Any day of those that rich profiles lie on."""
        return FIRST_DAY + timedelta(days=int(self.generator.integers(DAYS)))

    def rule_set(self, subjects: int) -> RuleSet:
        """A question of random strictness: from nothing asked to several rules and filters."""
        strictness = int(self.generator.integers(4))
        return RuleSet(
            subject=int(self.generator.integers(subjects)),
            target_kinds=self.some(tuple(Kind), 5) if self.happens(0.4) else tuple(Kind),
            own_rules=self.rules(int(self.generator.integers(strictness + 1))),
            rules=self.rules(int(self.generator.integers(strictness + 1))),
            filters=tuple(self.condition() for _ in range(int(self.generator.integers(max(strictness, 1))))),
            as_of=self.day() if self.happens(0.2) else None,
        )

    def rules(self, count: int) -> tuple[Rule, ...]:
        """Rules, some of them asked of some kinds only."""
        return tuple(
            Rule(condition=self.condition(), applies_to=self.some(tuple(Kind), 3) if self.happens(0.3) else ())
            for _ in range(count)
        )

    def condition(self, depth: int = 3) -> Condition:
        """A leaf, or `and`, `or`, `not` of conditions, at most `depth` levels."""
        if depth == 1 or self.happens(0.6):
            return self.leaf()
        operator = int(self.generator.integers(3))
        if operator == 2:
            return Not(condition=self.condition(depth - 1))
        parts = tuple(self.condition(depth - 1) for _ in range(int(self.generator.integers(1, 4))))
        return And(conditions=parts) if operator else Or(conditions=parts)

    def leaf(self) -> Leaf:
        """Every operator is as likely as another."""
        match int(self.generator.integers(10)):
            case 0 | 1 | 2 as operator:
                attribute = self.one(tuple(SetAttribute))
                values = self.some(WORDS[attribute], len(WORDS[attribute]))
                return (In, NotIn, Overlaps)[operator](attribute=attribute, values=values)
            case 3 | 4 | 5 as operator:
                return self._of_number(operator - 3)
            case 6 | 7 as operator:
                return (Before, After)[operator - 6](attribute=self.one(tuple(DateAttribute)), day=self.day())
            case 8:
                return Within(region=self.one(PLACES))
            case _:
                return OpenOn(day=self.day())

    def _of_number(self, operator: int) -> Leaf:
        attribute = self.one(tuple(NumberAttribute))
        low, high = sorted((self.one(NUMBERS[attribute]), self.one(NUMBERS[attribute])))
        if operator == 0:
            return Range(
                attribute=attribute,
                minimum=low if self.happens(0.8) else None,
                maximum=high if self.happens(0.8) else None,
            )
        return (AtLeast, AtMost)[operator - 1](attribute=attribute, value=low)
