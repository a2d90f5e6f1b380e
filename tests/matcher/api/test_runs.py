"""A recorded answer comes back byte by byte, with its request and its versions; nothing else does."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.matcher.api.run_routes import MATCH_RUN_EXAMPLE
from shared.contracts.match_runs import MatchRun
from tests.factories import profile_body
from tests.matcher.runs.answers import id_of

BODY: dict[str, Any] = {"target_kinds": ["project"], "subject_id": "battery-demand"}


def ask(client: TestClient, **fields: Any) -> str:
    """The text of a good answer."""
    response = client.post("/v1/matches", json=BODY | fields)
    assert response.status_code == 200, response.text
    return response.text


def run_of(client: TestClient, run_id: str) -> str:
    """The text of a recorded run."""
    response = client.get(f"/v1/match-runs/{run_id}")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    MatchRun.model_validate_json(response.content)
    return response.text


def assert_not_found(client: TestClient, run_id: str) -> None:
    response = client.get(f"/v1/match-runs/{run_id}")
    problem = response.json()
    assert (response.status_code, problem["code"]) == (404, "match_run_not_found")
    assert "retention" in problem["detail"]


@pytest.mark.parametrize("explain", ["none", "summary", "full"])
def test_the_very_text_of_the_answer_is_in_its_run(client: TestClient, explain: str) -> None:
    answer = ask(client, explain=explain, limit=7)
    run = run_of(client, json.loads(answer)["run_id"])
    assert run.endswith(f',"answer":{answer}}}')
    assert MatchRun.model_validate_json(run).request.limit == 7


def test_equal_requests_are_one_run_that_counts_its_answers(client: TestClient) -> None:
    answers = {ask(client, limit=8, rerank={"diversity": 0.25}) for _ in range(3)}
    assert len(answers) == 1
    run_id = json.loads(answers.pop())["run_id"]
    assert 1 <= MatchRun.model_validate_json(run_of(client, run_id)).answered <= 3  # the last may not be counted yet


def test_every_answer_of_a_batch_is_a_run(client: TestClient) -> None:
    requests = [BODY | {"limit": limit} for limit in (21, 22)]
    batch = client.post("/v1/matches:batch", json={"requests": requests}).json()
    for request, answer in zip(requests, batch["responses"], strict=True):
        run = MatchRun.model_validate_json(run_of(client, answer["run_id"]))
        assert (run.request.limit, run.answer.model_dump(mode="json")) == (request["limit"], answer)


def test_answer_that_is_not_to_be_recorded_is_not_found(client: TestClient) -> None:
    assert_not_found(client, json.loads(ask(client, limit=9, record_run=False))["run_id"])


@pytest.mark.parametrize("run_id", [id_of("nobody"), "run_", "x" * 1_000, "%00", "%F0%9F%9A%80", "run_%0A", "..%2F1"])
def test_unknown_and_malformed_ids_are_not_found(client: TestClient, run_id: str) -> None:
    response = client.get(f"/v1/match-runs/{run_id}")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


def test_unknown_run_says_what_may_have_become_of_it(client: TestClient) -> None:
    assert_not_found(client, id_of("nobody"))


def test_run_holds_nothing_of_an_anonymous_poster_or_a_contact(client: TestClient) -> None:
    asking = profile_body(
        "rd_demand",
        title="Electrolyte for silicon anode cells wanted",
        organisation="Secret Asker (fictional)",
        visibility="anonymous",
        contact={"email": "asker@example.org"},
    )
    answer = ask(client, subject_id=None, profile=asking)
    run = run_of(client, json.loads(answer)["run_id"])
    assert "Electrolyte for silicon anode cells wanted" in run
    for private in ("Secret Asker", "asker@example.org", "Concealed Binder Company"):
        assert private not in run


def test_documented_example_is_a_run() -> None:
    MatchRun.model_validate(MATCH_RUN_EXAMPLE)
