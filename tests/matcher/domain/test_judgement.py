"""A judged rule tells what was asked and what was found."""

from datetime import date
from typing import Any

from services.matcher.domain.attributes import profile_attributes
from services.matcher.domain.judgement import Finding, Judgement, judge
from services.matcher.domain.profile_rules import request_rules
from shared.contracts.explanations import Truth
from shared.contracts.profiles import Profile
from shared.contracts.rules import Rule
from shared.contracts.vocabularies import Language
from tests.factories import make_demand, make_investor, make_project


def judged(profile: Profile, condition: dict[str, Any], *applies_to: str) -> Judgement:
    """What a rule of the request says of the profile."""
    [rule] = request_rules([Rule.model_validate({"condition": condition, "applies_to": applies_to})])
    return judge(rule, profile_attributes(profile, Language.ENGLISH))


def compared(profile: Profile, condition: dict[str, Any]) -> tuple[object, ...]:
    """The attribute, what was asked and what was found of a rule without parts."""
    [finding] = judged(profile, condition).findings
    return finding.attribute, finding.asked, finding.found


def test_findings_name_the_attribute_and_both_values() -> None:
    project = make_project(sectors=["Robots", "energy"], trl=4, region={"country": "中国", "city": "Baoding"})
    overlaps = {"op": "overlaps", "attribute": "sector", "values": ["Food"]}
    assert compared(project, overlaps) == ("sector", ("Food",), ("energy", "robots"))
    assert compared(project, {"op": "at_least", "attribute": "trl", "value": 5}) == ("trl", (5.0, None), (4.0, 4.0))
    within = {"op": "within", "region": {"country": "中国"}}
    assert compared(project, within) == ("region", ("中国",), ("中国/baoding",))


def test_findings_of_days_are_dates() -> None:
    demand = make_demand(deadline="2026-03-01", track_record={"last_date": "2013-02"})
    first_of_march = date(2026, 3, 1)
    before = {"op": "before", "attribute": "deadline", "day": "2026-03-01"}
    assert compared(demand, before) == ("deadline", (None, first_of_march), (first_of_march, first_of_march))
    after = {"op": "after", "attribute": "last_activity", "day": "2013-01-01"}
    assert compared(demand, after)[2] == (date(2013, 2, 1), date(2013, 2, 28))
    assert compared(demand, {"op": "open_on", "day": "2026-03-01"}) == (
        "open",
        (first_of_march,),
        (None, first_of_march),
    )


def test_open_bounds_are_none_and_unknown_is_empty() -> None:
    investor = make_investor(ticket={"minimum": 1_000, "currency": "USD"})
    at_most = {"op": "at_most", "attribute": "amount_usd", "value": 500}
    assert compared(investor, at_most) == ("amount_usd", (None, 500.0), (1_000.0, None))
    assert compared(make_project(), at_most)[2] == ()


def test_deciding_findings_are_those_that_would_have_to_change() -> None:
    trl = {"op": "at_least", "attribute": "trl", "value": 5}
    rival = {"op": "overlaps", "attribute": "organisation", "values": ["Acme"]}
    team = {"op": "at_least", "attribute": "team_size", "value": 3}
    condition = {"op": "and", "conditions": [trl, {"op": "not", "condition": rival}, team]}
    judgement = judged(make_project(trl=6, organisation="Acme"), condition)
    assert judgement.truth is Truth.FAIL
    assert [attribute(finding) for finding in judgement.deciding] == ["organisation"]
    unknown = judged(make_project(trl=6, organisation="Other"), condition)
    assert unknown.truth is Truth.UNKNOWN
    assert [attribute(finding) for finding in unknown.deciding] == ["team_size"]


def attribute(finding: Finding) -> str:
    """Its name on the wire."""
    return finding.attribute


def test_rule_that_is_not_asked_of_the_kind_passes_without_findings() -> None:
    trl = {"op": "at_least", "attribute": "trl", "value": 5}
    judgement = judged(make_project(trl=1), trl, "investor")
    assert (judgement.applies, judgement.truth, judgement.findings) == (False, Truth.PASS, ())
