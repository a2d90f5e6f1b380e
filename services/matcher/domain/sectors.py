"""The two-level sector vocabulary: names of codes, how close two sets of them are, one to one and one to many; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from services.matcher.domain.sector_aliases import LEVEL_SEPARATOR, codes_of_tag, field_of
from services.matcher.domain.vocabulary import Names, read_table

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.integer] | None

SAME_SECTOR = 1.0
SAME_FIELD = 0.6
"""Of two sectors that differ within one field, or of which one side names the field only."""


def sector_codes(tags: Iterable[str]) -> frozenset[str]:
    """The codes that the tags stand for, `level1` and `level1/level2`; unknown tags add nothing.

    Case, width, spaces and punctuation do not matter; a tag of a second-level sector adds its field too.
    """
    return frozenset().union(*(codes_of_tag(tag) for tag in tags))


def sector_name(code: str) -> Names:
    """The names of a code; raises KeyError where there is no such code."""
    return _names()[code]


@cache
def sector_index() -> Mapping[str, int]:
    """Column of every code, in a stable order: fields first, then sectors, each in the table's order."""
    codes = sorted((row["code"] for row in read_table("sectors")), key=lambda code: LEVEL_SEPARATOR in code)
    return MappingProxyType({code: column for column, code in enumerate(codes)})


def finest_codes(codes: Set[str]) -> frozenset[str]:
    """The sectors, and those fields of which no sector is named."""
    refined = {field_of(code) for code in codes if LEVEL_SEPARATOR in code}
    return frozenset(codes) - refined


@lru_cache(maxsize=65_536)
def affinity(a: frozenset[str], b: frozenset[str]) -> float | None:
    """How close two sets of codes are, in [0, 1] and the same both ways; None where either is empty.

    The mean, over the finest codes of the side that has fewer, of the best match on the other side; with as many on
    both sides, the mean of both directions.
    """
    if not a or not b:
        return None
    finest_a, finest_b = finest_codes(a), finest_codes(b)
    if len(finest_a) != len(finest_b):
        fewer, other = (finest_a, b) if len(finest_a) < len(finest_b) else (finest_b, a)
        return _mean_of_best(fewer, other)
    return (_mean_of_best(finest_a, b) + _mean_of_best(finest_b, a)) / 2


def _mean_of_best(finest: frozenset[str], other: frozenset[str]) -> float:
    return sum(_best(code, other) for code in finest) / len(finest)


def _best(code: str, other: frozenset[str]) -> float:
    if LEVEL_SEPARATOR in code and code in other:
        return SAME_SECTOR
    return SAME_FIELD if any(field_of(code) == field_of(candidate) for candidate in other) else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorColumns:
    """Documents refer to distinct sets of codes: some thousands of them stand for a hundred thousand documents."""

    set_of_row: npt.NDArray[np.intp]
    """(n,) column of `held` and `finest_in`, place in `counts`."""
    held: Bytes
    """(codes, sets) 1 where the set holds the code; a row a code, because a subject asks for few of them."""
    finest_in: Bytes
    """(fields, sets) how many of the set's finest codes lie in the field."""
    counts: Floats
    """(sets,) finest codes of each set, ascending, so that each size is one slice."""


def sector_columns(code_sets: Sequence[frozenset[str]]) -> SectorColumns:
    """Columns over the documents' sets of codes, in their order."""
    finest_of = {codes: finest_codes(codes) for codes in dict.fromkeys(code_sets)}
    distinct = sorted(finest_of, key=lambda codes: len(finest_of[codes]))
    numbers = {codes: number for number, codes in enumerate(distinct)}
    fields = sum(LEVEL_SEPARATOR not in code for code in sector_index())
    return SectorColumns(
        set_of_row=np.array([numbers[codes] for codes in code_sets], dtype=np.intp),
        held=_tally(distinct, len(sector_index())),
        finest_in=_tally([[field_of(code) for code in finest_of[codes]] for codes in distinct], fields),
        counts=np.array([len(finest_of[codes]) for codes in distinct], dtype=np.float32),
    )


def sector_affinities(subject: frozenset[str], columns: SectorColumns, rows: Rows = None) -> Floats:
    """(n,) `affinity` of the subject to every document, or to the given rows; NaN where either side has no codes."""
    set_of_row = columns.set_of_row if rows is None else columns.set_of_row.take(rows)
    return _set_affinities(subject, columns).take(set_of_row)


def _set_affinities(subject: frozenset[str], columns: SectorColumns) -> Floats:
    """(sets,) by sums over the subject's codes: a best match is what its field gives and what its sector adds."""
    affinities = np.full(len(columns.counts), np.nan, dtype=np.float32)
    own = finest_codes(subject)
    if not own:
        return affinities
    sectors = {code: 1 for code in subject if LEVEL_SEPARATOR in code}
    fields = Counter(field_of(code) for code in own)
    sizes = np.array((1, len(own), len(own) + 1), dtype=np.float32)
    known, equal, larger = (int(start) for start in np.searchsorted(columns.counts, sizes))
    extra = _weighted_rows(columns.held[:, known:], sectors) * np.float32(SAME_SECTOR - SAME_FIELD)
    from_set = _weighted_rows(columns.finest_in[:, known:larger], dict.fromkeys(fields, 1)) * np.float32(SAME_FIELD)
    from_subject = _weighted_rows(columns.held[:, equal:], fields) * np.float32(SAME_FIELD)
    affinities[known:larger] = (from_set + extra[: larger - known]) / columns.counts[known:larger]
    from_subject = (from_subject + extra[equal - known :]) / np.float32(len(own))
    affinities[larger:] = from_subject[larger - equal :]
    affinities[equal:larger] = (affinities[equal:larger] + from_subject[: larger - equal]) / np.float32(2)
    return affinities


def _weighted_rows(matrix: Bytes, weights: Mapping[str, int]) -> Floats:
    """(sets,) added up in bytes, four times as fast: no sum exceeds the number of sectors, which is below 256."""
    total = np.zeros(matrix.shape[1], dtype=np.uint8)
    for code, weight in weights.items():
        row = matrix[sector_index()[code]]
        total += row if weight == 1 else row * np.uint8(weight)
    return total.astype(np.float32)


def _tally(code_sets: Sequence[Iterable[str]], height: int) -> Bytes:
    matrix = np.zeros((height, len(code_sets)), dtype=np.uint8)
    for column, codes in enumerate(code_sets):
        for code in codes:
            matrix[sector_index()[code], column] += 1
    return matrix


@cache
def _names() -> Mapping[str, Names]:
    return {row["code"]: Names(row["en"], row["zh"]) for row in read_table("sectors")}
