"""Track records as signals: what one side did before against the other side's sector, region, stage, amount; pure.

Whoever holds the record, deals count for the other side as far as they are like it: a deal in the same sector 1, in the
same field .6; in the same place 1; at a stage some steps off exp(-1.5 steps).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from services.matcher.domain.fact_columns import FactColumns, sector_vector, stage_vector
from services.matcher.domain.facts import LADDER, ProfileFacts, RecordFacts
from services.matcher.domain.record_statistics import RecordStatistics
from services.matcher.domain.sector_aliases import LEVEL_SEPARATOR, field_of
from services.matcher.domain.sectors import SAME_FIELD, SAME_SECTOR, sector_index
from services.matcher.scoring.counted_deals import Counted, counted, counted_of
from services.matcher.scoring.directed import FloatVector, Measured
from services.matcher.scoring.kindred import kin_places, kin_sectors, kindred_places, kindred_sectors
from shared.contracts.vocabularies import CompanyStage, Signal

Rows = npt.NDArray[np.int64]
MANY = np.float32(500)
"""So many deals in all make an activity of 1."""
BUSY = np.float32(50)
"""So many deals a year make a pace of 1."""
STAGE_REACH = np.float32(2 / 3)
"""Steps on the ladder after which a deal counts 1/e."""
_YEAR = np.float32(365.25)
RECENCY_YEARS = np.float32(1)
NARROWEST_SIZES = np.float32(0.7)
"""Least standard deviation of ln(amount) that a record is taken to have."""
_P80_WIDTH = np.float32(2.563)
"""From the 10th to the 90th percentile of a normal distribution, in standard deviations."""
_STEPS = np.array([LADDER[stage] for stage in CompanyStage], dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSignals:
    """One side's record against the other side."""

    experience: Mapping[Signal, Measured]
    """What the record says where its holder offers."""
    habit: Mapping[Signal, Measured]
    """What it says where its holder needs."""
    size: Measured
    """How well the other side's amount fits the record's, whoever needs."""


_NOTHING = Measured(raw=np.empty(0, dtype=np.float32), value=np.empty(0, dtype=np.float32))
NO_RECORD = RecordSignals(experience={}, habit={}, size=_NOTHING)
"""Of a side of which nothing is recorded: every signal is missing."""


def of_targets(subject: ProfileFacts, columns: FactColumns, rows: Rows, statistics: RecordStatistics) -> RecordSignals:
    """The targets' records against the subject."""
    weights = _sector_weights(subject.sectors)
    nearness = _stage_nearness(None if subject.round is None else LADDER[subject.round])
    sectors, stages = columns.record_sectors[rows], columns.record_stages[rows]
    places, place_totals = columns.record_places.sums(subject.place_keys)[rows], columns.record_places.totals[rows]
    kin, near = kin_sectors(subject.sectors, statistics), kin_places(subject.place_keys, statistics)
    deals = _Deals(
        sector=counted(sectors @ weights, sectors.sum(axis=1), _usual(statistics.sectors, weights), subject.sectors),
        place=counted(places, place_totals, _usual_places(statistics, subject.place_keys), subject.place_keys),
        stage=counted(stages @ nearness, stages.sum(axis=1), _usual(statistics.stages, nearness), subject.round),
        kindred_sector=counted(sectors @ kin, sectors.sum(axis=1), _usual(statistics.sectors, kin), kin.any()),
        kindred_place=counted(
            columns.record_places.sums(near)[rows], place_totals, _usual_places(statistics, near), near
        ),
    )
    return _signals(
        deals=deals,
        activity=activity(columns.total[rows]),
        pace=pace(columns.total[rows], columns.first_day[rows], columns.last_day[rows]),
        recency=recency(columns.last_day[rows], statistics),
        responsiveness=columns.response_rate[rows],
        size=_size_fit(_middle(subject.amount), np.log(np.maximum(columns.record_amounts[rows], 1))),
    )


def of_subject(subject: ProfileFacts, columns: FactColumns, rows: Rows, statistics: RecordStatistics) -> RecordSignals:
    """The subject's record against the targets."""
    record = subject.record or RecordFacts(sectors={}, places={}, stages={})
    known = _Known.of(columns, rows)
    steps = columns.rounds[rows]
    nearness = np.exp(-np.abs(steps[:, None] - _STEPS[None, :]) / STAGE_REACH)  # (rows, stages)
    own_sectors, own_stages = sector_vector(record.sectors), stage_vector(record.stages)
    usual_sectors = statistics.sectors / max(float(statistics.sectors.sum()), 1.0)
    usual_stages = statistics.stages / max(float(statistics.stages.sum()), 1.0)
    place_total = max(sum(statistics.places.values()), 1.0)
    size = len(rows)
    deals = _Deals(
        sector=counted_of(
            _over_sets(own_sectors, columns, rows),
            own_sectors.sum(),
            _over_sets(usual_sectors, columns, rows),
            known.sectors,
        ),
        place=counted_of(
            columns.place_keys.sums(record.places)[rows],
            np.float32(sum(record.places.values())),
            columns.place_keys.sums({key: count / place_total for key, count in statistics.places.items()})[rows]
            if record.places
            else np.zeros(size, dtype=np.float32),
            known.places,
        ),
        stage=counted_of(nearness @ own_stages, own_stages.sum(), nearness @ usual_stages, known.stages),
        kindred_sector=kindred_sectors(own_sectors, usual_sectors, columns, rows, statistics),
        kindred_place=kindred_places(record.places, columns, rows, statistics),
    )
    return _signals(
        deals=deals,
        activity=activity(_all(size, record.total)),
        pace=pace(_all(size, record.total), _all(size, record.first_day), _all(size, record.last_day)),
        recency=recency(_all(size, record.last_day), statistics),
        responsiveness=_all(size, record.response_rate),
        size=_size_fits(columns.amount[rows], record.amounts),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deals:
    """Deals that are like the other side, by what they are compared in."""

    sector: Counted
    place: Counted
    stage: Counted
    kindred_sector: Counted
    kindred_place: Counted


def _signals(
    *,
    deals: _Deals,
    activity: Measured,
    pace: Measured,
    recency: Measured,
    responsiveness: FloatVector,
    size: Measured,
) -> RecordSignals:
    return RecordSignals(
        experience={
            Signal.SECTOR_RECORD: deals.sector.depth(),
            Signal.REGION_RECORD: deals.place.depth(),
            Signal.STAGE_RECORD: deals.stage.depth(),
            Signal.ACTIVITY: activity,
            Signal.PACE: pace,
            Signal.RECENCY: recency,
            Signal.RESPONSIVENESS: Measured(raw=responsiveness, value=responsiveness),
        },
        habit={
            Signal.SECTOR_SHARE: deals.sector.preference(),
            Signal.REGION_SHARE: deals.place.preference(),
            Signal.STAGE_SHARE: deals.stage.preference(),
            Signal.KINDRED_SECTORS: deals.kindred_sector.preference(),
            Signal.KINDRED_REGIONS: deals.kindred_place.preference(),
            Signal.RECENT_HABIT: recency,
            Signal.APPETITE: pace,
        },
        size=size,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    sectors: npt.NDArray[np.bool_]
    places: npt.NDArray[np.bool_]
    stages: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, columns: FactColumns, rows: Rows) -> "_Known":
        return cls(
            sectors=columns.sectors.counts[columns.sectors.set_of_row[rows]] > 0,
            places=columns.place_keys.totals[rows] > 0,
            stages=~np.isnan(columns.rounds[rows]),
        )


@lru_cache(maxsize=4_096)
def _sector_weights(codes: frozenset[str]) -> FloatVector:
    """(codes,): how much a deal in each sector counts for a profile with these codes."""
    fields = {field_of(code) for code in codes}
    weights = np.zeros(len(sector_index()), dtype=np.float32)
    for code, column in sector_index().items():
        if LEVEL_SEPARATOR in code and code in codes:
            weights[column] = SAME_SECTOR
        elif field_of(code) in fields:
            weights[column] = SAME_FIELD
    return weights


def _over_sets(numbers: FloatVector, columns: FactColumns, rows: Rows) -> FloatVector:
    """Per row the sum over codes of the code's number times its weight for the row's codes."""
    if not numbers.any():
        return np.zeros(len(rows), dtype=np.float32)
    by_code = np.zeros(len(numbers), dtype=np.float32)
    for code, column in sector_index().items():
        if numbers[column]:
            by_code[sector_index()[field_of(code)]] += np.float32(SAME_FIELD) * numbers[column]
            if LEVEL_SEPARATOR in code:
                by_code[column] += np.float32(SAME_SECTOR - SAME_FIELD) * numbers[column]
    used = np.flatnonzero(by_code)
    sums: FloatVector = by_code[used] @ columns.sectors.held[used].astype(np.float32)
    return sums[columns.sectors.set_of_row[rows]]


def _usual(counts: FloatVector, weights: FloatVector) -> np.float32:
    return np.float32(float(counts @ weights) / max(float(counts.sum()), 1.0))


def _usual_places(statistics: RecordStatistics, keys: frozenset[str] | Mapping[str, float]) -> np.float32:
    """The share of all deals at the keys, each by its weight where one is given."""
    total = sum(statistics.places.values())
    weights = keys if isinstance(keys, Mapping) else dict.fromkeys(keys, 1.0)
    counted = sum(statistics.places.get(key, 0.0) * weights[key] for key in sorted(weights))
    return np.float32(counted / max(total, 1.0))


def _stage_nearness(step: float | None) -> FloatVector:
    if step is None:
        return np.zeros(len(_STEPS), dtype=np.float32)
    nearness: FloatVector = np.exp(-np.abs(_STEPS - np.float32(step)) / STAGE_REACH)
    return nearness


def activity(total: FloatVector) -> Measured:
    """ln(1 + deals) / ln(1 + 500), at most 1."""
    return Measured(raw=total, value=np.minimum(np.log1p(total) / np.log1p(MANY), np.float32(1)))


def pace(total: FloatVector, first_day: FloatVector, last_day: FloatVector) -> Measured:
    """ln(1 + deals a year) / ln(1 + 50), at most 1; the first and the last year count whole. Raw is deals a year."""
    a_year = total / (np.floor(last_day / _YEAR) - np.floor(first_day / _YEAR) + 1)
    return Measured(raw=a_year, value=np.minimum(np.log1p(a_year) / np.log1p(BUSY), np.float32(1)))


def recency(last_day: FloatVector, statistics: RecordStatistics) -> Measured:
    """exp(-years since the last deal, counted from the newest record of the corpus); raw in years."""
    years = np.maximum(np.float32(statistics.newest_day) - last_day, np.float32(0)) / _YEAR
    return Measured(raw=years, value=np.exp(-years / RECENCY_YEARS))


def _middle(amount: tuple[float, float] | None) -> float | None:
    """The middle of an amount's bounds on the logarithmic scale; its lower bound where it is open above."""
    if amount is None:
        return None
    lower, upper = max(amount[0], 1.0), amount[1]
    return float(np.log(lower) if np.isinf(upper) else (np.log(lower) + np.log(max(upper, 1.0))) / 2)


def _size_fit(amount: float | None, sizes: npt.NDArray[np.float32]) -> Measured:
    """exp(-z^2 / 2) for the standardised distance of ln(amount) from the record's median; raw is z."""
    middle = np.float32(np.nan if amount is None else amount)
    width = np.maximum(NARROWEST_SIZES, (sizes[:, 2] - sizes[:, 0]) / _P80_WIDTH)
    z = (middle - sizes[:, 1]) / width
    return Measured(raw=z, value=np.exp(-z * z / 2))


def _size_fits(amounts: npt.NDArray[np.float32], record: tuple[float, float, float] | None) -> Measured:
    lower, upper = np.log(np.maximum(amounts[:, 0], 1)), np.log(np.maximum(amounts[:, 1], 1))
    middle = np.where(np.isinf(upper), lower, (lower + upper) / 2).astype(np.float32)
    p10, median, p90 = np.log(np.maximum(np.array(record or (np.nan,) * 3, dtype=np.float32), 1))
    width = max(NARROWEST_SIZES, (p90 - p10) / _P80_WIDTH)
    z = (middle - median) / np.float32(width)
    return Measured(raw=z, value=np.exp(-z * z / 2))


def _all(size: int, number: float | None) -> FloatVector:
    return np.full(size, np.nan if number is None else number, dtype=np.float32)
