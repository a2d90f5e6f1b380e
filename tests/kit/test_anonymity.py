"""What names an anonymous poster is masked in its own texts, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.profiles import profile_adapter
from shared.kit.anonymity import MASK, names_of, unnamed
from tests.factories import make_demand, make_investor, make_project

CHINESE, ENGLISH = "上海远航材料科技有限公司", "Canary Metallurgy Co., Ltd. (fictional)"


@pytest.mark.parametrize(
    ("organisation", "text", "shown"),
    [
        (ENGLISH, "CANARY  metallurgy runs kilns", f"{MASK} runs kilns"),
        (ENGLISH, "Kilns of Canary Metallurgy Co., Ltd. (fictional), heated", f"Kilns of {MASK}, heated"),
        (ENGLISH, "The canary in the mine", "The canary in the mine"),
        (CHINESE, "由上海远航材料科技有限公司研发", f"由{MASK}研发"),
        (CHINESE, "上海远航材料科技的炉窑", f"{MASK}的炉窑"),
        ("AI", "Said again: AI and no PAIR", f"Said again: {MASK} and no PAIR"),
        (None, "Write to alex@example.org or call 13800138000", f"Write to {MASK} or call {MASK}"),
        (None, "See https://example.org/a?b=1, +49 89 1234567 or 021-12345678", f"See {MASK} {MASK} or {MASK}"),
        (
            None,
            "900 degrees, 10000 cycles, 2026-11-24, 1,250,000 yuan",
            "900 degrees, 10000 cycles, 2026-11-24, 1,250,000 yuan",
        ),
    ],
)
def test_name_and_addresses_are_masked_and_other_words_stay(organisation: str | None, text: str, shown: str) -> None:
    profile = make_project(organisation=organisation, summary=text, visibility="anonymous")
    assert unnamed(profile).summary == shown


def test_every_text_is_masked_and_the_fields_that_rules_need_stay() -> None:
    demand = make_demand(
        organisation=ENGLISH,
        title=f"{ENGLISH} looks for seals",
        needs=[{"text": f"Seals for {ENGLISH}", "weight": 2}],
        keywords=[ENGLISH, "seals"],
        technical_requirements=[f"Drawings of {ENGLISH} apply"],
        track_record={"sector_counts": {ENGLISH: 2}, "items": [{"title": f"Award of {ENGLISH}"}]},
        visibility="anonymous",
    )
    masked = unnamed(demand)
    assert "canary" not in masked.model_dump_json(exclude={"organisation"}).lower()
    assert (masked.organisation, masked.needs[0].weight, masked.keywords) == (ENGLISH, 2, (MASK, "seals"))


@pytest.mark.parametrize("visibility", ["public", "members"])
def test_profile_that_hides_nothing_is_the_same_object(visibility: str) -> None:
    profile = make_project(organisation=ENGLISH, title=ENGLISH, visibility=visibility)
    assert unnamed(profile) is profile


def test_legal_forms_are_taken_off_one_after_the_other() -> None:
    assert names_of(ENGLISH) == [ENGLISH, "Canary Metallurgy Co., Ltd.", "Canary Metallurgy"]
    assert names_of(CHINESE) == [CHINESE, "上海远航材料科技"]
    assert names_of("A") == names_of(None) == []


@given(
    organisation=st.text(min_size=2, max_size=40).filter(lambda name: len(name.strip()) >= 2 and name.isprintable()),
    around=st.tuples(st.text(max_size=20), st.text(max_size=20)).filter(lambda both: all(map(str.isprintable, both))),
)
def test_masked_text_never_holds_the_name_as_a_word_and_is_valid(organisation: str, around: tuple[str, str]) -> None:
    text = f"{around[0]} {organisation.strip()} {around[1]}"
    profile = make_investor(organisation=organisation, thesis=text, title=f"t {text}", visibility="anonymous")
    masked = unnamed(profile)
    assert masked.thesis is not None
    assert f" {' '.join(organisation.split())} " not in f" {' '.join(masked.thesis.split())} "
    assert len(masked.thesis) <= len(profile.thesis or "")
    assert profile_adapter.validate_json(masked.model_dump_json()).title == masked.title.strip()
