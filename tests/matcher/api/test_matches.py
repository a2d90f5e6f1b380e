"""What the match routes answer: subjects of every form, versions, and what must stay hidden."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.matches import MatchResponse
from shared.contracts.vocabularies import Explain
from tests.factories import profile_body
from tests.matcher.feed_server import FeedServer

ALL_KINDS = ["project", "rd_demand", "scenario", "investor", "pilot_platform"]


def ask(client: TestClient, **request: Any) -> dict[str, Any]:
    """A good answer."""
    response = client.post("/v1/matches", json={"target_kinds": ALL_KINDS, "limit": 50, "floor": 0} | request)
    assert response.status_code == 200, response.text
    MatchResponse.model_validate(response.json())
    answer: dict[str, Any] = response.json()
    return answer


def ids(answer: dict[str, Any]) -> list[str]:
    return [match["profile_id"] for match in answer["matches"]]


SUBJECTS: dict[str, dict[str, Any]] = {
    "stored": {"subject_id": "battery-demand"},
    "text": {"text": {"text": "Silicon anode cells that keep their capacity with a solid electrolyte"}},
    "profile": {"profile": profile_body("rd_demand", title="Electrolyte for silicon anode cells wanted")},
}


@pytest.mark.parametrize("explain", Explain)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_written_answer_is_what_its_wire_type_would_write(client: TestClient, subject: str, explain: Explain) -> None:
    """It is put together without that type: no field is left out, none is added, and no number is another."""
    rules = [{"condition": {"op": "at_least", "attribute": "trl", "value": 4}}]
    asked = {"explain": explain, "rules": rules, "near_misses": 3, "rerank": {"max_per_organisation": 1}}
    answer = ask(client, **SUBJECTS[subject], **asked)
    assert answer["matches"] and answer["near_misses"] and answer["left_out"]
    assert json.loads(MatchResponse.model_validate(answer).model_dump_json()) == answer


@pytest.mark.parametrize("subject", SUBJECTS)
def test_best_project_comes_first_for_a_subject_of_any_form(client: TestClient, subject: str) -> None:
    answer = ask(client, **SUBJECTS[subject], target_kinds=["project"])
    assert ids(answer)[0] == "electrolyte"
    assert {match["kind"] for match in answer["matches"]} == {"project"}
    assert answer["eligible"] == 5


def test_match_explains_its_score_and_names_its_versions(client: TestClient, feed: FeedServer) -> None:
    answer = ask(client, **SUBJECTS["stored"])
    for rank, match in enumerate(answer["matches"], start=1):
        assert match["rank"] == rank
        for side in (match["forward"], match["backward"]):
            parts = side["contributions"]
            assert abs(sum(part["contribution"] for part in parts) - side["score"]) < 1e-6
            assert all(abs(part["weight"] * part["value"] - part["contribution"]) < 1e-9 for part in parts)
    scores = [match["score"] for match in answer["matches"]]
    assert scores == sorted(scores, reverse=True)
    assert answer["provenance"] == {
        "policy": SHIPPED_POLICY.revision,
        "model": "all-MiniLM-L6-v2/p1",
        "snapshot": client.get("/v1/status").json()["snapshot"],
        "feed_seq": feed.latest_seq,
        "as_of": None,
    }


def test_equal_requests_have_equal_answers(client: TestClient) -> None:
    assert ask(client, **SUBJECTS["text"]) == ask(client, **SUBJECTS["text"])


def test_chinese_text_finds_the_chinese_platform(client: TestClient) -> None:
    answer = ask(
        client, text={"text": "医院需要低温等离子体灭菌设备的验证"}, target_kinds=["pilot_platform", "project"]
    )
    assert ids(answer)[0] == "plasma"


def test_long_text_is_read_beyond_what_the_model_takes_at_once(client: TestClient) -> None:
    filler = "The committee met and talked about the weather. " * 150
    answer = ask(client, text={"text": f"{filler} Bearings wear out; microphones could hear it."})
    assert ids(answer)[0] == "bearing"


def test_filters_are_applied_inside_the_search(client: TestClient) -> None:
    filters = [{"op": "range", "attribute": "trl", "maximum": 3}]
    answer = ask(client, **SUBJECTS["stored"], limit=1, filters=filters)
    assert (ids(answer), answer["eligible"]) == (["bearing"], 1)


def test_limit_cuts_the_answer_but_not_the_count(client: TestClient) -> None:
    answer = ask(client, **SUBJECTS["stored"], limit=2)
    assert (len(answer["matches"]), answer["eligible"]) == (2, 11)  # fourteen less oneself, the hidden, the withdrawn


@pytest.mark.parametrize("subject", SUBJECTS)
def test_hidden_and_withdrawn_profiles_are_never_answered(client: TestClient, subject: str) -> None:
    assert not {"hidden", "withdrawn"} & set(ids(ask(client, **SUBJECTS[subject])))


def test_hidden_profile_may_ask(client: TestClient) -> None:
    assert "electrolyte" in ids(ask(client, subject_id="hidden"))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_anonymous_organisation_is_in_no_answer(client: TestClient, subject: str) -> None:
    answer = ask(client, **SUBJECTS[subject])
    organisations = {match["profile_id"]: match.get("organisation") for match in answer["matches"]}
    assert organisations["anonymous"] is None
    assert organisations["electrolyte"] == "Open Cell Works (fictional)"
    assert "Concealed" not in json.dumps(answer)


@pytest.mark.parametrize(
    "text",
    ["🚀", "🚀 silicon anode 🔋", "\u200d", "e\u0301 العربية", "?!", "the of and", "a", "阀", "𠮷", "\t\n x"],
)
def test_odd_text_is_answered(client: TestClient, text: str) -> None:
    assert ask(client, text={"text": text})["eligible"] == 12


def test_batch_answers_as_single_requests_do_from_one_snapshot(client: TestClient) -> None:
    requests = [{"target_kinds": ALL_KINDS, "limit": 50, "floor": 0} | subject for subject in SUBJECTS.values()]
    response = client.post("/v1/matches:batch", json={"requests": requests})
    assert response.json()["responses"] == [ask(client, **subject) for subject in SUBJECTS.values()]


def test_batch_names_the_request_at_fault(client: TestClient) -> None:
    requests = [SUBJECTS["stored"], {"subject_id": "nobody"}]
    body = {"requests": [{"target_kinds": ["project"]} | request for request in requests]}
    response = client.post("/v1/matches:batch", json=body)
    assert (response.status_code, response.json()["code"]) == (404, "subject_not_found")
    assert response.json()["detail"].startswith("requests.1:")


def test_read_position_that_is_reached_is_answered(client: TestClient, feed: FeedServer) -> None:
    assert ask(client, **SUBJECTS["stored"], min_feed_seq=feed.latest_seq)["matches"]


def test_read_position_ahead_is_told_to_come_back(client: TestClient, feed: FeedServer) -> None:
    body = {"target_kinds": ["project"], "subject_id": "battery-demand", "min_feed_seq": feed.latest_seq + 1}
    for path, request in (("/v1/matches", body), ("/v1/matches:batch", {"requests": [body]})):
        response = client.post(path, json=request)
        assert (response.status_code, response.json()["code"]) == (503, "snapshot_behind")
        assert int(response.headers["retry-after"]) >= 1


def test_status_tells_what_is_served(client: TestClient, feed: FeedServer) -> None:
    status = client.get("/v1/status").json()
    assert status["documents"] == 13
    assert (status["feed_seq"], status["lag"]) == (feed.latest_seq, 0)
    assert status["is_ready"] is status["is_catalog_reachable"] is True
    assert client.get("/readyz").json() == {"status": "ready"}
    assert client.get("/healthz").json() == {"status": "alive"}
