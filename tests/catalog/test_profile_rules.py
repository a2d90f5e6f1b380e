"""Ids, languages, search texts and masking of profiles."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.profiles.rules import (
    as_seen_by_the_public,
    is_profile_id,
    prepare,
    profile_id,
    search_text,
    stages,
)
from shared.contracts.profiles import PROFILE_TYPES, profile_adapter
from shared.contracts.vocabularies import CompanyStage, Language, Provenance
from tests.factories import make_demand, make_investor, make_profile, make_project


def test_id_is_the_same_in_every_catalog() -> None:
    assert profile_id("tests", "one") == "prf_7d8931379b6c59198f4e1199d8787fbc"
    assert is_profile_id(profile_id("源", "一"))


@given(st.text(max_size=40))
def test_only_ids_of_our_form_are_looked_up(text: str) -> None:
    assert not is_profile_id(text)


def test_source_and_external_id_are_kept_apart() -> None:
    assert profile_id("a", "bc") != profile_id("ab", "c")


def test_detected_language_is_marked_as_inferred() -> None:
    prepared = prepare(make_project(title="固态电解质"))
    assert prepared.profile.language is Language.CHINESE
    assert prepared.profile.provenance == {"language": Provenance.INFERRED}


def test_given_language_stays_as_declared() -> None:
    prepared = prepare(make_project(title="固态电解质", language="en"))
    assert prepared.profile.language is Language.ENGLISH
    assert prepared.profile.provenance == {}


def test_stored_document_has_no_contact_and_reads_back() -> None:
    prepared = prepare(make_project(contact={"name": "Ada"}, summary="量子🚀"))
    assert "Ada" not in prepared.document
    assert json.loads(prepared.contact_document or "") == {"name": "Ada"}
    assert profile_adapter.validate_json(prepared.document) == prepared.profile


@pytest.mark.parametrize("kind", [kind.value for kind in PROFILE_TYPES])
def test_every_kind_is_prepared_alike(kind: str) -> None:
    first, second = prepare(make_profile(kind)), prepare(make_profile(kind))
    assert first == second
    assert json.loads(first.document)["kind"] == kind


def test_contact_is_kept_only_where_it_is_not_mentioned() -> None:
    assert prepare(make_project()).keeps_contact
    assert not prepare(make_project(contact=None)).keeps_contact


def test_search_text_holds_the_texts_and_not_the_administration() -> None:
    text = search_text(make_project(organisation="ACME", needs=[{"text": "Pilot Line"}], keywords=["Anode"]))
    assert all(word in text for word in ("acme", "pilot line", "anode"))
    assert "public" not in text


def test_anonymous_profile_is_not_found_by_its_organisation() -> None:
    demand = make_demand(organisation="Secret Works", visibility="anonymous", url="https://secret.example")
    assert "secret" not in search_text(demand)


def test_anonymous_profile_is_shown_without_its_organisation() -> None:
    demand = make_demand(
        organisation="Secret Works", organisation_unit="Lab 1", url="https://x.example", visibility="anonymous"
    )
    shown = as_seen_by_the_public(demand)
    assert shown is not None
    assert (shown.organisation, shown.organisation_unit, shown.url) == (None, None, None)
    assert shown.title == demand.title


def test_hidden_profile_is_not_shown() -> None:
    assert as_seen_by_the_public(make_demand(visibility="hidden")) is None


def test_stages_of_every_kind_are_collected() -> None:
    assert stages(make_project(company_stage="pre_a", funding_round="series_a")) == {
        CompanyStage.PRE_A,
        CompanyStage.SERIES_A,
    }
    assert stages(make_investor(stages=["seed_angel", "pre_a"])) == {CompanyStage.SEED_ANGEL, CompanyStage.PRE_A}
    assert stages(make_demand(phase="feasibility")) == {CompanyStage.FEASIBILITY}
