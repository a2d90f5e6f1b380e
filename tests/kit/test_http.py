"""Every error is a problem document, whatever the request holds."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from shared.contracts.parts import Need, TrackRecord
from shared.kit.errors import Conflict, Unavailable
from shared.kit.http import create_api, health_router, problem_responses
from shared.kit.identity.authentication import LocalAuthenticator


@asynccontextmanager
async def nothing_to_own(app: FastAPI) -> AsyncIterator[None]:
    yield


def build_api() -> FastAPI:
    app = create_api(
        title="Test",
        version="1",
        lifespan=nothing_to_own,
        authenticator=LocalAuthenticator(),
        max_body_bytes=2_000,
        limits_by_path={"/large": 10_000},
    )

    @app.post("/large/needs")
    def add_large_need(need: Need) -> Need:
        return need

    @app.post("/needs", responses=problem_responses(409))
    def add_need(need: Need) -> Need:
        if need.text == "twice":
            raise Conflict("This need is there already.", code="need_exists")
        if need.text == "bug":
            raise RuntimeError("secret inner words")
        return need

    @app.post("/records")
    def add_record(record: TrackRecord) -> int:
        return len(record.items)

    def refuse(request: Request) -> None:
        raise Unavailable("Still loading.", retry_after_seconds=3)

    app.include_router(health_router(refuse))
    return app


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(build_api(), raise_server_exceptions=False) as client:
        yield client


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert (problem["status"], problem["code"]) == (status, code)
    return problem


def test_service_error_becomes_a_problem_with_its_code(client: TestClient) -> None:
    problem = assert_problem(client.post("/needs", json={"text": "twice"}), 409, "need_exists")
    assert problem["detail"] == "This need is there already."
    assert problem["title"] == "Conflict"
    assert problem["instance"] == "/needs"


def test_validation_error_names_field_and_fix(client: TestClient) -> None:
    problem = assert_problem(client.post("/needs", json={"text": "a", "weight": -1}), 422, "invalid_request")
    assert problem["errors"] == [
        {
            "field": "weight",
            "message": "Input should be greater than 0",
            "fix": "Raise the value above the bound.",
        }
    ]


def test_path_of_a_nested_field_is_given(client: TestClient) -> None:
    problem = assert_problem(client.post("/records", json={"items": [{"title": "x"}, {}]}), 422, "invalid_request")
    assert problem["errors"][0]["field"] == "items.1.title"


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": "a", "weight": NaN}',
        b'{"text": "a", "weight": Infinity}',
        b'{"text": "a", "weight": 1e999}',
        b'{"text": "a\\u0000b"}',
        b'{"text": "\\ud800"}',
        b'{"\\ud800": 1, "text": "a"}',
        '{"text": "a", "\U0001f680": "\U0001f680"}'.encode(),
        b'{"text": {"a": [1, 2]}}',
        b"[]",
        b"null",
        b"",
        b"{",
    ],
)
def test_unfit_body_is_refused_with_fields(client: TestClient, body: bytes) -> None:
    response = client.post("/needs", content=body, headers={"content-type": "application/json"})
    problem = assert_problem(response, 422, "invalid_request")
    assert problem["errors"]
    assert all(error["fix"] for error in problem["errors"])


@pytest.mark.parametrize("body", [b"\xff\xfe\xfa", b"9" * 1_900, b"[" * 1_900])
def test_unreadable_body_is_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/needs", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


def test_wrong_content_type_says_which_to_send(client: TestClient) -> None:
    problem = assert_problem(client.post("/needs", content=b'{"text": "a"}'), 422, "invalid_request")
    assert "application/json" in problem["detail"]


def test_input_is_not_repeated_and_the_list_is_bounded(client: TestClient) -> None:
    body = {"text": "a", **{f"private{number}": "s3cret" for number in range(150)}}
    response = client.post("/large/needs", json=body)
    problem = assert_problem(response, 422, "invalid_request")
    assert len(problem["errors"]) == 100
    assert "s3cret" not in response.text


def test_body_above_the_limit_is_refused(client: TestClient) -> None:
    assert_problem(client.post("/needs", json={"text": "a" * 3_000}), 413, "payload_too_large")


def test_chunked_body_above_the_limit_is_refused(client: TestClient) -> None:
    chunks = (b" " * 500 for _ in range(10))
    response = client.post("/needs", content=chunks, headers={"content-type": "application/json"})
    assert_problem(response, 413, "payload_too_large")


def test_path_with_a_larger_limit_takes_the_larger_body(client: TestClient) -> None:
    assert client.post("/large/needs", json={"text": "a" * 1_900, "type": "funding"}).status_code == 200
    assert_problem(client.post("/large/needs", json={"text": "a" * 11_000}), 413, "payload_too_large")


def test_unexpected_error_tells_nothing_of_the_inside(client: TestClient) -> None:
    response = client.post("/needs", json={"text": "bug"})
    assert_problem(response, 500, "internal_error")
    assert "secret" not in response.text


def test_unknown_route_and_method_are_problems(client: TestClient) -> None:
    assert_problem(client.get("/nowhere"), 404, "route_not_found")
    response = client.delete("/needs")
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


def test_liveness_does_not_depend_on_readiness(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    response = client.get("/readyz")
    assert_problem(response, 503, "unavailable")
    assert response.headers["retry-after"] == "3"


def test_openapi_documents_problems_instead_of_the_frameworks_own_answer(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    responses = schema["paths"]["/needs"]["post"]["responses"]
    assert {"200", "400", "409", "413", "422"} <= set(responses)
    for status in ("409", "422"):
        assert responses[status]["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }
    assert {"Problem", "FieldProblem"} <= set(schema["components"]["schemas"])
    assert "HTTPValidationError" not in schema["components"]["schemas"]
