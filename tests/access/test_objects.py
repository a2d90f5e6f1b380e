"""Own and other's objects in every visibility, for every caller that the route lets in."""

import json
from typing import Any

import pytest

from tests.access.conftest import (
    HIDDEN_CANARY,
    MEMBERS_CANARY,
    NAME_CANARY,
    OTHER_FOUNDER,
    OWNER_CANARY,
    UNAFFILIATED,
    World,
    profiles,
)

STALE = {"If-Match": '"999"'}
"""Whoever may change the profile is told 412, and nothing is changed."""
OBJECTS = [
    f"{whose} {visibility}" for whose in ("own", "other") for visibility in ("public", "members", "anonymous", "hidden")
]
PARTIES = ["enterprise", "founder", "investor", "platform_operator"]
STAFF = ["platform", "admin"]
READERS = ["ranking_operator", "auditor"]


def reads(caller: str, thing: str) -> int:
    """Of `GET /v1/profiles/{id}`."""
    is_own = thing.startswith("own") if caller in PARTIES else thing.startswith("other") and caller == OTHER_FOUNDER
    if caller in STAFF or is_own:
        return 200
    if thing.endswith("hidden") or (caller == UNAFFILIATED and thing.endswith("members")):
        return 404
    return 200


def changes(caller: str, thing: str) -> int:
    """Of PUT and DELETE with a stale revision."""
    is_own = thing.startswith("own") if caller in PARTIES else thing.startswith("other") and caller == OTHER_FOUNDER
    if caller in STAFF or is_own:
        return 412
    return 403 if reads(caller, thing) == 200 else 404


@pytest.mark.parametrize("caller", [*PARTIES, *STAFF, *READERS, OTHER_FOUNDER, UNAFFILIATED])
def test_profiles_are_read_and_listed_by_whom_they_are_shown_to(world: World, caller: str) -> None:
    for thing in OBJECTS:
        answer = world.ask("catalog", caller, "GET", f"/v1/profiles/{world.ids[thing]}")
        assert answer.status_code == reads(caller, thing), (caller, thing)
        sees_private = caller in STAFF or changes(caller, thing) == 412
        if answer.status_code == 200:
            profile = answer.json()["profile"]
            assert (profile["owner"] is not None) == sees_private
            assert profile["contact"] is None
            if thing == "other anonymous":
                assert (profile["organisation"] == NAME_CANARY) == sees_private
    listed = world.ask("catalog", caller, "GET", "/v1/profiles?limit=200").json()["items"]
    assert {item["id"] for item in listed} == {world.ids[thing] for thing in OBJECTS if reads(caller, thing) == 200}
    found = world.ask("catalog", caller, "GET", f"/v1/profiles?q={HIDDEN_CANARY}").json()["items"]
    assert bool(found) == (reads(caller, "other hidden") == 200)


@pytest.mark.parametrize("caller", [*PARTIES, *STAFF, OTHER_FOUNDER, UNAFFILIATED])
def test_profiles_are_changed_by_their_owner_and_the_platform(world: World, caller: str) -> None:
    bodies = profiles()
    for thing in OBJECTS:
        path = f"/v1/profiles/{world.ids[thing]}"
        put = world.ask("catalog", caller, "PUT", path, json=bodies[thing], headers=STALE)
        deleted = world.ask("catalog", caller, "DELETE", path, headers=STALE)
        assert [put.status_code, deleted.status_code] == [changes(caller, thing)] * 2, (caller, thing)


def test_a_profile_stays_with_its_owner_and_only_the_platform_gives_it_away(world: World) -> None:
    body = profiles()["own public"] | {"external_id": "given"}
    given = world.ask("catalog", "founder", "POST", "/v1/profiles", json=body | {"owner": OWNER_CANARY})
    assert (given.status_code, given.json()["code"]) == (422, "owner_not_yours")
    made = world.ask("catalog", "founder", "POST", "/v1/profiles", json=body | {"visibility": "hidden"}).json()
    assert made["profile"]["owner"] == "org-own"
    path, revision = f"/v1/profiles/{made['id']}", {"If-Match": '"1"'}
    hidden = body | {"visibility": "hidden"}
    same = world.ask("catalog", "platform", "PUT", path, json=hidden, headers=revision).json()
    assert (same["revision"], same["profile"]["owner"]) == (1, "org-own")
    moved = world.ask("catalog", "platform", "PUT", path, json=hidden | {"owner": OWNER_CANARY}, headers=revision)
    assert moved.json()["profile"]["owner"] == OWNER_CANARY
    assert world.ask("catalog", "founder", "GET", path).status_code == 404
    gone = world.ask("catalog", OTHER_FOUNDER, "DELETE", path, headers={"If-Match": '"2"'})
    assert gone.status_code == 204


def test_a_taken_name_is_refused_over_every_way_in(world: World) -> None:
    body = profiles()["other hidden"] | {"title": "Mine now"}
    taken = world.ask("catalog", "founder", "POST", "/v1/profiles", json=body)
    assert taken.status_code == 409
    line = json.dumps(body)
    for strict in (False, True):
        report = world.ask(
            "catalog",
            "founder",
            "POST",
            "/v1/imports",
            files={"file": ("rows.jsonl", line)},
            data={"strict": str(strict).lower()},
        ).json()
        assert (report["created"], report["revised"], report["rejected"]) == (0, 0, 1)
    kept = world.ask("catalog", OTHER_FOUNDER, "GET", f"/v1/profiles/{world.ids['other hidden']}").json()
    assert kept["profile"]["title"] != "Mine now"
    assert HIDDEN_CANARY not in taken.text


def event(world: World, subject: str, target: str, number: int = 0) -> dict[str, Any]:
    return {
        "events": [
            {
                "event_id": f"access-{subject}-{target}-{number}",
                "type": "opened",
                "subject_id": world.ids.get(subject, subject),
                "target_id": world.ids.get(target, target),
                "by": "tests",
                "at": "2026-11-24T09:30:00Z",
            }
        ]
    }


def test_feedback_is_given_on_pairings_with_a_side_of_ones_own(world: World) -> None:
    def give(caller: str, subject: str, target: str) -> int:
        return world.ask("catalog", caller, "POST", "/v1/feedback", json=event(world, subject, target)).status_code

    assert give("founder", "own public", "other public") in (200, 201)
    assert give("founder", "other members", "own public") in (200, 201)
    assert give("founder", "other public", "other members") == 403
    # Nothing is learnt of another's hidden profile: it answers like one that is not there.
    nobody = "prf_" + "0" * 32
    assert give("founder", "own public", "other hidden") == give("founder", "own public", nobody) == 422
    assert give("founder", "other hidden", "other public") == give("founder", nobody, "other public") == 403
    assert give("platform", "other public", "own public") in (200, 201)
    assert give(UNAFFILIATED, "own public", "other public") == 403


def test_a_party_reads_the_feedback_on_its_own_requests(world: World) -> None:
    for subject, target in (("own public", "other public"), ("other public", "own public")):
        posted = world.ask("catalog", "platform", "POST", "/v1/feedback", json=event(world, subject, target, 1))
        assert posted.status_code in (200, 201)

    def subjects(caller: str) -> set[str]:
        items = world.ask("catalog", caller, "GET", "/v1/feedback?limit=200").json()["items"]
        return {item["event"]["subject_id"] for item in items}

    assert subjects("founder") == {world.ids["own public"]}
    assert world.ids["own public"] not in subjects(OTHER_FOUNDER)
    assert subjects(UNAFFILIATED) == set()
    assert subjects("auditor") >= {world.ids["own public"], world.ids["other public"]}


def match(world: World, caller: str, subject: dict[str, Any]) -> Any:
    body = {"target_kinds": ["rd_demand"], "floor": 0, "near_misses": 5, "explain": "full"} | subject
    return world.ask("matcher", caller, "POST", "/v1/matches", json=body)


@pytest.mark.parametrize("caller", [*PARTIES, *STAFF, OTHER_FOUNDER, UNAFFILIATED])
def test_matches_are_asked_for_ones_own(world: World, caller: str) -> None:
    for thing in OBJECTS:
        subject = {"subject_id": world.ids[thing], "target_kinds": ["rd_demand", "project"]}
        expected = {412: 200}.get(changes(caller, thing), changes(caller, thing))
        answer = match(world, caller, subject)
        assert answer.status_code == expected, (caller, thing)
        batch = world.ask("matcher", caller, "POST", "/v1/matches:batch", json={"requests": [subject]})
        assert batch.status_code == expected, (caller, thing)
        own_words = {HIDDEN_CANARY} if thing == "other hidden" else set()  # told to whoever may ask for it
        for canary in {HIDDEN_CANARY, NAME_CANARY, OWNER_CANARY, "zyxcontact"} - own_words:
            assert canary not in answer.text


def test_what_a_caller_may_not_know_of_is_never_counted(world: World) -> None:
    text = {"text": {"text": "turbine bearing monitoring", "kind": "project"}}
    member, stranger = (match(world, caller, text).json() for caller in ("founder", UNAFFILIATED))
    # Of the four demands, the hidden one is nobody's to be proposed, and that for members is only theirs.
    assert (member["eligible"], stranger["eligible"]) == (3, 2)
    proposed = {one["profile_id"] for one in stranger["matches"]}
    assert proposed == {world.ids["other public"], world.ids["other anonymous"]}
    assert MEMBERS_CANARY not in str(stranger)
    assert member["run_id"] != stranger["run_id"]


@pytest.mark.parametrize(
    ("caller", "subject", "target", "status"),
    [
        ("founder", "own public", "other public", 200),
        ("founder", "own public", "other members", 200),
        ("founder", "own public", "other anonymous", 200),
        ("founder", "own hidden", "other public", 200),
        ("founder", "own public", "other hidden", 404),
        ("founder", "other public", "own public", 403),
        ("founder", "other hidden", "own public", 404),
        (OTHER_FOUNDER, "other public", "own hidden", 404),
        (OTHER_FOUNDER, "other public", "other hidden", 200),
        (UNAFFILIATED, "own public", "other public", 403),
        (UNAFFILIATED, "own members", "other public", 404),
        ("platform", "own public", "other hidden", 200),
    ],
)
def test_why_tells_nothing_of_what_the_caller_may_not_know_of(
    world: World, caller: str, subject: str, target: str, status: int
) -> None:
    query = {"subject": world.ids[subject], "target": world.ids[target]}
    answer = world.ask("matcher", caller, "GET", "/v1/matches/why", params=query)
    assert answer.status_code == status
    unknown = world.ask("matcher", caller, "GET", "/v1/matches/why", params=query | {"target": "prf_" + "0" * 32})
    if status == 404 and not subject.endswith(("hidden", "members")):
        assert answer.text.replace(world.ids[target], "") == unknown.text.replace("prf_" + "0" * 32, "")


def test_a_run_is_read_by_whom_it_was_answered_to(world: World) -> None:
    stored = match(world, "founder", {"subject_id": world.ids["own public"]}).json()["run_id"]
    passing = match(world, "founder", {"text": {"text": "a private idea", "kind": "project"}}).json()["run_id"]

    def status(caller: str, run_id: str) -> int:
        return world.ask("matcher", caller, "GET", f"/v1/match-runs/{run_id}").status_code

    for run_id in (stored, passing):
        while status("auditor", run_id) != 200:
            pass  # written ten times a second; each question takes its time
    callers = ["founder", "enterprise", OTHER_FOUNDER, UNAFFILIATED, "platform", "ranking_operator"]
    assert [status(caller, stored) for caller in callers] == [200, 200, 404, 404, 200, 403]
    assert [status(caller, passing) for caller in callers] == [404, 404, 404, 404, 200, 403]


def test_a_policy_is_tried_on_what_its_operator_may_know_of(world: World) -> None:
    active = world.ask("matcher", "ranking_operator", "GET", "/v1/policies").json()["items"][-1]["revision"]

    def status(caller: str, thing: str) -> int:
        body = {"revision": active, "subject_ids": [world.ids[thing]], "target_kinds": ["rd_demand"]}
        return world.ask("matcher", caller, "POST", "/v1/policies:simulate", json=body).status_code

    assert [status("ranking_operator", thing) for thing in ("own public", "other members", "own hidden")] == [
        200,
        200,
        404,
    ]
    assert status("admin", "own hidden") == 200
    assert status("founder", "own public") == 403


@pytest.mark.parametrize("caller", [*PARTIES, *STAFF, OTHER_FOUNDER, UNAFFILIATED])
def test_recommendations_are_for_whoever_may_ask_for_matches(world: World, caller: str) -> None:
    for thing in OBJECTS:
        expected = {412: 200}.get(changes(caller, thing), changes(caller, thing))
        for path in ("/v1/recommendations", "/v1/digests"):
            answer = world.ask("matcher", caller, "GET", path, params={"for": world.ids[thing]})
            assert answer.status_code == expected, (caller, path, thing)
            own_words = {HIDDEN_CANARY} if thing == "other hidden" else set()
            for canary in {HIDDEN_CANARY, NAME_CANARY, "zyxcontact"} - own_words:
                assert canary not in answer.text
        body = {"profile_id": world.ids[thing], "period": "daily"}
        made = world.ask("matcher", caller, "POST", "/v1/recommendation-rounds", json=body)
        assert made.status_code in ((200, 201) if expected == 200 else (expected,)), (caller, thing)


def test_a_stored_recommendation_is_read_by_whom_it_was_given(world: World) -> None:
    body = {"profile_id": world.ids["own public"]}
    made = world.ask("matcher", "founder", "POST", "/v1/recommendation-rounds", json=body).json()
    path = f"/v1/recommendations/{made['items'][0]['id']}"
    callers = ["founder", "enterprise", OTHER_FOUNDER, UNAFFILIATED, "platform", "auditor", "ranking_operator"]
    statuses = [world.ask("matcher", caller, "GET", path).status_code for caller in callers]
    assert statuses == [200, 200, 404, 404, 200, 200, 403]


@pytest.mark.parametrize("caller", [*PARTIES, *STAFF, OTHER_FOUNDER, UNAFFILIATED])
def test_rules_are_suggested_to_whoever_speaks_for_the_profile(world: World, caller: str) -> None:
    for thing in OBJECTS:
        answer = world.ask("matcher", caller, "GET", "/v1/suggested-rules", params={"for": world.ids[thing]})
        assert answer.status_code == {412: 200}.get(changes(caller, thing), changes(caller, thing)), (caller, thing)
