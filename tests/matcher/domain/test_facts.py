"""Facts of one profile: places as paths, counts by code, partial dates, amounts in one currency."""

import math
from datetime import date
from typing import Any

import numpy as np
import pytest

from services.matcher.domain.fact_columns import fact_columns
from services.matcher.domain.facts import ProfileFacts, RecordFacts, profile_facts
from services.matcher.domain.record_statistics import record_statistics
from services.matcher.domain.sectors import sector_index
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import CompanyStage
from tests.factories import make_demand, make_investor, make_platform, make_profile, make_project, make_scenario


def record_of(**fields: Any) -> RecordFacts:
    """The record of an investor."""
    record = profile_facts(make_investor(track_record=fields)).record
    assert record is not None
    return record


@pytest.mark.parametrize("kind", Kind)
def test_what_a_profile_does_not_say_is_unknown(kind: Kind) -> None:
    facts = profile_facts(make_profile(kind.value))
    assert facts == ProfileFacts(
        kind=kind,
        organisation=None,
        is_anonymous=False,
        sectors=frozenset(),
        tags=frozenset(),
        place=None,
        place_keys=frozenset(),
        company_keys=frozenset({"solidelectrolyteforsaferbatteries"}) if kind is Kind.PROJECT else frozenset(),
    )


def test_place_has_one_key_a_level_below_the_country_in_either_language() -> None:
    chinese = profile_facts(make_project(region={"country": "中国", "province": "河北省", "city": "保定市"}))
    english = profile_facts(make_project(region={"country": "China", "province": "Hebei", "city": "Baoding"}))
    assert chinese.place_keys == english.place_keys == {"cn/hebei", "cn/hebei/baoding"}
    assert profile_facts(make_project(region={"country": "中国"})).place_keys == frozenset()


def test_organisation_is_told_in_lower_case_and_whether_it_is_to_be_shown() -> None:
    facts = profile_facts(make_project(organisation="ACME (fictional)", visibility="anonymous"))
    assert (facts.organisation, facts.is_anonymous) == ("acme (fictional)", True)


def test_round_comes_before_the_stage_and_both_are_named() -> None:
    facts = profile_facts(make_project(company_stage="prototype", funding_round="series_a"))
    assert facts.round is CompanyStage.SERIES_A
    assert facts.stages == {CompanyStage.PROTOTYPE, CompanyStage.SERIES_A}
    looked_for = profile_facts(make_investor(stages=["pre_a", "growth"]))
    assert looked_for.round is None
    assert looked_for.stages == {CompanyStage.PRE_A, CompanyStage.GROWTH}
    assert profile_facts(make_demand(phase="feasibility")).round is CompanyStage.FEASIBILITY


def test_readiness_is_exact_or_between_bounds_open_ends_being_1_and_9() -> None:
    assert profile_facts(make_project(trl=5)).trl == (5, 5)
    assert profile_facts(make_demand(trl_minimum=4)).trl == (4, 9)
    assert profile_facts(make_scenario(trl_maximum=6)).trl == (1, 6)


def test_amounts_are_in_us_dollars() -> None:
    # one yuan counts 0.14 dollars
    assert profile_facts(make_project(amount_sought={"amount": 1_000_000})).amount == pytest.approx((140_000, 140_000))
    open_above = make_investor(ticket={"minimum": 500_000, "currency": "USD"})
    assert profile_facts(open_above).amount == (500_000, math.inf)
    open_below = make_demand(budget={"maximum": 100, "currency": "USD"})
    assert profile_facts(open_below).amount == (0, 100)
    assert profile_facts(make_project(amount_sought={"amount": 1, "currency": "XXX"})).amount is None


def test_where_an_investor_looks_deadlines_and_capacity() -> None:
    facts = profile_facts(make_investor(regions=[{"province": "河北省"}, {}]))
    assert [place.province for place in facts.places_served] == ["hebei"]
    assert profile_facts(make_demand(deadline="2026-03-01")).deadline == date(2026, 3, 1).toordinal()
    assert profile_facts(make_platform(capacity=0)).capacity == 0


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021", date(2021, 7, 1)),
        ("2021-02", date(2021, 2, 15)),
        ("2021-02-03", date(2021, 2, 3)),
        ("2021-02-30", None),
        ("2021-13", None),
        (None, None),
    ],
)
def test_partial_date_stands_for_its_middle(text: str | None, day: date | None) -> None:
    assert record_of(last_date=text).last_day == (day.toordinal() if day else None)


def test_deals_are_counted_by_finest_code_and_unknown_words_by_none() -> None:
    counts = record_of(sector_counts={"energy": 4, "new energy": 1, "asic": 2, "no such sector": 9}).sectors
    assert counts == {"new_energy": 5.0, "integrated_circuits/chip_design": 2.0}


def test_deals_are_counted_by_the_finest_key_of_a_name_and_countries_by_none() -> None:
    assert record_of(region_counts={"河北省": 2, "Hebei": 1, "中国": 5}).places == {"cn/hebei": 3.0}


def test_stages_that_the_vocabulary_lacks_are_not_counted() -> None:
    assert record_of(stage_counts={"series_a": 2, "odd": 3}).stages == {CompanyStage.SERIES_A: 2.0}


def test_missing_ends_of_the_amounts_are_the_median_and_without_it_none_are_known() -> None:
    dollars = {"currency": "USD"}
    known = record_of(amount_median={"amount": 5.0, **dollars}, amount_p90={"amount": 9.0, **dollars})
    assert known.amounts == (5.0, 5.0, 9.0)
    assert record_of(amount_p90={"amount": 9.0, **dollars}).amounts is None


def test_columns_hold_each_profiles_facts_in_their_order() -> None:
    facts = [
        profile_facts(make_project(trl=5, funding_round="series_a", region={"province": "河北省"})),
        profile_facts(make_investor(track_record={"total": 3, "sector_counts": {"energy": 4}})),
    ]
    columns = fact_columns(facts)
    assert columns.size == 2
    assert columns.trl.tolist()[0] == [5, 5] and np.isnan(columns.trl[1]).all()
    assert columns.rounds[0] == 3.0 and np.isnan(columns.rounds[1])
    assert columns.place_keys.sums(["cn/hebei"]).tolist() == [1, 0]
    assert np.isnan(columns.total[0]) and columns.total[1] == 3
    assert columns.record_sectors[[1], [sector_index()["new_energy"]]].tolist() == [4]


def test_statistics_add_up_the_records_of_a_kind() -> None:
    records: list[dict[str, Any]] = [
        {"last_date": "2021-02-03", "region_counts": {"河北省": 2}, "stage_counts": {"series_a": 1}},
        {"last_date": "2022", "region_counts": {"Hebei": 1}, "stage_counts": {"series_a": 2}},
    ]
    facts = [profile_facts(make_investor(track_record=record)) for record in records]
    found = record_statistics([*facts, profile_facts(make_project())])
    assert found[Kind.INVESTOR].places == {"cn/hebei": 3.0}
    assert found[Kind.INVESTOR].stages[list(CompanyStage).index(CompanyStage.SERIES_A)] == 3
    assert found[Kind.INVESTOR].newest_day == date(2022, 7, 1).toordinal()
    assert found[Kind.PROJECT].newest_day == 0
