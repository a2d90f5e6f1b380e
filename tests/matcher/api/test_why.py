"""Why a pair is, or is not, in the list: every stage, with the remedy."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from shared.contracts.why import WhyAnswer


def why(client: TestClient, subject: str, target: str, **parameters: Any) -> dict[str, Any]:
    """A good answer."""
    response = client.get("/v1/matches/why", params={"subject": subject, "target": target} | parameters)
    assert response.status_code == 200, response.text
    WhyAnswer.model_validate(response.json())
    answer: dict[str, Any] = response.json()
    assert answer["stage_text"]["zh"] and answer["stage_text"]["en"]
    return answer


def listed(client: TestClient, subject: str, **fields: Any) -> list[dict[str, Any]]:
    body = {"subject_id": subject, "limit": 50, "floor": 0, "explain": "full"} | fields
    matches: list[dict[str, Any]] = client.post("/v1/matches", json=body).json()["matches"]
    return matches


def test_listed_pair_is_told_as_it_is_listed(client: TestClient) -> None:
    for match in listed(client, "battery-demand", target_kinds=["project"]):
        answer = why(client, "battery-demand", match["profile_id"], limit=50, floor=0)
        assert (answer["stage"], answer["threshold"]) == ("returned", None)
        assert answer["match"] == match
        assert answer["rank"] == match["rank"]
        assert answer["remedies"] == []


def test_pair_beyond_the_limit_has_its_rank_and_the_score_of_the_last_place(client: TestClient) -> None:
    matches = listed(client, "battery-demand", target_kinds=["project"])
    answer = why(client, "battery-demand", matches[2]["profile_id"], limit=2, floor=0)
    assert (answer["stage"], answer["rank"], answer["eligible"]) == ("limit", 3, len(matches))
    assert answer["threshold"] == matches[1]["score"]
    assert answer["remedies"][0]["code"] == "score"


def test_pair_below_the_floor_is_told_the_floor(client: TestClient) -> None:
    answer = why(client, "battery-demand", "quantum", floor=0.99)
    assert (answer["stage"], answer["threshold"]) == ("floor", 0.99)
    assert answer["score"] < 0.99
    assert "0.990" in answer["remedies"][0]["text"]["en"]


@pytest.mark.parametrize(
    ("subject", "target", "owner"), [("bearing", "strict-fund", "target"), ("strict-fund", "bearing", "subject")]
)
def test_refused_pair_names_the_rule_its_owner_and_the_remedy(
    client: TestClient, subject: str, target: str, owner: str
) -> None:
    answer = why(client, subject, target)
    assert (answer["stage"], answer["rank"], answer["threshold"]) == ("rules", None, None)
    [failed] = [rule for rule in answer["rules"] if rule["answer"] == "fail"]
    assert (failed["owner"], failed["source"], failed["label"]) == (owner, "declared", "Proven in a plant")
    assert {"code": "rule", "text": failed["text"]} in answer["remedies"]
    assert "5" in failed["text"]["en"] and "3" in failed["text"]["en"]
    assert target not in [
        match["profile_id"] for match in listed(client, subject, target_kinds=["project", "investor"])
    ]


def test_rule_that_passes_is_told_too(client: TestClient) -> None:
    answer = why(client, "electrolyte", "strict-fund", limit=50, floor=0)
    assert answer["stage"] == "returned"
    assert [(rule["owner"], rule["answer"]) for rule in answer["rules"]] == [("target", "pass")]


def test_unknown_rule_is_told_asked_about_and_lets_pass(client: TestClient) -> None:
    answer = why(client, "quantum", "strict-fund", limit=50, floor=0)
    assert answer["stage"] == "returned"
    assert [rule["answer"] for rule in answer["rules"]] == ["unknown"]
    assert answer["match"]["explanation"]["next_question"]["code"] == "rule_unknown"
    [cost] = [one for one in answer["match"]["backward"]["contributions"] if one["signal"] == "unknown_rules"]
    assert (cost["raw"], cost["contribution"]) == (1, -0.03)


def test_hidden_counterpart_is_told_to_be_hidden(client: TestClient) -> None:
    answer = why(client, "battery-demand", "hidden")
    assert (answer["stage"], answer["rank"]) == ("hidden", None)


def test_profile_is_not_proposed_to_itself(client: TestClient) -> None:
    assert why(client, "bearing", "bearing")["stage"] == "same_profile"


def test_closed_call_is_not_open_on_the_day(client: TestClient) -> None:
    assert why(client, "coating", "closed-call", as_of="2026-03-02")["stage"] == "not_open"
    assert why(client, "coating", "closed-call", as_of="2026-03-01", floor=0)["stage"] == "returned"
    assert why(client, "coating", "closed-call", floor=0)["stage"] == "returned"


@pytest.mark.parametrize(
    ("subject", "target", "code", "field"),
    [
        ("nobody", "bearing", "subject_not_found", "subject"),
        ("withdrawn", "bearing", "subject_not_found", "subject"),
        ("bearing", "nobody", "target_not_found", "target"),
        ("bearing", "withdrawn", "target_not_found", "target"),
        ("nobody", "nowhere", "target_not_found", "target"),
    ],
)
def test_unknown_ids_are_not_found(client: TestClient, subject: str, target: str, code: str, field: str) -> None:
    response = client.get("/v1/matches/why", params={"subject": subject, "target": target})
    problem = response.json()
    assert (response.status_code, problem["code"]) == (404, code)
    assert field in problem["errors"][0]["field"]


@pytest.mark.parametrize(("subject", "target"), [("battery-demand", "anonymous"), ("anonymous", "battery-demand")])
def test_why_never_names_an_anonymous_poster(client: TestClient, subject: str, target: str) -> None:
    assert "concealed" not in json.dumps(why(client, subject, target, limit=50, floor=0)).lower()


@pytest.mark.parametrize(("subject", "target"), [("bearing", "strict-demand"), ("strict-demand", "bearing")])
def test_refusal_never_names_an_anonymous_poster(client: TestClient, subject: str, target: str) -> None:
    answer = why(client, subject, target)
    assert answer["stage"] == "rules"
    assert "whispering" not in json.dumps(answer).lower()
