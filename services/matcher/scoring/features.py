"""Structured signals of one profile against many: sectors, tags, places, stages, amounts, deadlines; pure."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from services.matcher.domain.fact_columns import FactColumns, ladder_steps
from services.matcher.domain.facts import Bounds, ProfileFacts
from services.matcher.domain.places import proximities
from services.matcher.domain.record_statistics import RecordStatistics
from services.matcher.domain.sectors import sector_affinities
from services.matcher.scoring.co_investment import of_subject_portfolio, of_target_portfolios
from services.matcher.scoring.directed import FloatVector, Measured, Signals
from services.matcher.scoring.records import NO_RECORD, of_subject, of_targets
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal

Rows = npt.NDArray[np.int64]
_STAGE_REACH = 3.0
"""Steps on the ladder after which two stages have nothing in common."""
_TRL_REACH = 4.0
_AMOUNT_REACH = 1.5
"""Powers of ten between two amounts after which they have nothing in common."""
_COMFORTABLE_DAYS = 60.0
"""Days before a deadline from which on more of them do not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredSignals:
    """Signals of the rows beside the texts, in both directions."""

    forward: Signals
    backward: Signals


def structured_signals(
    subject: ProfileFacts,
    columns: FactColumns,
    rows: Rows,
    statistics: dict[Kind, RecordStatistics],
    target_kind: Kind,
    as_of: date | None,
) -> StructuredSignals:
    """Everything but the texts, one value a row; NaN where a fact is unknown. The rows are of one kind.

    The record of whoever offers counts as experience, that of whoever needs as habit.
    """
    shared = dict(shared_signals(subject, columns, rows, as_of))
    own = of_subject(subject, columns, rows, statistics[subject.kind]) if subject.record else None
    has_records = columns.has_record[rows].any()
    theirs = of_targets(subject, columns, rows, statistics[target_kind]) if has_records else None
    sizes = [one.size for one in (theirs, own) if one]
    if sizes:
        shared[Signal.DEAL_SIZE] = _better(sizes[0], sizes[-1])
    own, theirs = own or NO_RECORD, theirs or NO_RECORD
    companies = subject.record.companies if subject.record else frozenset()
    with_theirs = of_target_portfolios(subject, columns, rows, statistics[target_kind].portfolios)
    with_mine = of_subject_portfolio(companies, columns, rows, statistics[subject.kind].portfolios)
    return StructuredSignals(
        forward={**shared, **theirs.experience, **own.habit, **with_theirs},
        backward={**shared, **own.experience, **theirs.habit, **with_mine},
    )


def shared_signals(subject: ProfileFacts, columns: FactColumns, rows: Rows, as_of: date | None = None) -> Signals:
    """Signals that are the same from both sides; those are left out that the subject's own facts leave unknown."""
    signals = {}
    if subject.sectors:
        signals[Signal.SECTOR] = _as_measured(sector_affinities(subject.sectors, columns.sectors, rows))
    if subject.tags:
        signals[Signal.TAGS] = _as_measured(tag_overlap(subject, columns, rows))
    if subject.place or subject.places_served:
        signals[Signal.REGION] = _as_measured(region_proximity(subject, columns, rows))
    if subject.stages:
        signals[Signal.STAGE] = _closeness(gaps(ladder_steps(subject), columns.stages[rows]), _STAGE_REACH)
    if subject.trl:
        signals[Signal.TRL] = _closeness(gaps(subject.trl, columns.trl[rows]), _TRL_REACH)
    if subject.amount:
        amounts = _log_columns(columns.amount[rows])
        signals[Signal.AMOUNT] = _closeness(gaps(_logarithms(subject.amount), amounts), _AMOUNT_REACH)
    if as_of is not None:
        signals[Signal.DEADLINE] = deadline_feasibility(subject, columns, rows, as_of)
    return signals


def tag_overlap(subject: ProfileFacts, columns: FactColumns, rows: Rows) -> FloatVector:
    """Dice's coefficient of the pieces of both sides' unexplained tags, 2 |both| / (|one| + |other|) (Dice 1945)."""
    sizes = columns.tags.totals[rows]
    both = columns.tags.sums(subject.tags)[rows]
    is_known = (sizes > 0) & bool(subject.tags)
    dice = 2 * both / np.maximum(sizes + np.float32(len(subject.tags)), 1)
    return np.where(is_known, dice, np.float32(np.nan)).astype(np.float32)


def region_proximity(subject: ProfileFacts, columns: FactColumns, rows: Rows | None = None) -> FloatVector:
    """How near the nearest two places are: own places, and those where one side looks and the other is."""
    own = (subject.place,) if subject.place else ()
    near = proximities((*own, *subject.places_served), columns.places, rows)
    return np.fmax(near, proximities(own, columns.places_served, rows))


def gaps(subject: Bounds | None, columns: npt.NDArray[np.float32]) -> FloatVector:
    """Distance between the subject's interval and each row's; 0 where they meet, NaN where either is unknown."""
    if subject is None:
        return np.full(len(columns), np.nan, dtype=np.float32)
    lower, upper = np.float32(subject[0]), np.float32(subject[1])
    above, below = columns[:, 0] - upper, lower - columns[:, 1]
    gap: FloatVector = np.maximum(np.maximum(above, below), np.float32(0))
    return gap


def deadline_feasibility(subject: ProfileFacts, columns: FactColumns, rows: Rows, as_of: date) -> Measured:
    """Days left until the earlier of both deadlines, from 0 on the day itself to 1 at 60 and more; raw in days."""
    own = np.float32(np.nan if subject.deadline is None else subject.deadline)
    days = np.fmin(columns.deadline[rows], own) - np.float32(as_of.toordinal())
    return Measured(raw=days, value=np.clip(days / np.float32(_COMFORTABLE_DAYS), 0, 1).astype(np.float32))


def _closeness(gap: FloatVector, reach: float) -> Measured:
    """1 where nothing lies between, falling evenly to 0 at `reach`; raw is the gap."""
    return Measured(raw=gap, value=np.clip(1 - gap / np.float32(reach), 0, 1).astype(np.float32))


def _logarithms(bounds: Bounds | None) -> Bounds | None:
    if bounds is None:
        return None
    lower, upper = (float(np.log10(max(bound, 1.0))) for bound in bounds)
    return lower, upper


def _log_columns(columns: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.log10(np.maximum(columns, np.float32(1)))


def _better(one: Measured, other: Measured) -> Measured:
    """The better of two fits, the known one where only one is: the same whoever asks."""
    is_one = ~(other.value > one.value) & ~np.isnan(one.value)
    return Measured(raw=np.where(is_one, one.raw, other.raw), value=np.where(is_one, one.value, other.value))


def _as_measured(value: FloatVector) -> Measured:
    return Measured(raw=value, value=value)
