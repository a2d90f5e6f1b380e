"""Comparisons over HTTP: who takes part, what stays as it was, and what answers tell."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.match_runs import MatchRun
from shared.contracts.matches import MatchResponse
from tests.matcher.api.test_policies import DOCUMENT, REPORT, WHY

SHIPPED = SHIPPED_POLICY.revision
STORED: dict[str, Any] = {"subject_id": "battery-demand", "target_kinds": ["project"], "floor": 0, "limit": 5}
OTHERS: list[dict[str, Any]] = [
    STORED | {"policy": SHIPPED},
    STORED | {"target_kinds": ["pilot_platform"]},
    STORED | {"target_kinds": ["project", "investor"]},
    STORED | {"subject_id": None, "text": {"text": "a solid electrolyte"}},
]


@pytest.fixture(scope="module")
def second(client: TestClient) -> str:
    """A revision that ranks readiness above all."""
    drafted = client.post("/v1/policies", json={"name": "trl", "document": DOCUMENT, "by": "operator"}).json()
    client.post(f"/v1/policies/{drafted['revision']}/evaluations", json={"report": REPORT, "by": "operator"})
    revision: str = drafted["revision"]
    return revision


@pytest.fixture
def running(client: TestClient, second: str) -> Iterator[str]:
    """A comparison of demands and projects that takes every subject."""
    comparison_id: str = start(client, second)["id"]
    yield comparison_id
    client.post(f"/v1/comparisons/{comparison_id}:stop", json=WHY)


def start(client: TestClient, second: str, **fields: Any) -> dict[str, Any]:
    body = {"first": SHIPPED, "second": second, "share": 1, "kinds": "project+rd_demand"} | WHY | fields
    started = client.post("/v1/comparisons", json=body)
    assert started.status_code == 201, started.text
    answer: dict[str, Any] = started.json()
    return answer


def ask(client: TestClient, request: dict[str, Any] = STORED, **fields: Any) -> bytes:
    """The bytes of a good answer."""
    response = client.post("/v1/matches", json=request | fields)
    assert response.status_code == 200, response.text
    return response.content


def test_the_answer_names_both_policies_and_is_recorded_as_it_was_sent(
    client: TestClient, running: str, second: str
) -> None:
    body = ask(client)
    answer = MatchResponse.model_validate_json(body)
    assert answer.provenance.policy == f"{SHIPPED}+{second}"
    named = answer.provenance.comparison
    assert named is not None
    assert (named.id, named.first, named.second) == (running, SHIPPED, second)
    assert ask(client) == ask(client, record_run=False) == body
    run = client.get(f"/v1/match-runs/{answer.run_id}")
    assert run.text.endswith(f',"answer":{body.decode()}}}')
    MatchRun.model_validate_json(run.content)


def test_nothing_tells_whose_choice_a_result_is(client: TestClient, running: str) -> None:
    answer = json.loads(ask(client))
    run = client.get(f"/v1/match-runs/{answer['run_id']}").json()
    assert "team" not in json.dumps([answer["matches"], run["request"]]).replace("team_size", "")
    assert {name for match in answer["matches"] for name in match} == set(
        json.loads(ask(client, policy=SHIPPED))["matches"][0]
    )


def test_each_match_is_as_one_of_both_policies_has_it_and_adds_up(
    client: TestClient, running: str, second: str
) -> None:
    alone = [
        {one["profile_id"]: one for one in json.loads(ask(client, policy=policy))["matches"]}
        for policy in (SHIPPED, second)
    ]
    for rank, match in enumerate(json.loads(ask(client))["matches"], start=1):
        assert match["rank"] == rank
        versions = [one[match["profile_id"]] | {"rank": rank} for one in alone if match["profile_id"] in one]
        assert match in versions
        for side in (match["forward"], match["backward"]):
            assert sum(one["contribution"] for one in side["contributions"]) == pytest.approx(side["score"])


def test_other_requests_are_untouched_bit_for_bit_before_during_and_after(client: TestClient, second: str) -> None:
    before = [ask(client, request) for request in (STORED, *OTHERS)]
    comparison_id = start(client, second)["id"]
    during = [ask(client, request) for request in (STORED, *OTHERS)]
    client.post(f"/v1/comparisons/{comparison_id}:stop", json=WHY)
    after = [ask(client, request) for request in (STORED, *OTHERS)]
    assert during[0] != before[0]
    assert during[1:] == before[1:]
    assert after == before
    assert b"comparison" not in b"".join(before)


def test_subjects_outside_the_share_are_untouched(client: TestClient, second: str) -> None:
    subjects = ("battery-demand", "strict-demand", "closed-call")
    requests = [STORED | {"subject_id": subject} for subject in subjects]
    before = [ask(client, request) for request in requests]
    outside = start(client, second, share=1e-9)["id"]
    assert [ask(client, request) for request in requests] == before
    client.post(f"/v1/comparisons/{outside}:stop", json=WHY)


def test_a_batch_takes_part_request_by_request(client: TestClient, running: str) -> None:
    answers = client.post("/v1/matches:batch", json={"requests": [STORED, *OTHERS]}).json()["responses"]
    assert ["comparison" in one["provenance"] for one in answers] == [True, False, False, False, False]
    assert answers[0] == json.loads(ask(client))


def test_lists_are_counted_and_the_state_is_told(client: TestClient, running: str, second: str) -> None:
    shown = {json.loads(ask(client, limit=limit))["run_id"] for limit in (2, 3, 4, 4)}
    for run_id in shown:
        while client.get(f"/v1/match-runs/{run_id}").json().get("answered", 0) < 1:
            pass
    while client.get(f"/v1/comparisons/{running}").json()["lists"] < len(shown):
        pass  # runs are written ten times a second
    told = client.get(f"/v1/comparisons/{running}").json()
    assert (told["state"], told["lists"], told["subjects"], told["next_step"]) == ("running", 3, 1, None)
    assert client.get("/v1/comparisons", params={"limit": 1}).json()["items"] == [told]


def test_a_second_one_on_the_same_pair_is_refused_and_names_the_first(
    client: TestClient, running: str, second: str
) -> None:
    body = {"first": SHIPPED, "second": second, "share": 1} | WHY
    refused = client.post("/v1/comparisons", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "comparison_running")
    assert running in refused.json()["detail"]
    assert refused.json()["errors"][0]["field"] == "kinds"


def test_a_stopped_one_is_not_stopped_again(client: TestClient, second: str) -> None:
    comparison_id = start(client, second)["id"]
    stopped = client.post(f"/v1/comparisons/{comparison_id}:stop", json=WHY).json()
    assert (stopped["state"], stopped["ended_by"]) == ("stopped", "operator")
    again = client.post(f"/v1/comparisons/{comparison_id}:stop", json=WHY)
    assert (again.status_code, again.json()["code"]) == (409, "comparison_ended")


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"second": "gone-9"}, 404, "second"),
        ({"second": SHIPPED}, 422, "second"),
        ({"share": 0}, 422, "share"),
        ({"share": 1.5}, 422, "share"),
        ({"alpha": 0}, 422, "alpha"),
        ({"max_decided": 0}, 422, "max_decided"),
        ({"kinds": "project>investor"}, 422, "kinds"),
        ({"by": ""}, 422, "by"),
        ({"reason": None}, 422, "reason"),
    ],
)
def test_bad_input_is_a_problem_that_names_the_field(
    client: TestClient, second: str, fields: dict[str, Any], status: int, field: str
) -> None:
    refused = client.post("/v1/comparisons", json={"first": SHIPPED, "second": second, "share": 1} | WHY | fields)
    assert refused.status_code == status, refused.text
    assert refused.json()["errors"][0]["field"].startswith(field)


@pytest.mark.parametrize("path", ["/v1/comparisons/cmp_none", "/v1/comparisons/cmp_none:stop"])
def test_an_unknown_one_is_not_found(client: TestClient, path: str) -> None:
    refused = client.post(path, json=WHY) if path.endswith(":stop") else client.get(path)
    assert (refused.status_code, refused.json()["code"]) == (404, "comparison_not_found")
