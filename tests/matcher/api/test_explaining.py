"""What an answer holds beside the ranking: explanations at each level, near misses, the floor, the day."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.matcher.scoring.shipped import SHIPPED_POLICY
from tests.matcher.api.test_matches import ALL_KINDS, SUBJECTS, ask, ids

MATURE = {"condition": {"op": "at_least", "attribute": "trl", "value": 5}, "label": "Mature"}
LEVELS = ["none", "summary", "full"]


def test_without_explanation_there_are_scores_alone(client: TestClient) -> None:
    for match in ask(client, **SUBJECTS["stored"], explain="none")["matches"]:
        assert match["explanation"] is None
        assert match["forward"]["contributions"] == match["backward"]["contributions"] == []
        assert match["forward"]["score"] > 0


def test_summary_holds_reasons_and_contributions_but_no_evidence(client: TestClient) -> None:
    [match] = ask(client, **SUBJECTS["stored"], explain="summary", limit=1)["matches"]
    told = match["explanation"]
    assert told["for_subject"] and told["for_target"]
    for reason in (*told["for_subject"], *told["for_target"], *told["missing"]):
        assert reason["text"]["zh"] and reason["text"]["en"]
    assert told["subject_needs"] == told["target_needs"] == []
    assert match["forward"]["contributions"] and match["backward"]["contributions"]


def test_full_adds_evidence_and_every_rule(client: TestClient) -> None:
    [match] = ask(client, **SUBJECTS["stored"], explain="full", limit=1, rules=[MATURE], target_kinds=["project"])[
        "matches"
    ]
    told = match["explanation"]
    assert match["profile_id"] == "electrolyte"
    assert [(rule["owner"], rule["answer"], rule["label"]) for rule in told["rules"]] == [("request", "pass", "Mature")]
    spans = [one for need in (*told["subject_needs"], *told["target_needs"]) for one in (need["need"], need["offer"])]
    assert any(spans)
    assert all(len(span["text"]) == span["end"] - span["start"] for span in spans if span)


def test_summary_tells_the_rules_that_are_unknown_and_what_to_ask(client: TestClient) -> None:
    answer = ask(client, **SUBJECTS["stored"], target_kinds=["project"], rules=[MATURE])
    told = {match["profile_id"]: match["explanation"] for match in answer["matches"]}
    assert told["electrolyte"]["rules"] == []
    assert [rule["answer"] for rule in told["anonymous"]["rules"]] == ["unknown"]
    question = told["anonymous"]["next_question"]
    assert (question["code"], question["ask"], question["field"]) == ("rule_unknown", "target", "trl")
    assert not {"bearing", "coating"} & told.keys()  # levels 3 and 4


@pytest.mark.parametrize("explain", LEVELS)
def test_level_of_explanation_changes_nothing_else(client: TestClient, explain: str) -> None:
    answer, other = (ask(client, **SUBJECTS["text"], explain=level) for level in (explain, "summary"))
    for match, same in zip(answer["matches"], other["matches"], strict=True):
        told = ("profile_id", "rank", "score", "band", "fused")
        assert [match[name] for name in told] == [same[name] for name in told]
        assert match["forward"]["score"] == same["forward"]["score"]


@pytest.mark.parametrize("explain", LEVELS)
def test_same_request_has_the_same_bytes_and_its_run_holds_them(client: TestClient, explain: str) -> None:
    body = {"target_kinds": ALL_KINDS, **SUBJECTS["stored"], "explain": explain, "near_misses": 3, "rules": [MATURE]}
    first, second = (client.post("/v1/matches", json=body) for _ in range(2))
    assert first.content == second.content
    run = client.get(f"/v1/match-runs/{first.json()['run_id']}")
    assert first.content in run.content


@pytest.mark.parametrize("explain", LEVELS)
@pytest.mark.parametrize("asker", ["battery-demand", "anonymous", "strict-demand", "fund", "bearing"])
def test_organisation_of_an_anonymous_poster_is_nowhere(client: TestClient, asker: str, explain: str) -> None:
    answer = client.post(
        "/v1/matches",
        json={
            "subject_id": asker,
            "target_kinds": ALL_KINDS,
            "limit": 50,
            "floor": 0,
            "explain": explain,
            "near_misses": 20,
            "rules": [{"condition": {"op": "not_in", "attribute": "organisation", "values": ["Open Cell Works"]}}],
            "rerank": {"max_per_organisation": 1},
        },
    )
    assert answer.status_code == 200
    run = client.get(f"/v1/match-runs/{answer.json()['run_id']}").text.lower()
    for private in ("concealed", "whispering"):
        assert private not in answer.text.lower()
        assert private not in run


@pytest.mark.parametrize("op", ["overlaps", "in", "not_in"])
def test_rules_and_filters_cannot_find_out_an_anonymous_organisation(client: TestClient, op: str) -> None:
    """The name decides nothing, whoever guesses it."""
    told = []
    for guess in ("Concealed Binder Company", "Some Other Company"):
        condition = {"op": op, "attribute": "organisation", "values": [guess]}
        for fields in ({"filters": [condition]}, {"rules": [{"condition": condition}]}):
            answer = ask(client, **SUBJECTS["text"], target_kinds=["project"], explain="none", **fields)
            told.append([match for match in answer["matches"] if match["profile_id"] == "anonymous"])
    assert [told[0], told[1]] == [told[2], told[3]]


def test_near_misses_fail_exactly_one_rule_and_name_the_remedy(client: TestClient) -> None:
    answer = ask(client, **SUBJECTS["stored"], target_kinds=["project"], rules=[MATURE], near_misses=5)
    near = answer["near_misses"]
    assert {one["profile_id"] for one in near} == {"bearing", "coating"}
    assert [one["score"] for one in near] == sorted((one["score"] for one in near), reverse=True)
    for one in near:
        assert (one["rule"]["owner"], one["rule"]["answer"], one["rule"]["label"]) == ("request", "fail", "Mature")
        assert "5" in one["rule"]["text"]["en"] and "5" in one["rule"]["text"]["zh"]
    twice = ask(client, **SUBJECTS["stored"], target_kinds=["project"], rules=[MATURE, MATURE], near_misses=5)
    assert twice["near_misses"] == []
    assert len(ask(client, **SUBJECTS["stored"], rules=[MATURE], near_misses=1)["near_misses"]) == 1


def test_near_miss_of_the_counterparts_rule_is_named_too(client: TestClient) -> None:
    answer = ask(client, subject_id="bearing", target_kinds=["investor"], near_misses=5)
    assert [(one["profile_id"], one["rule"]["owner"]) for one in answer["near_misses"]] == [("strict-fund", "target")]


def test_floor_leaves_out_what_scores_less(client: TestClient) -> None:
    everybody = ask(client, **SUBJECTS["stored"])["matches"]
    middle = everybody[len(everybody) // 2]["score"]
    answer = ask(client, **SUBJECTS["stored"], floor=middle)
    assert ids(answer) == [match["profile_id"] for match in everybody if match["score"] >= middle]
    by_default = ask(client, **SUBJECTS["stored"], floor=None)
    assert ids(by_default) == [match["profile_id"] for match in everybody if match["score"] >= _floor(match)]
    assert answer["eligible"] == by_default["eligible"] == len(everybody)


def _floor(match: dict[str, Any]) -> float:
    """The model reads English alone, and the subject is English."""
    return SHIPPED_POLICY.floor if match["language"] == "en" else SHIPPED_POLICY.floor_across


@pytest.mark.parametrize("text", ["zxqv wplk jjrt", "ψψψ ωωω"])
def test_nonsense_finds_little_and_nothing_good(client: TestClient, text: str) -> None:
    found = ask(client, text={"text": text}, floor=None)["matches"]
    assert len([match for match in found if match["language"] == "en"]) <= 2  # of ten
    assert {match["band"] for match in found} <= {"low"}


def test_bands_follow_the_scores(client: TestClient) -> None:
    matches = [match for subject in SUBJECTS.values() for match in ask(client, **subject)["matches"]]
    for match in matches:
        expected = "high" if match["score"] >= 0.65 else "medium" if match["score"] >= 0.45 else "low"
        assert match["band"] == expected
    assert len({match["band"] for match in matches}) >= 2


def test_day_leaves_out_calls_that_have_closed(client: TestClient) -> None:
    def found(**fields: Any) -> dict[str, Any]:
        return ask(client, subject_id="coating", target_kinds=["rd_demand"], **fields)

    assert "closed-call" in ids(found())
    assert "closed-call" in ids(found(as_of="2026-03-01"))
    late = found(as_of="2026-03-02")
    assert "closed-call" not in ids(late)
    assert late["provenance"]["as_of"] == "2026-03-02"


def test_deadline_counts_only_where_a_day_is_given(client: TestClient) -> None:
    def deadline(**fields: Any) -> dict[str, Any]:
        answer = ask(client, subject_id="coating", target_kinds=["rd_demand"], **fields)
        [match] = [match for match in answer["matches"] if match["profile_id"] == "closed-call"]
        [told] = [one for one in match["forward"]["contributions"] if one["signal"] == "deadline"]
        return {name: told[name] for name in ("raw", "value", "is_missing")}

    assert deadline()["is_missing"]
    # 30 of 60 days are left.
    assert deadline(as_of="2026-01-30") == {"raw": 30, "value": 0.5, "is_missing": False}


@pytest.mark.parametrize("fusion", ["harmonic", "product", "minimum", "weighted"])
def test_fusion_of_the_request_is_used(client: TestClient, fusion: str) -> None:
    for match in ask(client, **SUBJECTS["stored"], fusion=fusion)["matches"]:
        forward, backward = (min(max(match[side]["score"], 0), 1) for side in ("forward", "backward"))
        expected = {
            "harmonic": 2 * forward * backward / (forward + backward),
            "product": (forward * backward) ** 0.5,
            "minimum": min(forward, backward),
            "weighted": (forward + backward) / 2,
        }[fusion]
        assert match["fused"] == pytest.approx(expected, abs=1e-6)


def test_answers_are_json_that_any_reader_takes(client: TestClient) -> None:
    response = client.post("/v1/matches", json={"target_kinds": ALL_KINDS, "floor": 0, **SUBJECTS["stored"]})
    assert response.headers["content-type"] == "application/json"
    json.loads(response.content, parse_constant=pytest.fail)  # no NaN, no Infinity
