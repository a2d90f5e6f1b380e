"""Both services with known callers: a key for each role, and profiles of two organisations in every visibility."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from services.catalog.app import create_app as create_catalog
from services.catalog.app import open_catalog
from services.catalog.profiles.rules import profile_id
from services.catalog.settings import CatalogSettings
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.contracts.api_keys import ApiKeyDraft
from shared.contracts.identity import Role
from shared.kit.database import Database
from shared.kit.settings import LogLevel
from tests.cli.live_services import served
from tests.identity import PEPPER, bearing, issue, issue_draft
from tests.matcher.encoders import HashingEncoder

ANYONE, UNAFFILIATED, OTHER_FOUNDER = "anyone", "unaffiliated", "other founder"
HIDDEN_CANARY, MEMBERS_CANARY, NAME_CANARY, OWNER_CANARY = (
    "Zyxhidden",
    "Zyxmembers",
    "Zyxname Works",
    "org-zyxother",
)
RATE = "1000000/minute"


@dataclass(frozen=True, kw_only=True)
class World:
    """Both services, and what each caller sends."""

    catalog: httpx.Client
    matcher: httpx.Client
    headers: dict[str, dict[str, str]]
    """By caller: a role's name, or one of the three above; parties speak for `org-own`."""
    ids: dict[str, str]
    """Profile ids by `own public`, `other hidden` and so on."""

    def ask(self, service: str, caller: str, method: str, path: str, **request: Any) -> httpx.Response:
        client = self.catalog if service == "catalog" else self.matcher
        headers = self.headers[caller] | request.pop("headers", {})
        return client.request(method, path, headers=headers, **request)


def profiles() -> dict[str, dict[str, Any]]:
    """Bodies by name; `own` is a project, `other` its counterpart."""
    common = {"source": "access", "sectors": ["energy"], "needs": [{"text": "turbine bearing monitoring"}]}
    bodies: dict[str, dict[str, Any]] = {}
    for visibility in ("public", "members", "anonymous", "hidden"):
        bodies[f"own {visibility}"] = common | {
            "kind": "project",
            "external_id": f"own-{visibility}",
            "title": "Own bearing monitor",
            "visibility": visibility,
        }
        secret = {"hidden": HIDDEN_CANARY, "members": MEMBERS_CANARY}.get(visibility, "")
        bodies[f"other {visibility}"] = common | {
            "kind": "rd_demand",
            "external_id": f"other-{visibility}",
            "title": f"Bearing monitoring wanted {secret}",
            "organisation": NAME_CANARY if visibility == "anonymous" else "Plain Works",
            "visibility": visibility,
            "contact": {"email": "zyxcontact@example.org"},
        }
    return bodies


def keys_of(database: Database) -> dict[str, dict[str, str]]:
    headers = {role.value: bearing(issue(database, role).secret) for role in Role}
    headers[ANYONE] = {}
    headers[OTHER_FOUNDER] = bearing(issue(database, Role.FOUNDER, organization_id=OWNER_CANARY).secret)
    # A token may name no organisation, which a key's draft refuses.
    draft = ApiKeyDraft.model_construct(
        name="x", roles=(Role.FOUNDER,), organization_id=None, scopes=None, language=None, expires_at=None
    )
    headers[UNAFFILIATED] = bearing(issue_draft(database, draft).secret)
    return headers


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("access")
    with ExitStack() as opened:
        yield _build(folder, opened)


def _build(folder: Path, opened: ExitStack) -> World:
    catalog_settings = CatalogSettings(
        database_url=f"sqlite:///{folder / 'catalog.db'}",
        api_key_pepper=SecretStr(PEPPER),
        log_level=LogLevel.ERROR,
        rate_limit=RATE,
    )
    catalog_url = opened.enter_context(served(create_catalog(catalog_settings)))
    database = open_catalog(catalog_settings.database_url)
    opened.callback(database.close)
    headers = keys_of(database)
    matcher_settings = MatcherSettings(
        catalog_url=catalog_url,
        catalog_key=SecretStr(headers["service"]["Authorization"].removeprefix("Bearer ")),
        api_key_pepper=SecretStr(PEPPER),
        database_url=f"sqlite:///{folder / 'matcher.db'}",
        data_directory=folder / "saved",
        feed_wait_seconds=0.2,
        log_level=LogLevel.ERROR,
        rate_limit=RATE,
    )
    catalog = opened.enter_context(httpx.Client(base_url=catalog_url, timeout=30))
    ids = {}
    for name, body in profiles().items():
        owner = "founder" if name.startswith("own") else OTHER_FOUNDER
        answer = catalog.post("/v1/profiles", json=body, headers=headers[owner])
        assert answer.status_code == 201, answer.text
        ids[name] = answer.json()["id"]
        assert ids[name] == profile_id("access", body["external_id"])
    matcher_url = opened.enter_context(served(create_matcher(matcher_settings, lambda _: HashingEncoder())))
    matcher = opened.enter_context(httpx.Client(base_url=matcher_url, timeout=30))
    world = World(catalog=catalog, matcher=matcher, headers=headers, ids=ids)
    _wait_until_read(world, len(ids))
    return world


def _wait_until_read(world: World, documents: int) -> None:
    deadline = monotonic() + 60
    while monotonic() < deadline:
        status = world.ask("matcher", "auditor", "GET", "/v1/status")
        if status.status_code == 200 and status.json()["is_ready"] and status.json()["documents"] == documents:
            return
        sleep(0.05)
    raise AssertionError("the matcher has not read the profiles")
