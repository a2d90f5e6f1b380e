"""Which of a profile's words stand for what it offers and what it needs."""

import pytest

from services.matcher.domain.texts import Aspect, profile_texts
from shared.contracts.profiles import Profile
from tests.factories import make_demand, make_investor, make_platform, make_profile, make_project, make_scenario

BY_KIND: list[tuple[Profile, str, str]] = [
    (
        make_project(technology="sintering", product="a cell", intellectual_property=["a patent"]),
        "sintering|a cell|a patent",
        "",
    ),
    (make_demand(problem="wear", technical_requirements=["10 kHz", "oil proof"]), "", "wear|10 kHz|oil proof"),
    (
        make_scenario(
            setting="a depot", data_and_access=["logs"], may_be_tried=["night runs"], conditions=["no noise"]
        ),
        "a depot|logs",
        "night runs|no noise",
    ),
    (make_investor(thesis="early materials", value_added=["a lab"]), "a lab", "early materials"),
    (
        make_platform(capabilities=["coating"], equipment=["oven"], process_steps=["drying"], certifications=["ISO"]),
        "coating|oven|drying|ISO",
        "",
    ),
]


@pytest.mark.parametrize(("profile", "offers", "needs"), BY_KIND, ids=[one.kind for one, _, _ in BY_KIND])
def test_fields_of_each_kind_speak_of_their_aspect(profile: Profile, offers: str, needs: str) -> None:
    texts = profile_texts(profile)
    told = {aspect: "|".join(part.text for part in texts.parts if part.aspect is aspect) for aspect in Aspect}
    assert told == {Aspect.COMMON: "", Aspect.OFFER: offers, Aspect.NEED: needs}
    assert texts.has_own_needs == bool(needs)


@pytest.mark.parametrize("kind", ["project", "rd_demand", "scenario", "investor", "pilot_platform"])
def test_any_kind_states_needs_and_offers_one_by_one(kind: str) -> None:
    profile = make_profile(
        kind,
        title="T",
        summary="common",
        needs=[{"text": "a pilot line"}, {"text": "a buyer", "weight": 2}],
        offers=[{"text": "know-how"}],
        keywords=["tag"],
    )
    texts = profile_texts(profile)
    assert texts.offer_text == "T\ncommon\nknow-how\ntag"
    assert texts.need_text == "T\ncommon\na pilot line\na buyer\ntag"
    assert texts.need_prose == "T\ncommon\ntag"
    assert [(need.field, need.weight) for need in texts.atomic_needs] == [("needs.0.text", 1), ("needs.1.text", 2)]
    assert texts.full == "T\ncommon\na pilot line\na buyer\nknow-how\ntag"


def test_without_needs_or_offers_one_text_stands_for_both() -> None:
    texts = profile_texts(make_project(title="T", summary="common", description="long"))
    assert not texts.has_own_needs
    assert texts.offer_text == texts.need_text == texts.full == "T\ncommon\nlong"


def test_needs_alone_stand_for_the_offer_too() -> None:
    texts = profile_texts(make_project(title="T", needs=[{"text": "a pilot line"}]))
    assert texts.has_own_needs
    assert texts.offer_text == texts.need_text == "T\na pilot line"


def test_title_that_begins_the_text_is_not_said_twice() -> None:
    assert profile_texts(make_project(title="A valve", summary="A valve that seals")).full == "A valve that seals"
    assert profile_texts(make_project(title="A valve", summary="A valve")).full == "A valve"


def test_past_items_are_told_where_the_offer_does_not_speak_of_them() -> None:
    items = [{"title": title} for title in ("Pump award", "Seal award", "Seal award")]
    texts = profile_texts(make_project(summary="After the Pump award we went on", track_record={"items": items}))
    assert texts.history == ("Pump award", "Seal award", "Seal award")
    assert texts.unsaid_history == "Seal award"
    assert "Seal award" not in texts.full


def test_sectors_and_keywords_are_tags_once_with_spaces() -> None:
    profile = make_project(keywords=["solid state", "new energy"], sectors=["new_energy", "advanced_materials"])
    assert profile_texts(profile).tags == ("solid state", "new energy", "advanced materials")
