"""Conditions without parts as columns, one row a condition, so that many of them judge one profile at once; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from services.matcher.domain.attributes import REGION_LEVELS, Attributes, region_path
from services.matcher.domain.judgement import bounds_of
from services.matcher.domain.region_keys import region_keys
from services.matcher.domain.truth import FAIL, PASS, UNKNOWN, Truths
from shared.contracts.rules import (
    After,
    AtLeast,
    AtMost,
    Before,
    DateAttribute,
    In,
    Leaf,
    NotIn,
    NumberAttribute,
    OpenOn,
    Overlaps,
    Range,
    SetAttribute,
    Within,
)

Ids = npt.NDArray[np.intp]
LeafKey = tuple[str, str, tuple[object, ...]]
"""Block, attribute and what is asked: leaves with equal keys say the same of every profile."""
_NO_IDS: Ids = np.empty(0, dtype=np.intp)


class LeafBlock(Protocol):
    """Leaves of one sort on one attribute."""

    @property
    def ids(self) -> Ids:
        """(n,) the leaves' numbers in their book."""

    def judge(self, subject: Attributes) -> Truths | int:
        """(n,) what each says of the profile, or the one answer of all."""


def leaf_key(leaf: Leaf) -> LeafKey:
    """What tells a leaf from others."""
    match leaf:
        case In() | NotIn() | Overlaps():
            return ("word", leaf.attribute, (leaf.op, frozenset(value.lower() for value in leaf.values)))
        case Range() | AtLeast() | AtMost():
            return ("number", leaf.attribute, bounds_of(leaf))
        case Before() | After():
            return ("date", leaf.attribute, (leaf.day.toordinal(), isinstance(leaf, Before)))
        case Within(region=region):
            return ("place", "", region_keys(region_path(region)))
        case OpenOn(day=day):
            return ("open", "", (day.toordinal(),))


def leaf_blocks(keys: Iterable[tuple[LeafKey, int]]) -> tuple[LeafBlock, ...]:
    """Blocks of the distinct keys, each with its number."""
    grouped: dict[tuple[str, str], list[tuple[tuple[object, ...], int]]] = {}
    for (block, attribute, asked), number in keys:
        grouped.setdefault((block, attribute), []).append((asked, number))
    return tuple(
        _block(block, attribute, [asked for asked, _ in members], np.array([number for _, number in members]))
        for (block, attribute), members in grouped.items()
    )


def _block(block: str, attribute: str, asked: Sequence[tuple[object, ...]], ids: Ids) -> LeafBlock:
    match block:
        case "word":
            return _word_block(SetAttribute(attribute), asked, ids)
        case "number":
            minimum, maximum = np.array(asked, dtype=np.float64).T
            return NumberBlock(ids, NumberAttribute(attribute), minimum.copy(), maximum.copy())
        case "date":
            days, is_before = np.array(asked, dtype=np.int32).T
            return DateBlock(ids, DateAttribute(attribute), days.copy(), is_before.astype(bool))
        case "place":
            return _place_block(asked, ids)
        case _:
            return OpenBlock(ids, np.array(asked, dtype=np.int32)[:, 0])


@dataclass(frozen=True, slots=True)
class WordBlock:
    """Sets of words; each is met by enough words of the profile, or by none of them."""

    ids: Ids
    attribute: SetAttribute
    positions: dict[str, Ids]
    """By word: the leaves that name it."""
    wants_all: npt.NDArray[np.bool_]
    wants_none: npt.NDArray[np.bool_]

    def judge(self, subject: Attributes) -> Truths | int:
        """Unknown where the profile has no word."""
        words = subject.words.get(self.attribute)
        if not words:
            return UNKNOWN
        hits = np.zeros(len(self.ids), dtype=np.int16)
        for word in words:
            hits[self.positions.get(word, _NO_IDS)] += 1
        is_met = hits >= np.where(self.wants_all, len(words), 1)
        is_met ^= self.wants_none
        return _passes(is_met)


def _word_block(attribute: SetAttribute, asked: Sequence[tuple[object, ...]], ids: Ids) -> WordBlock:
    positions: dict[str, list[int]] = {}
    for position, (_, values) in enumerate(asked):
        assert isinstance(values, frozenset)
        for word in values:
            positions.setdefault(word, []).append(position)
    return WordBlock(
        ids=ids,
        attribute=attribute,
        positions={word: np.array(found, dtype=np.intp) for word, found in positions.items()},
        wants_all=np.array([operator == "in" for operator, _ in asked]),
        wants_none=np.array([operator == "not_in" for operator, _ in asked]),
    )


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """Bounds, both included."""

    ids: Ids
    attribute: NumberAttribute
    minimum: npt.NDArray[np.float64]
    maximum: npt.NDArray[np.float64]

    def judge(self, subject: Attributes) -> Truths | int:
        """Met where the profile's own bounds overlap."""
        known = subject.numbers.get(self.attribute)
        if known is None:
            return UNKNOWN
        return _passes((self.minimum <= known[1]) & (self.maximum >= known[0]))


@dataclass(frozen=True, slots=True)
class DateBlock:
    """Days to be before, or not to be before."""

    ids: Ids
    attribute: DateAttribute
    days: npt.NDArray[np.int32]
    is_before: npt.NDArray[np.bool_]

    def judge(self, subject: Attributes) -> Truths | int:
        """Unknown where the day falls among those that the profile's date may stand for."""
        known = subject.dates.get(self.attribute)
        if known is None:
            return UNKNOWN
        before = (self.days > known[1]).view(np.int8) - (self.days <= known[0]).view(np.int8)
        truths: Truths = UNKNOWN + np.where(self.is_before, before, -before)
        return truths


@dataclass(frozen=True, slots=True)
class PlaceBlock:
    """Regions as numbers of their names, level by level; 0 where a level is not asked for."""

    ids: Ids
    names: dict[tuple[int, str], int]
    asked: npt.NDArray[np.int32]
    """(levels, n)."""

    def judge(self, subject: Attributes) -> Truths | int:
        """The best answer over the profile's places."""
        truths = np.full(len(self.ids), FAIL, dtype=np.int8)
        for place in subject.regions or (("",) * len(REGION_LEVELS),):
            np.maximum(truths, self._agreement(region_keys(place)), out=truths)
        return truths

    def _agreement(self, place: Sequence[str]) -> Truths:
        truths = np.full(len(self.ids), PASS, dtype=np.int8)
        for level, name in enumerate(place):
            asked = self.asked[level]
            is_met = (asked == 0) | (asked == self.names.get((level, name), -1))
            here = _passes(is_met) if name else np.maximum(_passes(is_met), UNKNOWN)
            np.minimum(truths, here, out=truths)
        return truths


def _place_block(asked: Sequence[tuple[object, ...]], ids: Ids) -> PlaceBlock:
    names: dict[tuple[int, str], int] = {}
    numbers = [
        [names.setdefault((level, str(name)), len(names) + 1) if name else 0 for level, name in enumerate(path)]
        for path in asked
    ]
    return PlaceBlock(ids, names, np.ascontiguousarray(np.array(numbers, dtype=np.int32).T))


@dataclass(frozen=True, slots=True)
class OpenBlock:
    """Days on which the profile must be open."""

    ids: Ids
    days: npt.NDArray[np.int32]

    def judge(self, subject: Attributes) -> Truths | int:
        """Never unknown."""
        return _passes((self.days >= subject.open_from) & (self.days <= subject.open_until))


def _passes(is_met: npt.NDArray[np.bool_]) -> Truths:
    truths: Truths = is_met.view(np.int8) * np.int8(PASS)
    return truths
