"""No route without a policy: what nobody decided is refused by the build."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from services.catalog.app import create_app as create_catalog
from services.catalog.settings import CatalogSettings
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.contracts.identity import Permission, Role
from shared.kit.errors import Unauthenticated
from shared.kit.http import create_api, health_router
from shared.kit.identity import OPEN, CurrentPrincipal, Principal, requires
from shared.kit.identity.policy import route_policies

SERVICES = {
    "catalog": lambda: create_catalog(CatalogSettings(database_url="sqlite:///unused.db")),
    "matcher": lambda: create_matcher(MatcherSettings(database_url="sqlite:///unused.db")),
}
OPEN_PATHS = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_declares_one_policy(service: str) -> None:
    policies = list(route_policies(SERVICES[service]()))
    assert len(policies) > 10
    assert [route.path for route in policies if route.policy is None] == []


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_open_says_nothing_about_anybody(service: str) -> None:
    policies = route_policies(SERVICES[service]())
    assert {route.path for route in policies if not hasattr(route.policy, "permission")} <= OPEN_PATHS


def test_a_forgotten_policy_is_found() -> None:
    app = build_api()
    undecided = {route.name for route in route_policies(app) if route.policy is None}
    assert undecided == {"forgotten", "mounted"}


class ByHeader:
    """A caller is whom its header names."""

    is_local = False

    async def authenticate(self, connection: HTTPConnection) -> Principal:
        role = connection.headers.get("x-role")
        if role is None:
            raise Unauthenticated
        return Principal(id=role, roles=frozenset({Role(role)}))


@asynccontextmanager
async def nothing_to_own(app: FastAPI) -> AsyncIterator[None]:
    yield


def build_api() -> FastAPI:
    app = create_api(title="Test", version="1", lifespan=nothing_to_own, authenticator=ByHeader())
    app.include_router(health_router(lambda request: None))

    @app.get("/keys", dependencies=[requires(Permission.KEYS_READ)])
    def keys(principal: CurrentPrincipal) -> str:
        return principal.id

    @app.post("/echo", dependencies=[requires(Permission.KEYS_READ)])
    def echo(body: dict[str, int]) -> dict[str, int]:
        return body

    @app.get("/open", dependencies=[OPEN])
    def open_to_all() -> str:
        return "everyone"

    @app.get("/forgotten")
    def forgotten() -> str:
        return ""

    app.mount("/mounted", FastAPI(), name="mounted")
    return app


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(build_api()) as client:
        yield client


def test_a_caller_without_credentials_gets_401_everywhere_but_on_open_routes(client: TestClient) -> None:
    for path in ("/keys", "/forgotten", "/no/such/route", "/mounted/docs"):
        refused = client.get(path)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="liaison"')
        assert refused.json()["code"] == "unauthenticated"
    assert [client.get(path).status_code for path in ("/open", "/healthz", "/openapi.json")] == [200, 200, 200]


def test_a_caller_is_refused_before_its_body_is_read(client: TestClient) -> None:
    assert client.post("/echo", content=b"{").status_code == 401
    assert client.post("/echo", content=b"{", headers={"x-role": "admin"}).status_code == 422


def test_a_caller_without_the_permission_gets_403(client: TestClient) -> None:
    refused = client.get("/keys", headers={"x-role": "founder"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "keys:read" in refused.json()["detail"]
    assert client.get("/keys", headers={"x-role": "admin"}).json() == "admin"


def test_the_documentation_tells_what_each_operation_asks_for(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert paths["/keys"]["get"]["x-permission"] == "keys:read"
    assert {"401", "403"} <= paths["/keys"]["get"]["responses"].keys()
    assert "security" not in paths["/open"]["get"]
