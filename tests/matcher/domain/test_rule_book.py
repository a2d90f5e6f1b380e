"""All targets' own rules judge one counterpart at once as a plain reading of each does."""

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.attributes import profile_attributes
from services.matcher.domain.judgement import judge
from services.matcher.domain.profile_rules import profile_rules
from services.matcher.domain.rule_book import rule_book
from services.matcher.domain.truth import FAIL, UNKNOWN
from shared.contracts.explanations import Truth
from shared.contracts.profiles import Profile
from shared.contracts.rules import Condition, Rule
from shared.contracts.vocabularies import Language
from tests.factories import make_demand, make_investor, make_platform, make_project
from tests.matcher.plain_eligibility import rule_truth, truth
from tests.matcher.profile_strategies import languages, leaves, profiles, profiles_with_rules


@given(owners=st.lists(profiles_with_rules, max_size=4), subject=profiles, language=languages)
def test_book_agrees_with_a_plain_reading(owners: list[Profile], subject: Profile, language: Language) -> None:
    book = rule_book([profile_attributes(owner, Language.ENGLISH) for owner in owners])
    counts = book.judge(profile_attributes(subject, language))
    said = [[rule_truth(subject, language, own.rule) for own in profile_rules(owner)] for owner in owners]
    assert counts.failed.tolist() == [row.count(FAIL) for row in said]
    assert counts.unknown.tolist() == [row.count(UNKNOWN) for row in said]


@given(asked=st.lists(leaves, min_size=10, max_size=30), subject=profiles, language=languages)
def test_many_conditions_without_parts_agree_with_a_plain_reading(
    asked: list[Condition], subject: Profile, language: Language
) -> None:
    owners = [make_platform(rules=(Rule(condition=condition),)) for condition in asked]
    counts = rule_book([profile_attributes(owner, Language.ENGLISH) for owner in owners]).judge(
        profile_attributes(subject, language)
    )
    said = [truth(subject, language, condition) for condition in asked]
    assert counts.failed.tolist() == [int(answer == FAIL) for answer in said]
    assert counts.unknown.tolist() == [int(answer == UNKNOWN) for answer in said]


@given(owner=profiles_with_rules, subject=profiles, language=languages)
def test_judgement_of_one_pair_agrees_with_a_plain_reading(
    owner: Profile, subject: Profile, language: Language
) -> None:
    words = (Truth.FAIL, Truth.UNKNOWN, Truth.PASS)
    for own in profile_rules(owner):
        judgement = judge(own, profile_attributes(subject, language))
        assert judgement.truth is words[rule_truth(subject, language, own.rule)]
        assert judgement.deciding or not judgement.applies


def test_rows_without_rules_have_none_failed() -> None:
    owners = make_platform(), make_demand(trl_minimum=5), make_investor()
    book = rule_book([profile_attributes(owner, Language.ENGLISH) for owner in owners])
    counts = book.judge(profile_attributes(make_project(trl=4), Language.ENGLISH))
    assert counts.failed.tolist() == [0, 1, 0]
    assert counts.unknown.tolist() == [0, 0, 0]


def test_equal_rules_are_compiled_once() -> None:
    rule = Rule.model_validate(
        {"condition": {"op": "not", "condition": {"op": "at_most", "attribute": "trl", "value": 3}}}
    )
    owners = [make_platform(rules=[rule.model_dump()], external_id=str(number)) for number in range(5)]
    book = rule_book([profile_attributes(owner, Language.ENGLISH) for owner in owners])
    assert book.condition_count == 2  # the leaf and its opposite
    assert book.judge(profile_attributes(make_project(trl=3), Language.ENGLISH)).failed.tolist() == [1] * 5


def test_empty_book_judges() -> None:
    counts = rule_book([]).judge(profile_attributes(make_project(), Language.ENGLISH))
    assert counts.failed.tolist() == []
