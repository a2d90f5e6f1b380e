"""Columns of attributes answer filters as a plain reading of each profile does."""

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.attributes import attribute_table, profile_attributes
from services.matcher.domain.eligibility import eligible_rows, filter_mask
from shared.contracts.filters import Filter, NotIn, NumberAttribute, OpenOn, Overlaps, Range, SetAttribute, Within
from shared.contracts.parts import Region
from shared.contracts.profiles import Kind, Profile
from shared.contracts.vocabularies import Language
from tests.factories import make_demand, make_investor, make_project
from tests.matcher.plain_eligibility import passes
from tests.matcher.profile_strategies import FIRST_DAY, filters, languages, profiles


@given(collection=st.lists(st.tuples(profiles, languages), max_size=8), conditions=st.lists(filters, max_size=2))
def test_columns_agree_with_a_plain_reading(
    collection: list[tuple[Profile, Language]], conditions: list[Filter]
) -> None:
    table = attribute_table([profile_attributes(profile, language) for profile, language in collection])
    kinds = (Kind.PROJECT, Kind.INVESTOR, Kind.SCENARIO)
    expected = [
        profile.kind in kinds and all(passes(profile, language, condition) for condition in conditions)
        for profile, language in collection
    ]
    assert eligible_rows(table, kinds, conditions).tolist() == expected


@given(collection=st.lists(profiles, min_size=1, max_size=8), first=filters, second=filters)
def test_another_filter_never_adds_a_row(collection: list[Profile], first: Filter, second: Filter) -> None:
    table = attribute_table([profile_attributes(profile, Language.ENGLISH) for profile in collection])
    fewer, more = (eligible_rows(table, tuple(Kind), some) for some in ((first, second), (first,)))
    assert not (fewer & ~more).any()


def passing(condition: Filter, *collection: Profile) -> list[bool]:
    """Which of the profiles pass."""
    table = attribute_table([profile_attributes(profile, Language.ENGLISH) for profile in collection])
    return [bool(passed) for passed in filter_mask(table, condition)]


def test_words_are_compared_without_case() -> None:
    condition = Overlaps(attribute=SetAttribute.SECTOR, values=("ENERGY",))
    assert passing(condition, make_project(sectors=["Energy"]), make_project(sectors=["food"])) == [True, False]


def test_unknown_attribute_passes_not_in_and_open_on_only() -> None:
    bare = make_project()
    assert passing(NotIn(attribute=SetAttribute.SECTOR, values=("energy",)), bare) == [True]
    assert passing(OpenOn(day=FIRST_DAY), bare) == [True]
    assert passing(Overlaps(attribute=SetAttribute.SECTOR, values=("energy",)), bare) == [False]
    assert passing(Range(attribute=NumberAttribute.TRL, minimum=1), bare) == [False]
    assert passing(Range(attribute=NumberAttribute.TRL), bare) == [False]


def test_range_overlaps_a_ticket_in_another_currency() -> None:
    investor = make_investor(ticket={"minimum": 1_000_000, "maximum": 5_000_000, "currency": "CNY"})  # 140,000-700,000
    amount = NumberAttribute.AMOUNT_USD
    assert passing(Range(attribute=amount, minimum=650_000), investor) == [True]
    assert passing(Range(attribute=amount, maximum=139_000), investor) == [False]


def test_levels_of_a_region_must_hold_in_one_and_the_same_place() -> None:
    investor = make_investor(regions=[{"country": "中国", "city": "Baoding"}, {"country": "Japan", "city": "Tokyo"}])
    assert passing(Within(region=Region(country="中国", city="baoding")), investor) == [True]
    assert passing(Within(region=Region(country="中国", city="Tokyo")), investor) == [False]


def test_deadline_day_itself_is_open() -> None:
    demands = make_demand(deadline="2026-01-01"), make_demand(deadline="2025-12-31")
    assert passing(OpenOn(day=FIRST_DAY), *demands) == [True, False]
