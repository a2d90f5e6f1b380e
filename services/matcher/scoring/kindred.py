"""Records against kindred sectors and places: deals count as far as the same records hold both; pure."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from services.matcher.domain.fact_columns import FactColumns
from services.matcher.domain.record_statistics import RecordStatistics
from services.matcher.domain.sectors import sector_index
from services.matcher.scoring.counted_deals import Counted, counted_of, uncounted
from services.matcher.scoring.directed import FloatVector

Rows = npt.NDArray[np.int64]


def kin_sectors(codes: frozenset[str], statistics: RecordStatistics) -> FloatVector:
    """(codes,): how kindred deals in each sector are to a profile's, on average over its codes that records count."""
    counted = [column for code in sorted(codes) if statistics.sectors[column := sector_index()[code]] > 0]
    if not counted:
        return np.zeros(len(statistics.sectors), dtype=np.float32)
    kin: FloatVector = statistics.sector_kinship[counted].mean(axis=0)
    return kin


def kin_places(keys: frozenset[str], statistics: RecordStatistics) -> dict[str, float]:
    """The same of place keys, by key; own keys count by all deals there."""
    kinship = statistics.place_kinship
    own = sorted(key for key in keys if statistics.places.get(key))
    if not own:
        return {}
    deals = np.array([statistics.places[key] for key in own])
    kin = deals @ kinship.matrix[[kinship.keys[key] for key in own]] / deals.sum()
    return {key: float(kin[column]) for key, column in kinship.keys.items() if kin[column] > 0}


def kindred_sectors(
    own: FloatVector, usual: FloatVector, columns: FactColumns, rows: Rows, statistics: RecordStatistics
) -> Counted:
    """One record's deals in sectors kindred to each row's."""
    counted = np.flatnonzero(statistics.sectors > 0)
    if not own.any():
        return uncounted(len(rows))
    held = columns.sectors.held[counted].astype(np.float32)
    number = held.sum(axis=0)
    per_set = np.maximum(number, np.float32(1))
    like = (statistics.sector_kinship[counted] @ own) @ held / per_set
    expected = (statistics.sector_kinship[counted] @ usual) @ held / per_set
    sets = columns.sectors.set_of_row[rows]
    return counted_of(like[sets], own.sum(), expected[sets], number[sets] > 0)


def kindred_places(own: Mapping[str, float], columns: FactColumns, rows: Rows, statistics: RecordStatistics) -> Counted:
    """One record's deals in places kindred to each row's."""
    if not own:
        return uncounted(len(rows))
    like = _by_key(statistics, own)
    usual = _by_key(statistics, statistics.places)
    total = np.float32(max(sum(statistics.places.values()), 1.0))
    deals = columns.place_keys.sums(statistics.places)[rows]
    per_row = np.maximum(deals, np.float32(1))
    return counted_of(
        (columns.place_keys.sums(like)[rows] / per_row).astype(np.float32),
        np.float32(sum(own.values())),
        (columns.place_keys.sums(usual)[rows] / per_row / total).astype(np.float32),
        deals > 0,
    )


def _by_key(statistics: RecordStatistics, deals: Mapping[str, float]) -> dict[str, float]:
    """By place key: so many of the deals are in places kindred to it, times the deals that all records count there."""
    kinship = statistics.place_kinship
    counts = np.array([deals.get(key, 0.0) for key in kinship.keys])
    like = (kinship.matrix @ counts) * np.array([statistics.places[key] for key in kinship.keys])
    return {key: value for key, value in zip(kinship.keys, like.tolist(), strict=True) if value}
