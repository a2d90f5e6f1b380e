"""A run's id names its request and its versions, and nothing else."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.runs.run_ids import is_run_id, run_id
from shared.contracts.matches import MatchRequest
from tests.factories import profile_body
from tests.matcher.runs.answers import PROVENANCE, id_of

BODY: dict[str, Any] = {"subject_id": "prf_1", "target_kinds": ["project", "investor"]}


def id_for(**fields: Any) -> str:
    return run_id(MatchRequest.model_validate(BODY | fields), PROVENANCE)


def test_id_has_its_form() -> None:
    assert is_run_id(id_for())


def test_spelling_out_a_default_changes_nothing() -> None:
    assert id_for(limit=10, text=None, rerank={"diversity": 0}, explain="summary") == id_for()


def test_order_of_an_objects_keys_changes_nothing() -> None:
    marks = {"title": "verified", "trl": "inferred"}
    turned = dict(reversed(marks.items()))
    asked = [profile_body("project", provenance=one) for one in (marks, turned)]
    first, second = (id_for(subject_id=None, profile=profile) for profile in asked)
    assert first == second


@pytest.mark.parametrize("fields", [{"record_run": False}, {"min_feed_seq": 7}])
def test_when_and_how_to_answer_changes_nothing(fields: dict[str, Any]) -> None:
    assert id_for(**fields) == id_for()


def test_every_other_field_makes_another_id() -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"subject_id": "prf_2"},
        {"subject_id": None, "text": {"text": "prf_1"}},
        {"subject_id": None, "profile": profile_body("project")},
        {"target_kinds": ["investor", "project"]},
        {"limit": 11},
        {"explain": "full"},
        {"fusion": "product"},
        {"floor": 0.5},
        {"as_of": "2026-11-24"},
        {"rerank": {"diversity": 0.5}},
        {"rerank": {"exposure_cap": 3}},
        {"near_misses": 1},
    ]
    assert len({id_for(**fields) for fields in changes}) == len(changes)


@pytest.mark.parametrize(
    "versions",
    [{"policy": "p"}, {"model": "m"}, {"snapshot": "s"}, {"feed_seq": 8}, {"as_of": date(2026, 11, 24)}],
)
def test_every_version_makes_another_id(versions: dict[str, Any]) -> None:
    request = MatchRequest.model_validate(BODY)
    assert run_id(request, PROVENANCE.model_copy(update=versions)) != run_id(request, PROVENANCE)


def test_who_is_withheld_makes_another_id() -> None:
    request = MatchRequest.model_validate(BODY)
    assert run_id(request, PROVENANCE, withheld=["a", "b"]) == run_id(request, PROVENANCE, withheld=["b", "a"])
    assert run_id(request, PROVENANCE, withheld=["a"]) != run_id(request, PROVENANCE)


@given(st.text())
def test_other_texts_are_no_ids(text: str) -> None:
    assert not is_run_id(text)


@pytest.mark.parametrize("text", ["run_", id_of("a") + "\n", id_of("a").upper(), id_of("a")[:-1], "run_" + "٣" * 32])
def test_texts_like_ids_are_none(text: str) -> None:
    assert not is_run_id(text)
