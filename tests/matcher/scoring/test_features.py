"""Structured signals: by hand, and every row of the columns as the plain definition says."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.domain.fact_columns import fact_columns
from services.matcher.domain.facts import ProfileFacts, profile_facts
from services.matcher.domain.record_statistics import record_statistics
from services.matcher.scoring.features import structured_signals
from shared.contracts.parts import PastItem, TrackRecord
from shared.contracts.profiles import Kind, Profile
from shared.contracts.vocabularies import Signal
from tests.factories import make_demand, make_investor, make_project
from tests.matcher.plain_facts import plain_records, plain_structured
from tests.matcher.profile_strategies import STAGES, profiles

counts = st.integers(0, 400)
companies = st.sampled_from(["Alder Grid", "alder-grid", "蓝鲸储能", "Borea"])
records = st.builds(
    TrackRecord,
    total=st.none() | counts,
    first_date=st.sampled_from([None, "2012", "2015-06"]),
    last_date=st.sampled_from([None, "2019", "2024-11", "2025-02-14"]),
    sector_counts=st.dictionaries(st.sampled_from(["energy", "semiconductors", "医疗", "unheard"]), counts, max_size=3),
    region_counts=st.dictionaries(st.sampled_from(["北京市", "Hebei", "Texas"]), counts, max_size=2),
    stage_counts=st.dictionaries(st.sampled_from([stage.value for stage in STAGES]), counts, max_size=2),
    response_rate=st.none() | st.floats(0, 1),
    items=st.lists(st.builds(PastItem, title=companies), max_size=3).map(tuple),
)


def _with_record(profile: Profile, record: TrackRecord | None, title: str | None) -> ProfileFacts:
    return profile_facts(profile.model_copy(update={"track_record": record} | ({"title": title} if title else {})))


facts = st.builds(_with_record, profiles, st.none() | records, st.none() | companies)


@given(st.lists(facts, min_size=2, max_size=6), st.none() | st.dates(date(2025, 11, 1), date(2026, 2, 1)))
@settings(deadline=None)
def test_every_signal_of_every_row_is_as_defined(told: list[ProfileFacts], as_of: date | None) -> None:
    subject, *targets = told
    columns, statistics = fact_columns(targets), record_statistics(told)
    plain = {kind: plain_records(told, kind) for kind in Kind}
    for row, target in enumerate(targets):
        found = structured_signals(subject, columns, np.array([row]), statistics, target.kind, as_of)
        for signals, values in zip(
            (found.forward, found.backward), plain_structured(subject, target, plain, as_of), strict=True
        ):
            assert signals.keys() <= values.keys()
            for signal, value in values.items():
                expected = np.nan if value is None else value
                found_value = float(signals[signal].value[0]) if signal in signals else np.nan
                assert found_value == pytest.approx(expected, abs=1e-5, nan_ok=True), signal


def shared(subject: Profile, target: Profile, as_of: date | None = None) -> dict[Signal, tuple[float, float]]:
    """Raw and value of the forward signals of one pair."""
    mine, yours = profile_facts(subject), profile_facts(target)
    found = structured_signals(
        mine, fact_columns([yours]), np.array([0]), record_statistics([mine, yours]), yours.kind, as_of
    )
    return {signal: (float(one.raw[0]), float(one.value[0])) for signal, one in found.forward.items()}


@pytest.mark.parametrize(
    ("signal", "subject", "target", "raw", "value"),
    [
        # Level 3 is two below the 5 that is wanted: 1 - 2/4.
        (Signal.TRL, {"trl": 3}, {"trl_minimum": 5}, 2, 0.5),
        (Signal.TRL, {"trl": 7}, {"trl_minimum": 5}, 0, 1),
        # 10,000 against a budget from 100,000: one power of ten, 1 - 1/1.5.
        (
            Signal.AMOUNT,
            {"amount_sought": {"amount": 1e4, "currency": "USD"}},
            {"budget": {"minimum": 1e5, "currency": "USD"}},
            1,
            1 / 3,
        ),
        # Angel is on step 1, feasibility on .5: 1 - .5/3.
        (Signal.STAGE, {"funding_round": "seed_angel"}, {"phase": "feasibility"}, 0.5, 5 / 6),
        (Signal.SECTOR, {"sectors": ["energy"]}, {"sectors": ["energy"]}, 0.6, 0.6),
    ],
)
def test_closeness_by_hand(
    signal: Signal, subject: dict[str, Any], target: dict[str, Any], raw: float, value: float
) -> None:
    assert shared(make_project(**subject), make_demand(**target))[signal] == pytest.approx((raw, value), abs=1e-5)


def test_deadline_counts_days_from_the_day_asked_about() -> None:
    subject, target = make_project(), make_demand(deadline="2026-03-31")
    assert shared(subject, target, date(2026, 3, 1))[Signal.DEADLINE] == (30, 0.5)
    assert Signal.DEADLINE not in shared(subject, target)


def test_what_is_unknown_is_missing_and_not_nought() -> None:
    told = shared(make_project(), make_investor())
    assert all(np.isnan(value) for _, value in told.values())
