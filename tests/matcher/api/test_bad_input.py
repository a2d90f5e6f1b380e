"""Whatever is sent, the answer is a clear problem, never an unexpected error."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.factories import profile_body

GOOD = {"target_kinds": ["project"], "text": {"text": "a pump"}}
HEADERS = {"content-type": "application/json"}
NEEDS = [{"text": "need"}] * 10_000


TRL: dict[str, Any] = {"op": "at_least", "attribute": "trl", "value": 4}


def nested(levels: int) -> dict[str, Any]:
    """A condition of so many levels."""
    return TRL if levels == 1 else {"op": "not", "condition": nested(levels - 1)}


def assert_refused(response: Any, *statuses: int) -> dict[str, Any]:
    assert response.status_code in statuses, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["code"] and problem["detail"]
    return problem


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"target_kinds": []}, "target_kinds"),
        ({"target_kinds": ["unicorn"]}, "target_kinds.0"),
        ({"target_kinds": "project"}, "target_kinds"),
        ({"target_kinds": None}, "target_kinds"),
        ({"limit": 0}, "limit"),
        ({"limit": -1}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": 2.5}, "limit"),
        ({"limit": float("nan")}, "limit"),
        ({"limit": 10**400}, "limit"),
        ({"min_feed_seq": -1}, "min_feed_seq"),
        ({"min_feed_seq": 2**70}, "min_feed_seq"),
        ({"text": {"text": ""}}, "text.text"),
        ({"text": {"text": "   "}}, "text.text"),
        ({"text": {"text": "a\x00b"}}, "text.text"),
        ({"text": {"text": "x" * 60_001}}, "text.text"),
        ({"text": {"text": ["a"]}}, "text.text"),
        ({"text": {"text": "a", "kind": "unicorn"}}, "text.kind"),
        ({"text": {"text": "a", "language": "fr"}}, "text.language"),
        ({"text": "a pump"}, "text"),
        ({"text": None, "subject_id": ""}, "subject_id"),
        ({"text": None, "subject_id": "a\x00"}, "subject_id"),
        ({"text": None, "subject_id": "x" * 201}, "subject_id"),
        ({"text": None, "subject_id": 5}, "subject_id"),
        ({"filters": [{"op": "range", "attribute": "trl", "minimum": float("nan")}]}, "filters.0"),
        ({"filters": [{"op": "range", "attribute": "trl", "minimum": float("inf")}]}, "filters.0"),
        ({"filters": [{"op": "range", "attribute": "colour"}]}, "filters.0"),
        ({"filters": [{"op": "like"}]}, "filters.0"),
        ({"filters": [{"op": "overlaps", "attribute": "sector", "values": []}]}, "filters.0"),
        ({"filters": [{"op": "open_on", "day": "2026-02-30"}]}, "filters.0"),
        ({"filters": [{"op": "open_on", "day": "2026-02-01"}] * 21}, "filters"),
        ({"filters": [{"op": "range", "attribute": "trl", "minimum": 5, "maximum": 4}]}, "filters.0"),
        ({"filters": [{"op": "before", "attribute": "deadline", "day": "soon"}]}, "filters.0"),
        ({"rules": [{"condition": nested(7)}]}, "rules.0"),
        ({"rules": [{"condition": {"op": "and", "conditions": [TRL] * 101}}]}, "rules.0"),
        ({"rules": [{"condition": {"op": "or", "conditions": []}}]}, "rules.0"),
        ({"rules": [{"condition": {"op": "nearly", "attribute": "trl"}}]}, "rules.0"),
        ({"rules": [{"condition": TRL | {"attribute": "colour"}}]}, "rules.0"),
        ({"rules": [{"condition": TRL | {"value": "high"}}]}, "rules.0"),
        ({"rules": [{"condition": TRL, "applies_to": ["unicorn"]}]}, "rules.0.applies_to"),
        ({"rules": [{"condition": TRL}] * 21}, "rules"),
        ({"floor": 2}, "floor"),
        ({"floor": -0.1}, "floor"),
        ({"floor": float("nan")}, "floor"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"as_of": "2026-13-01"}, "as_of"),
        ({"fusion": "sum"}, "fusion"),
        ({"explain": "everything"}, "explain"),
        ({"near_misses": 21}, "near_misses"),
        ({"rerank": {"diversity": 1.5}}, "rerank.diversity"),
        ({"rerank": {"max_per_organisation": 0}}, "rerank.max_per_organisation"),
        ({"rerank": {"shuffle": True}}, "rerank.shuffle"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_unfit_request_is_refused_by_field(client: TestClient, fields: dict[str, Any], field: str) -> None:
    response = client.post("/v1/matches", content=json.dumps(GOOD | fields), headers=HEADERS)
    problem = assert_refused(response, 422)
    assert any(error["field"].startswith(field) and error["fix"] for error in problem["errors"]), problem


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "unicorn"}, "profile"),
        ({"title": ""}, "profile.title"),
        ({"title": "a\x00"}, "profile.title"),
        ({"needs": NEEDS}, "profile.needs"),
        ({"amount_sought": {"amount": float("nan")}}, "profile.amount_sought.amount"),
        ({"budget": {"minimum": 1}}, "profile.budget"),
    ],
)
def test_unfit_inline_profile_is_refused_by_field(client: TestClient, fields: dict[str, Any], field: str) -> None:
    body = {"target_kinds": ["project"], "profile": profile_body("project") | fields}
    problem = assert_refused(client.post("/v1/matches", content=json.dumps(body), headers=HEADERS), 422)
    assert any(error["field"].startswith(field) for error in problem["errors"]), problem


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"{}", b"\xff\xfe", b'{"target_kinds": "\\ud800"}', b"[" * 100_000, b"NaN"],
)
@pytest.mark.parametrize("path", ["/v1/matches", "/v1/matches:batch"])
def test_unreadable_body_is_refused(client: TestClient, path: str, body: bytes) -> None:
    assert_refused(client.post(path, content=body, headers=HEADERS), 400, 422)


@pytest.mark.parametrize("field", ["text", "subject_id"])
def test_lone_surrogate_is_refused(client: TestClient, field: str) -> None:
    value: Any = {"text": "\ud800"} if field == "text" else "\ud800"
    body = json.dumps({"target_kinds": ["project"], field: value})
    assert_refused(client.post("/v1/matches", content=body, headers=HEADERS), 400, 422)


def test_text_of_a_megabyte_is_refused(client: TestClient) -> None:
    body = GOOD | {"text": {"text": "x" * 1_000_000}}
    assert_refused(client.post("/v1/matches", json=body), 413, 422)


def test_body_above_the_limit_is_refused(client: TestClient) -> None:
    body = GOOD | {"text": {"text": "x" * 1_100_000}}
    assert assert_refused(client.post("/v1/matches", json=body), 413)["code"] == "payload_too_large"


@pytest.mark.parametrize("given", [{}, {"subject_id": "bearing"}, {"profile": profile_body()}])
def test_exactly_one_subject_is_wanted(client: TestClient, given: dict[str, Any]) -> None:
    body = {"target_kinds": ["project"]} | ({"text": {"text": "a"}} | given if given else {})
    assert "exactly one of" in assert_refused(client.post("/v1/matches", json=body), 422)["detail"]


@pytest.mark.parametrize("subject_id", ["nobody", "withdrawn", "🚀", "'; DROP TABLE documents", "..", "x" * 200])
def test_unknown_subject_is_not_found(client: TestClient, subject_id: str) -> None:
    body = {"target_kinds": ["project"], "subject_id": subject_id}
    problem = assert_refused(client.post("/v1/matches", json=body), 404)
    assert problem["code"] == "subject_not_found"
    assert problem["errors"][0]["field"] == "subject_id"


@pytest.mark.parametrize("requests", [[], [GOOD] * 65, [GOOD, {}], None, {"0": GOOD}])
def test_unfit_batch_is_refused(client: TestClient, requests: Any) -> None:
    assert_refused(client.post("/v1/matches:batch", json={"requests": requests}), 422)


def test_unknown_route_and_method_are_problems(client: TestClient) -> None:
    assert_refused(client.get("/v1/nothing"), 404)
    assert_refused(client.get("/v1/matches"), 405)


def test_rule_of_six_levels_is_answered(client: TestClient) -> None:
    assert client.post("/v1/matches", json=GOOD | {"rules": [{"condition": nested(6)}]}).status_code == 200


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"floor": 2}, "floor"),
        ({"as_of": "then"}, "as_of"),
        ({"subject": ""}, "subject"),
        ({"target": "x" * 201}, "target"),
        ({"target": None}, "target"),
    ],
)
def test_unfit_question_why_is_refused_by_field(client: TestClient, parameters: dict[str, Any], field: str) -> None:
    asked = {"subject": "battery-demand", "target": "bearing"} | parameters
    response = client.get("/v1/matches/why", params={name: value for name, value in asked.items() if value is not None})
    problem = assert_refused(response, 422)
    assert any(error["field"].endswith(field) for error in problem["errors"]), problem
