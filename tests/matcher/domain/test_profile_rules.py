"""Rules are read off what an owner states plainly, and off nothing else."""

from typing import Any

import pytest

from services.matcher.domain.attributes import profile_attributes
from services.matcher.domain.judgement import judge
from services.matcher.domain.profile_rules import derived_rules, profile_rules
from shared.contracts.explanations import RuleSource, Truth
from shared.contracts.profiles import Profile
from shared.contracts.vocabularies import Language
from tests.factories import make_demand, make_investor, make_platform, make_project, make_scenario


def derived(profile: Profile) -> dict[str | None, str]:
    """The condition of each derived rule, as JSON, by the field it stands on."""
    return {own.field: own.rule.condition.model_dump_json() for own in derived_rules(profile)}


def says(owner: Profile, counterpart: Profile) -> list[str]:
    """What the owner's derived rules say of a counterpart."""
    attributes = profile_attributes(counterpart, Language.ENGLISH)
    return [judge(rule, attributes).truth.value for rule in derived_rules(owner)]


@pytest.mark.parametrize(
    ("project", "said"),
    [
        ({"funding_round": "pre_a"}, "pass"),
        ({"funding_round": "series_b"}, "fail"),
        ({"company_stage": "prototype"}, "pass"),  # an award's phase names no round
        ({"company_stage": "seed_angel", "funding_round": "pre_a"}, "pass"),
        ({}, "unknown"),
    ],
)
def test_investor_refuses_a_round_outside_its_stages(project: dict[str, Any], said: str) -> None:
    assert says(make_investor(stages=["pre_a", "series_a"]), make_project(**project)) == [said]


def test_investor_in_ideas_takes_the_first_round_too() -> None:
    investor = make_investor(stages=["idea", "feasibility"])
    assert says(investor, make_project(funding_round="seed_angel")) == ["pass"]
    assert says(investor, make_project(funding_round="growth")) == ["fail"]


def test_stage_that_names_no_round_gives_no_rule() -> None:
    assert derived(make_investor(stages=["venture"])) == {}


def test_round_below_the_smallest_ticket_is_refused_and_one_above_the_largest_is_shared() -> None:
    investor = make_investor(ticket={"minimum": 1_000_000, "maximum": 2_000_000, "currency": "USD"})
    small, large = (make_project(amount_sought={"amount": amount, "currency": "USD"}) for amount in (9e5, 9e6))
    assert [*says(investor, small), *says(investor, large), *says(investor, make_project())] == [
        "fail",
        "pass",
        "unknown",
    ]


def test_ticket_without_a_minimum_or_a_rate_gives_no_rule() -> None:
    assert derived(make_investor(ticket={"maximum": 5})) == {}
    assert derived(make_investor(ticket={"minimum": 5, "currency": "XAU"})) == {}


def test_regions_are_alternatives() -> None:
    investor = make_investor(regions=[{"province": "北京市"}, {"province": "河北省"}])
    here, there = (make_project(region={"country": "China", "province": name}) for name in ("Hebei", "Zhejiang"))
    assert says(investor, here) == ["pass"]
    assert says(investor, there) == ["fail"]


def test_region_without_a_level_means_anywhere() -> None:
    assert derived(make_investor(regions=[{}, {"province": "北京市"}])) == {}


def test_what_only_repeats_the_past_refuses_nobody_unless_it_is_declared() -> None:
    fields: dict[str, Any] = {
        "stages": ["pre_a"],
        "regions": [{"country": "Japan"}],
        "track_record": {"stage_counts": {"pre_a": 3}, "region_counts": {"Japan": 3}},
    }
    assert derived(make_investor(**fields)) == {}
    assert set(derived(make_investor(**fields, provenance={"stages": "declared"}))) == {"stages"}


def test_inferred_field_gives_no_rule() -> None:
    assert derived(make_demand(trl_minimum=5, provenance={"trl_minimum": "inferred"})) == {}


def test_sectors_give_no_rule() -> None:
    assert derived(make_investor(sectors=["energy"])) == {}


def test_wanted_readiness_is_asked_of_projects() -> None:
    assert says(make_demand(trl_minimum=5), make_project(trl=4)) == ["fail"]
    scenario = make_scenario(trl_minimum=5, trl_maximum=7)
    assert [says(scenario, make_project(trl=trl))[0] for trl in (4, 5, 7, 8)] == ["fail", "pass", "pass", "fail"]
    assert says(make_scenario(trl_maximum=7), make_project(trl=8)) == ["fail"]
    assert says(scenario, make_investor()) == ["pass"]  # not asked of investors


def test_crossed_readiness_keeps_the_minimum() -> None:
    assert says(make_scenario(trl_minimum=7, trl_maximum=5), make_project(trl=6)) == ["fail"]


def test_platform_without_a_free_place_is_refused_by_projects() -> None:
    platforms = make_platform(capacity=0), make_platform(capacity=1), make_platform()
    assert [says(make_project(), platform)[0] for platform in platforms] == ["fail", "pass", "unknown"]


def test_declared_rules_come_first_and_name_their_source() -> None:
    rule = {"condition": {"op": "not_in", "attribute": "organisation", "values": ["Acme"]}, "label": "not from a rival"}
    found = profile_rules(make_project(rules=[rule]))
    assert [own.source for own in found] == [RuleSource.DECLARED, RuleSource.DERIVED]
    assert judge(found[0], profile_attributes(make_investor(organisation="acme"), Language.ENGLISH)).truth is Truth.FAIL
