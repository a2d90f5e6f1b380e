"""Every role on every route of both OpenAPI documents, against one table of who may what."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.contracts.identity import Permission, Role
from tests.access.conftest import (
    ANYONE,
    HIDDEN_CANARY,
    MEMBERS_CANARY,
    NAME_CANARY,
    OTHER_FOUNDER,
    OWNER_CANARY,
    UNAFFILIATED,
    World,
)

PARTIES = {"enterprise", "founder", "investor", "platform_operator"}
STAFF = {"platform", "admin"}
MAY: dict[str, set[str]] = {
    "profiles:read": PARTIES | STAFF | {"ranking_operator", "auditor"},
    "profiles:write": PARTIES | STAFF,
    "profiles:export": STAFF,
    "feed:read": {"service"},
    "feedback:read": PARTIES | STAFF | {"ranking_operator", "auditor"},
    "feedback:write": PARTIES | STAFF,
    "introductions:read": PARTIES | STAFF | {"auditor"},
    "introductions:write": PARTIES | STAFF,
    "matches:ask": PARTIES | STAFF,
    "runs:read": PARTIES | STAFF | {"auditor"},
    "allocations:read": STAFF | {"auditor"},
    "allocations:write": STAFF,
    "reports:read": STAFF | {"ranking_operator", "auditor"},
    "ranking:read": STAFF | {"ranking_operator", "auditor"},
    "ranking:write": {"ranking_operator", "admin"},
    "status:read": {role.value for role in Role},
    "keys:read": {"admin", "auditor"},
    "keys:write": {"admin"},
    "audit:read": {"admin", "auditor"},
    "webhooks:read": PARTIES | STAFF | {"auditor"},
    "webhooks:write": PARTIES | STAFF,
    "notifications:write": STAFF | {"service"},
    "personal_data:export": PARTIES | {"admin"},
    "personal_data:erase": PARTIES | {"admin"},
    "erasures:read": PARTIES | STAFF | {"auditor"},
    "erasures:confirm": {"service"},
}
"""Written by hand, beside the roles' own table and not from it."""
OPEN = {("catalog", "/healthz"), ("catalog", "/readyz"), ("matcher", "/healthz"), ("matcher", "/readyz")}
CALLERS = [*(role.value for role in Role), OTHER_FOUNDER, UNAFFILIATED]
BODIES: dict[str, Any] = {"json": {}}


def operations(world: World, service: str) -> Iterator[tuple[str, str, str | None]]:
    """Method, path with made-up values, and the permission that it says it asks for."""
    client = world.catalog if service == "catalog" else world.matcher
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            named = path
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    named = named.replace("{" + parameter["name"] + "}", "x0")
            yield method.upper(), named, operation.get("x-permission")


def test_the_table_knows_every_permission() -> None:
    assert set(MAY) == {permission.value for permission in Permission}


@pytest.mark.parametrize("service", ["catalog", "matcher"])
def test_every_cell_of_roles_and_routes_is_as_declared(world: World, service: str) -> None:
    cells, wrong = 0, []
    for method, path, permission in operations(world, service):
        if permission is None:
            assert (service, path) in OPEN
            assert world.ask(service, ANYONE, method, path).status_code == 200
            continue
        body = BODIES if method in ("POST", "PUT", "PATCH") else {}
        for caller in CALLERS:
            role = "founder" if caller in (OTHER_FOUNDER, UNAFFILIATED) else caller
            answer = world.ask(service, caller, method, path, **body)
            is_let_in = answer.status_code not in (401, 403)
            cells += 1
            if is_let_in != (role in MAY[permission]) or answer.status_code >= 500:
                wrong.append((caller, method, path, answer.status_code))
        refused = world.ask(service, ANYONE, method, path, **body)
        cells += 1
        if refused.status_code != 401:
            wrong.append((ANYONE, method, path, refused.status_code))
    assert wrong == []
    assert cells > 150


@pytest.mark.parametrize("service", ["catalog", "matcher"])
def test_what_changes_something_never_asks_for_a_permission_to_read(world: World, service: str) -> None:
    changing = [
        (method, path, permission) for method, path, permission in operations(world, service) if method != "GET"
    ]
    assert [one for one in changing if one[2] is None or one[2].endswith(":read")] == []


@pytest.mark.parametrize("service", ["catalog", "matcher"])
def test_no_reading_route_tells_a_stranger_what_is_private(world: World, service: str) -> None:
    """What each caller gets from every GET without parameters of its own: lists, exports, records."""
    hidden_from_all_parties = {HIDDEN_CANARY, NAME_CANARY, OWNER_CANARY, "zyxcontact"}
    strangers = [*PARTIES, "ranking_operator", "auditor"]
    for method, path, _permission in operations(world, service):
        if method != "GET" or path.endswith("openapi.json") or "api-keys" in path:
            continue
        for caller in strangers:
            text = world.ask(service, caller, method, path).text
            assert [canary for canary in hidden_from_all_parties if canary in text] == [], (caller, path)
        text = world.ask(service, UNAFFILIATED, method, path).text
        assert MEMBERS_CANARY not in text and HIDDEN_CANARY not in text, path
