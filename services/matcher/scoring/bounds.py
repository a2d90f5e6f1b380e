"""What structured signals can be at most, before they are measured: known columns, constants, 1 or nothing; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from services.matcher.domain.fact_columns import FactColumns
from services.matcher.domain.facts import ProfileFacts, RecordFacts
from services.matcher.domain.record_statistics import RecordStatistics
from services.matcher.domain.sectors import sector_affinities
from services.matcher.scoring.directed import FloatVector, Mask, Rows
from services.matcher.scoring.features import region_proximity
from services.matcher.scoring.records import activity, pace, recency
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal

UpperValue = float | FloatVector
"""One bound for every row, or one a row; NaN where the signal is missing."""
UpperValues = Mapping[Signal, UpperValue]
_MISSING = float("nan")
NOTHING_RECORDED = RecordFacts(sectors={}, places={}, stages={})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordColumns:
    """What the records of a segment's documents of one kind say whoever asks, computed once a segment.

    One value for all where nothing is known of any; else (size,).
    """

    activity: UpperValue = field(repr=False)
    pace: UpperValue = field(repr=False)
    recency: UpperValue = field(repr=False)
    response_rate: UpperValue = field(repr=False)


def record_columns(
    columns: FactColumns, of_kind: Mapping[Kind, Mask], statistics: Mapping[Kind, RecordStatistics]
) -> dict[Kind, RecordColumns]:
    """From a segment's facts, for targets of each kind."""
    activities = activity(columns.total).value
    paces = pace(columns.total, columns.first_day, columns.last_day).value
    return {
        kind: RecordColumns(
            activity=_known(activities, mask),
            pace=_known(paces, mask),
            recency=_known(recency(columns.last_day, statistics[kind]).value, mask),
            response_rate=_known(columns.response_rate, mask),
        )
        for kind, mask in of_kind.items()
    }


def _known(values: FloatVector, mask: Mask) -> UpperValue:
    return _MISSING if np.isnan(values[mask]).all() else values


@dataclass(frozen=True, slots=True, kw_only=True)
class Upper:
    """Bounds of both directions."""

    forward: UpperValues
    backward: UpperValues

    def take(self, rows: Rows) -> "Upper":
        """Of some of the rows."""
        return Upper(forward=_taken(self.forward, rows), backward=_taken(self.backward, rows))


def _taken(values: UpperValues, rows: Rows) -> dict[Signal, UpperValue]:
    return {signal: value if isinstance(value, float) else value[rows] for signal, value in values.items()}


def shared_values(subject: ProfileFacts, columns: FactColumns, as_of: date | None) -> dict[Signal, UpperValue]:
    """Bounds of the signals that are the same from both sides and for targets of any kind.

    Sectors and places are measured: a document refers to one of few sets of them, so that is as cheap as a bound.
    """
    own = subject.record or NOTHING_RECORDED
    is_placed = subject.place or subject.places_served
    return {
        Signal.SECTOR: sector_affinities(subject.sectors, columns.sectors) if subject.sectors else _MISSING,
        Signal.REGION: region_proximity(subject, columns) if is_placed else _MISSING,
        Signal.TAGS: _one_if(subject.tags),
        Signal.STAGE: _one_if(subject.stages),
        Signal.TRL: _one_if(subject.trl),
        Signal.AMOUNT: _one_if(subject.amount),
        Signal.DEAL_SIZE: _one_if(subject.amount or own.amounts),
        Signal.DEADLINE: _one_if(as_of),
        Signal.UNKNOWN_RULES: 0.0,
        Signal.ALREADY_BACKED: 0.0,
    }


def upper_values(
    subject: ProfileFacts,
    shared: Mapping[Signal, UpperValue],
    records: RecordColumns,
    statistics: Mapping[Kind, RecordStatistics],
) -> Upper:
    """Bounds for targets with these records, given the shared ones; a signal that is not named may be 1."""
    own = subject.record or NOTHING_RECORDED
    theirs = {
        Signal.ACTIVITY: records.activity,
        Signal.PACE: records.pace,
        Signal.RESPONSIVENESS: records.response_rate,
    }
    mine = _own_record(own, statistics[subject.kind])
    return Upper(
        forward={
            **shared,
            **theirs,
            Signal.RECENCY: records.recency,
            Signal.CO_INVESTMENT: _one_if(subject.company_keys),
            Signal.APPETITE: mine[Signal.PACE],
            Signal.RECENT_HABIT: mine[Signal.RECENCY],
            Signal.SECTOR_SHARE: _one_if(own.sectors),
            Signal.REGION_SHARE: _one_if(own.places),
            Signal.STAGE_SHARE: _one_if(own.stages),
            Signal.KINDRED_SECTORS: _one_if(own.sectors),
            Signal.KINDRED_REGIONS: _one_if(own.places),
        },
        backward={
            **shared,
            **mine,
            Signal.APPETITE: records.pace,
            Signal.RECENT_HABIT: records.recency,
            Signal.SECTOR_RECORD: _one_if(own.sectors),
            Signal.REGION_RECORD: _one_if(own.places),
            Signal.STAGE_RECORD: _one_if(own.stages),
            Signal.CO_INVESTMENT: _one_if(own.companies),
        },
    )


def _one_if(known: object) -> float:
    return 1.0 if known else _MISSING


def _own_record(own: RecordFacts, statistics: RecordStatistics) -> dict[Signal, float]:
    total, first, last = (_one(value) for value in (own.total, own.first_day, own.last_day))
    return {
        Signal.ACTIVITY: float(activity(total).value[0]),
        Signal.PACE: float(pace(total, first, last).value[0]),
        Signal.RECENCY: float(recency(last, statistics).value[0]),
        Signal.RESPONSIVENESS: _MISSING if own.response_rate is None else own.response_rate,
    }


def _one(value: float | None) -> FloatVector:
    return np.array([np.nan if value is None else value], dtype=np.float32)
