"""Columns of attributes answer conditions and rules as a plain reading of each profile does."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.attributes import AttributeTable, attribute_table, profile_attributes
from services.matcher.domain.eligibility import condition_truths, count_rules, eligible_rows, filter_mask, rule_truths
from services.matcher.domain.judgement import condition_truth
from services.matcher.domain.profile_rules import request_rules
from services.matcher.domain.rule_book import rule_book
from services.matcher.domain.truth import FAIL, PASS, UNKNOWN
from shared.contracts.parts import Region
from shared.contracts.profiles import Kind, Profile
from shared.contracts.rules import (
    After,
    And,
    AtLeast,
    AtMost,
    Before,
    Condition,
    DateAttribute,
    In,
    Not,
    NotIn,
    NumberAttribute,
    OpenOn,
    Or,
    Overlaps,
    Range,
    Rule,
    SetAttribute,
    Within,
)
from shared.contracts.vocabularies import Language
from tests.factories import make_demand, make_investor, make_profile, make_project
from tests.matcher.plain_eligibility import passes, rule_truth, truth
from tests.matcher.profile_strategies import FIRST_DAY, conditions, languages, profiles, rules

collections = st.lists(st.tuples(profiles, languages), max_size=5)
SEED = Overlaps(attribute=SetAttribute.STAGE, values=("seed_angel",))


def table_of(*collection: Profile) -> AttributeTable:
    """Columns over profiles that are taken for English."""
    return attribute_table([profile_attributes(profile, Language.ENGLISH) for profile in collection])


@given(collection=collections, filters=st.lists(conditions, max_size=2))
def test_columns_agree_with_a_plain_reading(
    collection: list[tuple[Profile, Language]], filters: list[Condition]
) -> None:
    table = attribute_table([profile_attributes(profile, language) for profile, language in collection])
    kinds = (Kind.PROJECT, Kind.INVESTOR, Kind.SCENARIO)
    expected = [
        profile.kind in kinds and all(passes(profile, language, condition) for condition in filters)
        for profile, language in collection
    ]
    assert eligible_rows(table, kinds, filters).tolist() == expected


@given(collection=collections, asked=st.lists(rules, max_size=3))
def test_rules_of_one_side_agree_with_a_plain_reading(
    collection: list[tuple[Profile, Language]], asked: list[Rule]
) -> None:
    table = attribute_table([profile_attributes(profile, language) for profile, language in collection])
    said = [[rule_truth(profile, language, rule) for rule in asked] for profile, language in collection]
    counts = count_rules(table, request_rules(asked))
    for place, rule in enumerate(asked):
        assert rule_truths(table, rule).tolist() == [row[place] for row in said]
    assert counts.failed.tolist() == [row.count(FAIL) for row in said]
    assert counts.unknown.tolist() == [row.count(UNKNOWN) for row in said]


@given(collection=st.lists(profiles, min_size=1, max_size=5), first=conditions, second=conditions)
def test_another_filter_never_adds_a_row(collection: list[Profile], first: Condition, second: Condition) -> None:
    fewer, more = (eligible_rows(table_of(*collection), tuple(Kind), some) for some in ((first, second), (first,)))
    assert not (fewer & ~more).any()


@given(collection=st.lists(profiles, min_size=1, max_size=5), rule=rules, further=conditions)
def test_tightening_a_rule_never_lets_a_row_pass(collection: list[Profile], rule: Rule, further: Condition) -> None:
    table = table_of(*collection)
    tighter = rule.model_copy(update={"condition": And(conditions=(rule.condition, further))})
    assert (rule_truths(table, tighter) <= rule_truths(table, rule)).all()


@given(collection=st.lists(profiles, min_size=1, max_size=5), first=conditions, second=conditions)
def test_neither_is_not_either(collection: list[Profile], first: Condition, second: Condition) -> None:
    table = table_of(*collection)
    neither = And(conditions=(Not(condition=first), Not(condition=second)))
    not_either = Not(condition=Or(conditions=(first, second)))
    assert condition_truths(table, neither).tolist() == condition_truths(table, not_either).tolist()


def passing(condition: Condition, *collection: Profile) -> list[bool]:
    """Which of the profiles pass as a filter."""
    return [bool(passed) for passed in filter_mask(table_of(*collection), condition)]


def answers(condition: Condition, *collection: Profile) -> list[int]:
    """What the condition says of each profile, in each of the ways to ask."""
    found = [int(answer) for answer in condition_truths(table_of(*collection), condition)]
    assert found == [truth(profile, Language.ENGLISH, condition) for profile in collection]
    attributes = [profile_attributes(profile, Language.ENGLISH) for profile in collection]
    assert found == [condition_truth(condition, one) for one in attributes]
    owner = profile_attributes(make_profile("pilot_platform", rules=(Rule(condition=condition),)), Language.ENGLISH)
    counts = [rule_book([owner]).judge(one) for one in attributes]
    assert found == [PASS - 2 * int(count.failed[0]) - int(count.unknown[0]) for count in counts]
    return found


def test_words_are_compared_without_case() -> None:
    condition = Overlaps(attribute=SetAttribute.SECTOR, values=("ENERGY",))
    assert passing(condition, make_project(sectors=["Energy"]), make_project(sectors=["food"])) == [True, False]


def test_in_wants_every_known_word_and_overlaps_one() -> None:
    both, one = make_project(sectors=["energy", "food"]), make_project(sectors=["energy"])
    values = ("energy", "water", "Energy")
    assert answers(In(attribute=SetAttribute.SECTOR, values=values), both, one, make_project()) == [0, 2, 1]
    assert answers(Overlaps(attribute=SetAttribute.SECTOR, values=values), both, one, make_project()) == [2, 2, 1]
    assert answers(NotIn(attribute=SetAttribute.SECTOR, values=values), both, one, make_project()) == [0, 0, 1]


def test_unknown_attribute_passes_only_the_filters_that_exclude() -> None:
    bare = make_project()
    assert passing(NotIn(attribute=SetAttribute.SECTOR, values=("energy",)), bare) == [True]
    assert passing(OpenOn(day=FIRST_DAY), bare) == [True]
    assert passing(Overlaps(attribute=SetAttribute.SECTOR, values=("energy",)), bare) == [False]
    assert passing(Range(attribute=NumberAttribute.TRL, minimum=1), bare) == [False]
    assert passing(Range(attribute=NumberAttribute.TRL), bare) == [False]
    assert passing(Not(condition=SEED), bare) == [False]


def test_unknown_stays_unknown_unless_the_other_part_decides() -> None:
    bare, early = make_project(sectors=["energy"]), make_project(sectors=["food"], company_stage="seed_angel")
    energy = Overlaps(attribute=SetAttribute.SECTOR, values=("energy",))
    assert answers(And(conditions=(SEED, energy)), bare, early) == [UNKNOWN, FAIL]
    assert answers(Or(conditions=(SEED, energy)), bare, early) == [PASS, PASS]
    assert answers(Not(condition=SEED), bare, early) == [UNKNOWN, FAIL]


def test_range_overlaps_a_ticket_in_another_currency() -> None:
    investor = make_investor(ticket={"minimum": 1_000_000, "maximum": 5_000_000, "currency": "CNY"})  # 140,000-700,000
    amount = NumberAttribute.AMOUNT_USD
    assert passing(Range(attribute=amount, minimum=650_000), investor) == [True]
    assert passing(Range(attribute=amount, maximum=139_000), investor) == [False]
    assert passing(AtLeast(attribute=amount, value=700_000), investor) == [True]
    assert passing(AtMost(attribute=amount, value=140_000), investor) == [True]


def test_levels_of_a_region_must_hold_in_one_and_the_same_place() -> None:
    investor = make_investor(regions=[{"country": "中国", "city": "Baoding"}, {"country": "Japan", "city": "Tokyo"}])
    assert passing(Within(region=Region(country="中国", city="baoding")), investor) == [True]
    assert passing(Within(region=Region(country="中国", city="Tokyo")), investor) == [False]


def test_region_is_the_same_in_chinese_and_english() -> None:
    project = make_project(region={"country": "China", "province": "Beijing", "city": "Beijing"})
    assert passing(Within(region=Region(country="中国", province="北京市", city="北京")), project) == [True]
    assert passing(Within(region=Region(province="上海市")), project) == [False]


def test_region_is_unknown_where_a_level_is_missing_and_fails_where_one_differs() -> None:
    asked = Within(region=Region(country="Japan", city="Tokyo"))
    somewhere, elsewhere = make_project(region={"country": "Japan"}), make_project(region={"country": "Korea"})
    assert answers(asked, somewhere, elsewhere, make_project()) == [UNKNOWN, FAIL, UNKNOWN]
    assert answers(Within(region=Region()), elsewhere, make_project()) == [PASS, PASS]


def test_deadline_day_itself_is_open() -> None:
    demands = make_demand(deadline="2026-01-01"), make_demand(deadline="2025-12-31")
    assert passing(OpenOn(day=FIRST_DAY), *demands) == [True, False]


def test_before_excludes_its_day_and_after_includes_it() -> None:
    eve, day = make_demand(deadline="2025-12-31"), make_demand(deadline="2026-01-01")
    assert answers(Before(attribute=DateAttribute.DEADLINE, day=FIRST_DAY), eve, day, make_demand()) == [2, 0, 1]
    assert answers(After(attribute=DateAttribute.DEADLINE, day=FIRST_DAY), eve, day, make_demand()) == [0, 2, 1]


def test_year_alone_decides_only_where_all_its_days_do() -> None:
    project = make_project(track_record={"last_date": "2013"})
    last = DateAttribute.LAST_ACTIVITY
    asked = [After(attribute=last, day=date(year, 1, 1)) for year in (2013, 2014)]
    assert [answers(condition, project) for condition in asked] == [[PASS], [FAIL]]
    assert answers(After(attribute=last, day=date(2013, 1, 2)), project) == [UNKNOWN]


def test_date_that_no_calendar_has_is_unknown() -> None:
    project = make_project(track_record={"last_date": "2013-02-30"})
    table = table_of(project)
    assert condition_truths(table, After(attribute=DateAttribute.LAST_ACTIVITY, day=FIRST_DAY)).tolist() == [UNKNOWN]


def test_organisation_of_an_anonymous_poster_is_unknown() -> None:
    rival = NotIn(attribute=SetAttribute.ORGANISATION, values=("Acme",))
    named, unnamed = (make_project(organisation="ACME", visibility=kind) for kind in ("public", "anonymous"))
    assert answers(rival, named, unnamed) == [FAIL, UNKNOWN]


def test_rule_passes_on_kinds_it_is_not_asked_of() -> None:
    rule = Rule(condition=SEED, applies_to=(Kind.INVESTOR,))
    late = make_project(company_stage="growth"), make_investor(stages=["growth"]), make_profile("scenario")
    assert rule_truths(table_of(*late), rule).tolist() == [PASS, FAIL, PASS]
