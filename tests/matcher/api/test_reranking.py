"""Reranking as a request asks for it: what moves says so, and nothing else moves."""

from typing import Any

from starlette.testclient import TestClient

from tests.matcher.api.test_matches import SUBJECTS, ask, ids

LINE: dict[str, Any] = {"text": {"text": "coating anode sheets on a pilot line"}, "target_kinds": ["pilot_platform"]}


def moves(answer: dict[str, Any]) -> dict[str, tuple[str, int, int | None]]:
    told = [(one["profile_id"], one["move"]) for one in (*answer["matches"], *answer["left_out"]) if one["move"]]
    return {profile_id: (move["reason"], move["from_rank"], move["to_rank"]) for profile_id, move in told}


def test_nothing_moves_unasked(client: TestClient) -> None:
    answer = ask(client, **SUBJECTS["stored"])
    assert (moves(answer), answer["left_out"]) == ({}, [])


def test_one_of_an_organisation(client: TestClient) -> None:
    plain = ask(client, **SUBJECTS["stored"], target_kinds=["project"])
    answer = ask(client, **SUBJECTS["stored"], target_kinds=["project"], rerank={"max_per_organisation": 1})
    left = max(("electrolyte", "coating"), key=ids(plain).index)
    assert ids(answer) == [one for one in ids(plain) if one != left]
    assert moves(answer) == {left: ("organisation_limit", ids(plain).index(left) + 1, None)}
    [told] = answer["left_out"]
    assert told["score"] == plain["matches"][ids(plain).index(left)]["score"]


def test_diversity_changes_the_order_and_says_who_passed_whom(client: TestClient) -> None:
    plain, answer = (
        ask(client, **SUBJECTS["stored"], target_kinds=["project"], rerank={"diversity": share}) for share in (0, 0.9)
    )
    assert set(ids(answer)) == set(ids(plain))
    assert ids(answer) != ids(plain)
    assert {reason for reason, _, _ in moves(answer).values()} == {"diversity"}
    for profile_id, (_, before, after) in moves(answer).items():
        assert ids(plain)[before - 1] == profile_id
        assert after is not None and ids(answer)[after - 1] == profile_id


def test_newcomers_get_their_share(client: TestClient) -> None:
    answer = ask(client, **SUBJECTS["stored"], limit=2, rerank={"newcomer_share": 1.0})
    assert len(ids(answer)) == 2  # nobody of the collection has a record: all are newcomers, nobody moves
    assert moves(answer) == {}


def test_capacity_is_used_up_within_a_batch(client: TestClient) -> None:
    request = LINE | {"floor": 0, "rerank": {"respect_capacity": True}}
    answers = client.post("/v1/matches:batch", json={"requests": [request] * 3}).json()["responses"]
    assert ids(answers[0])[0] == "small-line"
    for answer in answers[1:]:
        assert "small-line" not in ids(answer)
        assert moves(answer)["small-line"] == ("capacity", 1, None)
    assert ids(answers[1]) == ids(answers[2])
    assert answers[0]["run_id"] != answers[1]["run_id"] == answers[2]["run_id"]


def test_capacity_counts_for_nothing_unasked(client: TestClient) -> None:
    answers = client.post("/v1/matches:batch", json={"requests": [LINE | {"floor": 0}] * 2}).json()["responses"]
    assert answers[0] == answers[1]
