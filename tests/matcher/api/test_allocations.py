"""Matchmaking days over HTTP: rules of both sides, locks, drop-outs, what is told of whom, and what is refused."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from shared.contracts.allocations import Allocation

PROJECTS = ("electrolyte", "coating", "anonymous", "bearing", "quantum")
INVESTORS = ("fund", "strict-fund")
SLOTS = [{"name": "09:00"}, {"name": "09:20"}, {"name": "09:40"}]


def day(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Battery day (fictional)",
        "first": {"participants": [{"profile_id": one} for one in PROJECTS]},
        "second": {"participants": [{"profile_id": one} for one in INVESTORS]},
        "slots": SLOTS,
        "floor": 0,
    } | fields


def solve(client: TestClient, **fields: Any) -> Allocation:
    response = client.post("/v1/allocations", json=day(**fields))
    assert response.status_code == 201, response.text
    return Allocation.model_validate_json(response.content)


def resolve(client: TestClient, before: Allocation, **change: Any) -> Allocation:
    response = client.post(f"/v1/allocations/{before.id}:resolve", json=change)
    assert response.status_code == 201, response.text
    return Allocation.model_validate_json(response.content)


def pairs(allocation: Allocation) -> set[tuple[str, str]]:
    return {(one.first.profile_id, one.second.profile_id) for one in allocation.meetings}


def refused(client: TestClient, **fields: Any) -> dict[str, str]:
    """Code and fields at fault of a request that is refused."""
    response = client.post("/v1/allocations", json=day(**fields))
    assert response.status_code == 422, response.text
    problem = response.json()
    return {"code": problem["code"]} | {error["field"]: error["message"] for error in problem["errors"]}


def test_whom_a_rule_refuses_never_meets_and_is_told_why(client: TestClient) -> None:
    """The strict fund wants TRL 5: the electrolyte (6) passes, the coating (4) and the bearing (3) fail."""
    found = solve(client)
    met = pairs(found)
    assert ("electrolyte", "strict-fund") in met
    assert not met & {("coating", "strict-fund"), ("bearing", "strict-fund")}
    assert found.quality.status == "optimal"
    assert found.quality.gap == 0
    # Three slots, two investors, five projects: the fund meets three, the strict fund those whom its rule lets pass.
    told = solve(client, second={"participants": [{"profile_id": "strict-fund"}]}).shortfalls
    counted = {one.participant.profile_id: one for one in told}
    assert counted["coating"].code == "no_eligible_counterpart"
    assert counted["coating"].counterparts.refused_by_rules == 1
    assert "nobody" in counted["coating"].text.en


def test_a_meeting_scores_and_is_explained_as_the_match_is(client: TestClient) -> None:
    for meeting in solve(client).meetings:
        body = {"subject_id": meeting.first.profile_id, "target_kinds": ["investor"], "floor": 0, "record_run": False}
        [match] = [
            one
            for one in client.post("/v1/matches", json=body).json()["matches"]
            if one["profile_id"] == meeting.second.profile_id
        ]
        assert meeting.score == match["score"]
        assert meeting.band == match["band"]
        explanation = match["explanation"]
        told = [one.model_dump(mode="json") for one in meeting.for_first]
        assert told == explanation["for_subject"][:2]
        assert [one.model_dump(mode="json") for one in meeting.for_second] == explanation["for_target"][:2]


def test_changing_sides_changes_no_pair(client: TestClient) -> None:
    turned = solve(client, first=day()["second"], second=day()["first"])
    assert {(second, first) for first, second in pairs(turned)} == pairs(solve(client))


def test_the_same_day_is_the_same_allocation(client: TestClient) -> None:
    first, second = solve(client), solve(client)
    assert first == second
    read = client.get(f"/v1/allocations/{first.id}")
    assert Allocation.model_validate_json(read.content) == first
    listed = client.get("/v1/allocations", params={"limit": 1}).json()["items"]
    assert len(listed) == 1
    again = client.post("/v1/allocations", json=first.request.model_dump(mode="json"))
    assert again.json() == first.model_dump(mode="json")


def test_locks_meet_below_the_floor_and_bans_do_not(client: TestClient) -> None:
    lock, ban = {"first": "quantum", "second": "fund"}, {"first": "electrolyte", "second": "fund"}
    found = solve(client, floor=1, locks=[lock], bans=[ban])
    assert pairs(found) == {("quantum", "fund")}
    assert found.meetings[0].is_locked
    counts = {one.participant.profile_id: one.counterparts for one in found.shortfalls}
    assert (counts["electrolyte"].banned, counts["electrolyte"].below_floor) == (1, 1)


def test_an_anonymous_participant_is_not_named(client: TestClient) -> None:
    response = client.post("/v1/allocations", json=day(locks=[{"first": "anonymous", "second": "fund"}]))
    assert "Concealed" not in response.text
    assert "Open Cell Works" in response.text


def test_drop_outs_free_their_places_and_nobody_else_moves(client: TestClient) -> None:
    before = solve(client, slots=SLOTS[:2])
    dropped = before.meetings[0].first.profile_id
    after = resolve(client, before, dropped=[dropped])
    stays = [one for one in before.meetings if one.first.profile_id != dropped]
    assert after.previous == before.id
    assert {(one.slot, one.table, one.first, one.second) for one in stays} <= {
        (one.slot, one.table, one.first, one.second) for one in after.meetings if one.is_kept
    }
    assert dropped not in {one.first.profile_id for one in after.meetings}
    assert after.meetings[0].score > 0
    assert len(after.meetings) >= len(stays)
    assert resolve(client, before, dropped=[dropped]) == after


def test_released_participants_may_move(client: TestClient) -> None:
    before = solve(client)
    after = resolve(client, before, released=["fund"])
    assert all("fund" not in {one.second.profile_id} for one in after.meetings if one.is_kept)
    assert after.quality.total_score == pytest.approx(before.quality.total_score)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"slots": [{"name": "a"}, {"name": "a"}]}, "slots.1.name"),
        ({"locks": [{"first": "nobody", "second": "fund"}]}, "locks.0.first"),
        ({"locks": [{"first": "coating", "second": "strict-fund"}]}, "locks.0"),
        (
            {
                "locks": [{"first": "coating", "second": "fund"}],
                "bans": [{"first": "coating", "second": "fund"}],
            },
            "locks.0",
        ),
        ({"first": {"participants": [{"profile_id": "unknown"}]}}, "first.participants.0.profile_id"),
        ({"first": {"participants": [{"profile_id": "hidden"}]}}, "first.participants.0.profile_id"),
        ({"first": {"participants": [{"profile_id": "withdrawn"}]}}, "first.participants.0.profile_id"),
        ({"first": {"participants": [{"profile_id": "fund"}]}}, "second.participants.0.profile_id"),
        (
            {"first": {"participants": [{"profile_id": "coating", "available": ["noon"]}]}},
            "first.participants.0.available.0",
        ),
        (
            {
                "first": {"participants": [{"profile_id": "coating", "capacity": 0}]},
                "locks": [{"first": "coating", "second": "fund"}],
            },
            "first.participants.0",
        ),
        ({"kept": [{"first": "coating", "second": "fund", "slot": "noon"}]}, "kept.0.slot"),
        (
            {
                "kept": [
                    {"first": "coating", "second": "fund", "slot": "09:00"},
                    {"first": "electrolyte", "second": "fund", "slot": "09:00"},
                ]
            },
            "kept.1.second",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_by_its_field(
    client: TestClient, fields: dict[str, Any], field: str
) -> None:
    problem = refused(client, **fields)
    assert problem["code"] == "allocation_invalid"
    assert field in problem


def test_locks_that_find_no_slot_are_named(client: TestClient) -> None:
    """Both projects are there in the first slot only, and the fund cannot meet two at a time."""
    early = [{"profile_id": one, "available": ["09:00"]} for one in ("coating", "electrolyte")]
    locks = [{"first": one["profile_id"], "second": "fund"} for one in early]
    problem = refused(client, first={"participants": early}, locks=locks)
    assert problem.pop("code") == "locks_cannot_meet"
    assert len(problem) == 1
    assert set(problem) <= {"locks.0", "locks.1"}


def test_unknown_allocations_and_names_are_refused(client: TestClient) -> None:
    assert client.get("/v1/allocations/alc_none").json()["code"] == "allocation_not_found"
    assert client.post("/v1/allocations/alc_none:resolve", json={}).status_code == 404
    answer = client.post(f"/v1/allocations/{solve(client).id}:resolve", json={"dropped": ["nobody"]})
    assert answer.json()["errors"][0]["field"] == "dropped.0"
    everybody = client.post(f"/v1/allocations/{solve(client).id}:resolve", json={"dropped": list(INVESTORS)})
    assert everybody.status_code == 422
    assert client.post("/v1/allocations", json=day(policy="none")).status_code == 404
    assert client.get("/v1/allocations", params={"cursor": "x"}).status_code == 400
