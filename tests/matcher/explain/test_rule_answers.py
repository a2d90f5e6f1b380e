"""Rules' answers in both languages: what was asked, what was found, what would change it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.explain.attribute_names import ATTRIBUTES, OPEN, REGION
from services.matcher.explain.explanation import explain
from services.matcher.explain.names import KINDS, LANGUAGES, NEED_TYPES, STAGES
from services.matcher.explain.rule_answers import rule_answers
from shared.contracts.explanations import RuleAnswer, Side, Truth
from shared.contracts.kinds import Kind
from shared.contracts.profiles import Profile
from shared.contracts.rules import CONDITION_OPERATORS, DateAttribute, NumberAttribute, Rule, SetAttribute
from shared.contracts.vocabularies import CompanyStage, Explain, Language, NeedType
from tests.factories import make_demand, make_investor, make_platform, make_project
from tests.matcher.explain.pairs import NO_SIGNALS, judged, make_party, own_judgements
from tests.matcher.profile_strategies import profiles, rules

PROJECT = make_project(
    sectors=["energy_storage"],
    trl=4,
    amount_sought={"amount": 300_000, "currency": "USD"},
    funding_round="series_b",
    region={"country": "中国", "province": "北京市"},
    validity={"valid_until": "2027-01-01"},
)
CONDITIONS: dict[str, dict[str, Any]] = {
    "in": {"op": "in", "attribute": "sector", "values": ["food"]},
    "not_in": {"op": "not_in", "attribute": "sector", "values": ["energy_storage", "food"]},
    "overlaps": {"op": "overlaps", "attribute": "stage", "values": ["seed_angel", "pre_a"]},
    "range": {"op": "range", "attribute": "trl", "minimum": 6, "maximum": 8},
    "at_least": {"op": "at_least", "attribute": "amount_usd", "value": 420_000},
    "at_most": {"op": "at_most", "attribute": "trl", "value": 3},
    "within": {"op": "within", "region": {"country": "中国", "province": "河北省"}},
    "before": {"op": "before", "attribute": "valid_until", "day": "2026-12-01"},
    "after": {"op": "after", "attribute": "valid_until", "day": "2027-06-01"},
    "open_on": {"op": "open_on", "day": "2027-02-01"},
    "and": {"op": "and", "conditions": [{"op": "at_least", "attribute": "trl", "value": 6}]},
    "or": {"op": "or", "conditions": [{"op": "at_least", "attribute": "trl", "value": 6}]},
    "not": {"op": "not", "condition": {"op": "at_most", "attribute": "trl", "value": 5}},
}
"""One condition an operator, each of which the project fails."""


def answered(profile: Profile, condition: dict[str, Any], owner: Side = Side.REQUEST, **rule: Any) -> RuleAnswer:
    """What a rule says of the target, or of the subject where the target owns it."""
    subject, target = make_party(make_investor()), make_party(profile, Side.TARGET)
    if owner is Side.TARGET:
        subject, target = make_party(profile), make_party(make_investor(), Side.TARGET)
    asked = Rule.model_validate({"condition": condition, **rule})
    [answer] = rule_answers(subject, target, judged([asked], subject if owner is Side.TARGET else target, owner))
    return answer


def test_a_failed_amount_says_what_would_mend_it() -> None:
    project = make_party(PROJECT)
    # 3 million CNY * 0.14 = 420,000 USD.
    fund = make_party(make_investor(ticket={"minimum": 3_000_000, "maximum": 15_000_000}), Side.TARGET)
    [answer] = rule_answers(project, fund, own_judgements(fund, project))
    assert answer.answer is Truth.FAIL
    assert answer.text.en == (
        "The investor asks: amount sought at least 420,000 USD. Found: amount sought 300,000 USD. "
        "It would take: amount sought raised to 420,000 USD; or the investor relaxing its smallest ticket."
    )
    assert answer.text.zh == (
        "投资方要求：融资金额不低于42万美元。查到：融资金额30万美元。"
        "如融资金额提高到42万美元，或投资方放宽最低单笔投资额，即可。"
    )


def test_derived_stages_read_as_what_the_investor_takes() -> None:
    project, fund = make_party(PROJECT), make_party(make_investor(stages=["seed_angel", "pre_a"]), Side.TARGET)
    [answer] = rule_answers(project, fund, own_judgements(fund, project))
    assert answer.answer is Truth.FAIL
    assert answer.text.en.startswith(
        "The investor asks: stage including one of seed/angel, Pre-A. Found: stage Series B. It would take: "
    )


def test_an_unknown_rule_says_what_to_state() -> None:
    answer = answered(make_project(), CONDITIONS["at_least"], Side.TARGET)
    assert answer.answer is Truth.UNKNOWN
    assert answer.text.en == (
        "The investor asks: amount sought at least 420,000 USD. "
        "Not known enough: amount sought; the project should state it."
    )
    assert answer.text.zh == "投资方要求：融资金额不低于42万美元。信息不足：融资金额；请项目方补充。"


def test_a_passed_rule_says_what_was_found() -> None:
    answer = answered(PROJECT, {"op": "at_least", "attribute": "trl", "value": 4}, label="Not below TRL 4")
    assert (answer.owner, answer.label) == (Side.REQUEST, "Not below TRL 4")
    assert answer.text.en.endswith("Found: technology readiness level (TRL) 4.")


def test_all_parts_of_an_and_and_any_part_of_an_or_would_mend_it() -> None:
    trl, amount = CONDITIONS["range"], CONDITIONS["at_least"]
    both = answered(PROJECT, {"op": "and", "conditions": [trl, amount]})
    assert "raised to 6 and amount sought raised to 420,000 USD" in both.text.en
    either = answered(PROJECT, {"op": "or", "conditions": [trl, amount]})
    assert "raised to 6 or amount sought raised to 420,000 USD" in either.text.en


def test_under_a_not_the_joining_words_swap() -> None:
    low, small = CONDITIONS["not"]["condition"], {"op": "at_most", "attribute": "amount_usd", "value": 500_000}
    both_hold = answered(PROJECT, {"op": "not", "condition": {"op": "and", "conditions": [low, small]}})
    assert "no longer technology readiness level (TRL) at most 5 or no longer amount" in both_hold.text.en
    one_holds = answered(PROJECT, {"op": "not", "condition": {"op": "or", "conditions": [low, small]}})
    assert "no longer technology readiness level (TRL) at most 5 and no longer amount" in one_holds.text.en


def test_what_already_holds_is_not_asked_for_again() -> None:
    holds = {"op": "at_least", "attribute": "trl", "value": 4}
    answer = answered(PROJECT, {"op": "and", "conditions": [holds, CONDITIONS["at_least"]]})
    assert "It would take: amount sought raised to 420,000 USD; or" in answer.text.en


def test_a_rule_for_other_kinds_says_so() -> None:
    answer = answered(make_platform(), CONDITIONS["range"], applies_to=["project"])
    assert answer.text.en.endswith("Not asked of pilot platforms.")
    assert answer.text.zh.endswith("不针对中试平台。")


@pytest.mark.parametrize("operator", CONDITION_OPERATORS)
def test_every_operator_says_in_both_languages_what_would_change_it(operator: str) -> None:
    answer = answered(PROJECT, CONDITIONS[operator])
    assert answer.answer is Truth.FAIL
    assert "It would take: " in answer.text.en
    assert "要求：" in answer.text.zh
    assert "如" in answer.text.zh


def test_every_attribute_and_every_word_of_the_vocabularies_has_names() -> None:
    assert set(ATTRIBUTES) == {*SetAttribute, *NumberAttribute, *DateAttribute, REGION, OPEN}
    assert (set(KINDS), set(STAGES), set(NEED_TYPES), set(LANGUAGES)) == (
        set(Kind),
        set(CompanyStage),
        set(NeedType),
        set(Language),
    )


def test_a_summary_tells_the_open_rules_and_a_full_explanation_all() -> None:
    subject, target = make_party(make_demand()), make_party(PROJECT, Side.TARGET)
    asked = [
        Rule.model_validate({"condition": {"op": "at_least", "attribute": name, "value": 1}})
        for name in ("trl", "team_size")
    ]
    judgements = judged(asked, target)
    told = {
        level: explain(subject, target, NO_SIGNALS, NO_SIGNALS, judgements=judgements, level=level).rules
        for level in Explain
    }
    assert [len(told[level]) for level in (Explain.NONE, Explain.SUMMARY, Explain.FULL)] == [0, 1, 2]
    assert told[Explain.SUMMARY][0].answer is Truth.UNKNOWN


@given(st.lists(rules, max_size=4), profiles, profiles)
def test_any_rule_on_any_profile_is_put_into_words(drawn: list[Rule], subject: Profile, target: Profile) -> None:
    sides = make_party(subject), make_party(target, Side.TARGET)
    judgements = judged(drawn, sides[1])
    for owned, answer in zip(judgements, rule_answers(*sides, judgements), strict=True):
        assert answer.answer is owned.judgement.truth
        assert answer.text.en.endswith(".")
        assert answer.text.zh.endswith("。")
        assert ("It would take: " in answer.text.en) == (answer.answer is Truth.FAIL)
