"""Matchmaking days and reports: own, other's and hidden profiles in them, for every caller."""

from typing import Any

import pytest

from shared.contracts.reports import ReportName
from tests.access.conftest import (
    ANYONE,
    HIDDEN_CANARY,
    NAME_CANARY,
    OTHER_FOUNDER,
    OWNER_CANARY,
    UNAFFILIATED,
    World,
)

PARTIES = ["enterprise", "founder", "investor", "platform_operator", OTHER_FOUNDER, UNAFFILIATED]
STAFF = ["platform", "admin"]
OUTSIDERS = [*PARTIES, "ranking_operator", "service"]
NOBODY = "day_" + "0" * 32
PRIVATE = [HIDDEN_CANARY, NAME_CANARY, OWNER_CANARY, "zyxcontact"]


def day(world: World, caller: str, *others: str) -> Any:
    body = {
        "name": "Bearing day (fictional)",
        "first": {"participants": [{"profile_id": world.ids["own public"]}]},
        "second": {"participants": [{"profile_id": world.ids[one]} for one in others]},
        "slots": [{"name": "09:00"}, {"name": "09:20"}],
        "floor": 0,
    }
    return world.ask("matcher", caller, "POST", "/v1/allocations", json=body)


def solved(world: World) -> Any:
    answer = day(world, "platform", "other public", "other anonymous")
    assert answer.status_code == 201, answer.text
    return answer.json()


def refused_alike(world: World, caller: str, method: str, path: str, unknown: str, **request: Any) -> int:
    """The status, which must be that of a day that does not exist, in the same words."""
    there, nowhere = (world.ask("matcher", caller, method, one, **request) for one in (path, unknown))
    assert there.status_code == nowhere.status_code
    assert there.json()["detail"] == nowhere.json()["detail"]
    return there.status_code


@pytest.mark.parametrize("caller", [*OUTSIDERS, ANYONE])
def test_a_day_is_nothing_to_its_participants_and_other_strangers(world: World, caller: str) -> None:
    expected = 401 if caller == ANYONE else 403
    assert day(world, caller, "other public").status_code == expected
    path = f"/v1/allocations/{solved(world)['id']}"
    assert refused_alike(world, caller, "GET", path, f"/v1/allocations/{NOBODY}") == expected
    change = {"dropped": [world.ids["other public"]]}
    assert (
        refused_alike(world, caller, "POST", f"{path}:resolve", f"/v1/allocations/{NOBODY}:resolve", json=change)
        == expected
    )
    assert world.ask("matcher", caller, "GET", "/v1/allocations").status_code == expected


def test_a_day_is_made_by_staff_and_read_by_the_auditor_and_names_nobody_who_is_anonymous(world: World) -> None:
    made = solved(world)
    path = f"/v1/allocations/{made['id']}"
    for caller in [*STAFF, "auditor"]:
        read = world.ask("matcher", caller, "GET", path)
        listed = world.ask("matcher", caller, "GET", "/v1/allocations")
        assert (read.status_code, listed.status_code) == (200, 200)
        assert made["id"] in {one["id"] for one in listed.json()["items"]}
        assert [one for one in PRIVATE if one in read.text + listed.text] == []
    change = {"dropped": [world.ids["other public"]]}
    assert world.ask("matcher", "auditor", "POST", f"{path}:resolve", json=change).status_code == 403
    assert world.ask("matcher", "admin", "POST", f"{path}:resolve", json=change).status_code == 201


@pytest.mark.parametrize("caller", STAFF)
def test_a_hidden_profile_takes_part_in_no_day(world: World, caller: str) -> None:
    refused = day(world, caller, "other public", "other hidden")
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["second.participants.1.profile_id"]
    assert HIDDEN_CANARY not in refused.text


@pytest.mark.parametrize("name", ReportName)
def test_a_report_is_for_staff_operators_and_auditors_and_tells_nothing_private(world: World, name: ReportName) -> None:
    path = f"/v1/reports/{name}"
    for caller in [*STAFF, "ranking_operator", "auditor"]:
        for form in ("json", "csv"):
            told = world.ask("matcher", caller, "GET", path, params={"format": form})
            assert told.status_code == 200, (caller, form, told.text)
            assert [one for one in PRIVATE if one in told.text] == [], (caller, form)
    for caller in [*PARTIES, "service"]:
        assert world.ask("matcher", caller, "GET", path).status_code == 403, caller
    assert world.ask("matcher", ANYONE, "GET", path).status_code == 401
