"""Track records by hand: depth, preference, pace, recency, size of deals."""

from math import exp, log
from typing import Any

import numpy as np
import pytest

from services.matcher.domain.fact_columns import fact_columns
from services.matcher.domain.facts import profile_facts
from services.matcher.domain.record_statistics import record_statistics
from services.matcher.scoring.records import RecordSignals, of_subject, of_targets
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal
from tests.factories import make_investor, make_project

PROJECT = make_project(
    region={"country": "China", "province": "Beijing"},
    funding_round="seed_angel",
    amount_sought={"amount": 1e6, "currency": "USD"},
)
RECORD: dict[str, Any] = {
    "total": 9,
    "first_date": "2023",
    "last_date": "2025",
    "region_counts": {"Beijing": 3, "Hebei": 1},
    "stage_counts": {"seed_angel": 2, "pre_a": 2},
    "amount_median": {"amount": 1e6, "currency": "USD"},
    "response_rate": 0.5,
}


def signals(**record: Any) -> tuple[RecordSignals, RecordSignals]:
    """An investor's record against the project, as the target's and as the subject's; a second one does as all do."""
    investor, other = make_investor(track_record=RECORD | record), make_investor(track_record=RECORD)
    project, mine, average = profile_facts(PROJECT), profile_facts(investor), profile_facts(other)
    statistics = record_statistics([mine, average])[Kind.INVESTOR]
    row = np.array([0])
    return (
        of_targets(project, fact_columns([mine]), row, statistics),
        of_subject(mine, fact_columns([project]), row, statistics),
    )


@pytest.mark.parametrize("side", [0, 1])
def test_record_by_hand_whoever_asks(side: int) -> None:
    told = signals()[side]
    values = {signal: float(one.value[0]) for signal, one in (*told.experience.items(), *told.habit.items())}
    assert values[Signal.REGION_RECORD] == pytest.approx(log(1 + 3) / log(301), abs=1e-6)
    assert values[Signal.REGION_SHARE] == pytest.approx(0.5, abs=1e-6)  # as all do
    # Two deals on the step, two a step off: 2 + 2 e^-1.5.
    assert values[Signal.STAGE_RECORD] == pytest.approx(log(1 + 2 + 2 * exp(-1.5)) / log(301), abs=1e-6)
    assert values[Signal.ACTIVITY] == pytest.approx(log(10) / log(501), abs=1e-6)
    assert values[Signal.PACE] == values[Signal.APPETITE] == pytest.approx(log(1 + 9 / 3) / log(51), abs=1e-6)
    assert values[Signal.RECENCY] == pytest.approx(1)
    assert values[Signal.RESPONSIVENESS] == 0.5
    assert float(told.size.value[0]) == pytest.approx(1)
    assert np.isnan(values[Signal.SECTOR_RECORD])  # the project names no sector


@pytest.mark.parametrize("side", [0, 1])
def test_more_than_others_do_is_a_preference(side: int) -> None:
    told = signals(region_counts={"Beijing": 4})[side].habit[Signal.REGION_SHARE]
    usual = 7 / 8
    lift = (4 + 5 * usual) / 9 / usual
    assert (float(told.raw[0]), float(told.value[0])) == pytest.approx(
        (lift, 0.5 + log(lift) / (2 * log(100))), abs=1e-6
    )


@pytest.mark.parametrize("side", [0, 1])
def test_a_hundred_times_the_usual_share_is_all_the_preference_there_is(side: int) -> None:
    told = signals(region_counts={"Beijing": 4}, stage_counts={"seed_angel": 4})[side].habit
    assert 0.5 < float(told[Signal.REGION_SHARE].value[0]) < float(told[Signal.STAGE_SHARE].value[0]) < 1


@pytest.mark.parametrize("side", [0, 1])
def test_deals_in_a_place_that_the_same_records_hold_are_kindred(side: int) -> None:
    told = signals(region_counts={"Hebei": 4})[side].habit[Signal.KINDRED_REGIONS]
    # Records of (Beijing 0, Hebei 4) and (3, 1): cosine of the columns 3 / (3 sqrt(17)), so kinship 1/17.
    kin = 1 / 17
    usual = (3 + kin * 5) / 8
    lift = (4 * kin + 5 * usual) / 9 / usual
    assert float(told.raw[0]) == pytest.approx(lift, abs=1e-5)


@pytest.mark.parametrize("side", [0, 1])
def test_last_deal_of_an_earlier_year_counts_less(side: int) -> None:
    told = signals(last_date="2024")[side].experience[Signal.RECENCY]
    assert float(told.value[0]) == pytest.approx(exp(-365 / 365.25), abs=1e-6)


@pytest.mark.parametrize("side", [0, 1])
def test_without_deals_there_is_no_record(side: int) -> None:
    told = signals(region_counts={}, stage_counts={}, amount_median=None, response_rate=None)[side]
    for signal in (Signal.REGION_RECORD, Signal.STAGE_RECORD, Signal.RESPONSIVENESS):
        assert np.isnan(told.experience[signal].value[0])
    assert np.isnan(told.size.value[0])
