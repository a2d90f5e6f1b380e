"""Both services with a canary in everything that they derive from one organisation's profile, and its erasure."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
from pydantic import SecretStr

from services.catalog.app import create_app as create_catalog
from services.catalog.app import open_catalog
from services.catalog.settings import CatalogSettings
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherRole, MatcherSettings
from tests.canary import CANARY, word
from tests.catalog.privacy.conftest import callers, leave_canaries
from tests.cli.live_services import served
from tests.factories import profile_body
from tests.identity import PEPPER
from tests.matcher.encoders import HashingEncoder

KIN = "Pilot line for coatings of turbine blades"


@dataclass(frozen=True, kw_only=True)
class World:
    """Addresses, callers and what was made."""

    folder: Path
    catalog: httpx.Client
    matchers: list[httpx.Client]
    headers: dict[str, dict[str, str]]
    own: str
    other: str
    runs: dict[str, str]
    """Ids of recorded answers by what they are."""
    kin: list[str]
    """Ids of profiles that were never introduced to it."""

    def ask(self, client: httpx.Client, caller: str, method: str, path: str, **request: Any) -> Any:
        answer = client.request(method, path, headers=self.headers[caller], **request)
        assert answer.is_success, (method, path, answer.text)
        return answer.json() if answer.content else None

    def status(self, run: str) -> int:
        """Of reading a recorded answer."""
        path = f"/v1/match-runs/{self.runs[run]}"
        return self.matchers[0].get(path, headers=self.headers["admin"]).status_code


def catalog_settings(url: str) -> CatalogSettings:
    return CatalogSettings(database_url=url, api_key_pepper=SecretStr(PEPPER), rate_limit="1000000/minute")


def matcher_settings(catalog_url: str, url: str, folder: Path, secret: str, role: MatcherRole) -> MatcherSettings:
    return MatcherSettings(
        role=role,
        catalog_url=catalog_url,
        catalog_key=SecretStr(secret),
        api_key_pepper=SecretStr(PEPPER),
        database_url=url,
        data_directory=folder,
        models_directory=folder.parent / "trained",
        feed_wait_seconds=0.2,
        erasure_settle_seconds=0.5,
        rate_limit="1000000/minute",
    )


@contextmanager
def world_of(folder: Path, catalog_url: str, matcher_url: str, roles: list[MatcherRole]) -> Iterator[World]:
    """A matcher for each role, on one database, each with a directory of its own."""
    with ExitStack() as opened:
        address = opened.enter_context(served(create_catalog(catalog_settings(catalog_url))))
        database = open_catalog(catalog_url)
        headers = callers(database)
        client = opened.enter_context(httpx.Client(base_url=address, timeout=60))
        left = leave_canaries(client, database, headers)
        database.close()
        secret = headers["service"]["Authorization"].removeprefix("Bearer ")
        matchers = []
        for number, role in enumerate(roles):
            settings = matcher_settings(address, matcher_url, folder / f"matcher{number}", secret, role)
            url = opened.enter_context(served(create_matcher(settings, lambda _: HashingEncoder())))
            matchers.append(opened.enter_context(httpx.Client(base_url=url, timeout=60)))
        world = World(
            folder=folder,
            catalog=client,
            matchers=matchers,
            headers=headers,
            own=left.own,
            other=left.other,
            runs={},
            kin=[],
        )
        for number in range(3):
            texts = {"offers": [{"text": "pilot line"}], "needs": [{"text": "coating"}]} if number == 0 else {}
            body = profile_body("pilot_platform", external_id=f"kin-{number}", title=f"{KIN} {number}", **texts)
            world.kin.append(world.ask(client, "platform", "POST", "/v1/profiles", json=body)["id"])
        until(lambda: all(_has_read(world, one, 5) for one in matchers))
        derive(world)
        yield world


def derive(world: World) -> None:
    """Answers that the canary's profile asked for and stands in, judgments, a matchmaking day."""
    projects = {"target_kinds": ["project"], "floor": 0, "explain": "full"}
    asked = {
        "own": {"subject_id": world.own, "target_kinds": ["pilot_platform"], "floor": 0, "explain": "full"},
        "other": {"subject_id": world.kin[0]} | projects,
        "text": {"text": {"text": "coating pilot line", "kind": "pilot_platform"}} | projects,
        "unrelated": {"subject_id": world.other, "target_kinds": ["pilot_platform"], "floor": 0},
    }
    for number, matcher in enumerate(world.matchers):
        for name, body in asked.items():
            answer = world.ask(matcher, "admin", "POST", "/v1/matches", json=body)
            world.runs.setdefault(name, answer["run_id"])
            if name in ("other", "text"):
                assert CANARY in str(answer), (number, name)
    matcher = world.matchers[0]
    for reader in (world.own, world.kin[0]):
        made = world.ask(matcher, "admin", "POST", "/v1/recommendation-rounds", json={"profile_id": reader})
        assert made["items"], reader
    golden = {"name": "coatings", "subject_kind": "project", "target_kind": "pilot_platform"}
    set_id = world.ask(matcher, "admin", "POST", "/v1/golden-sets", json=golden)["id"]
    judged = {"subject_id": world.own, "target_id": world.other, "grade": 2, "by": "expert", "note": word("judged")}
    world.ask(matcher, "admin", "PUT", f"/v1/golden-sets/{set_id}/judgments", json=judged)
    day = {
        "name": "A day of coatings",
        "first": {"participants": [{"profile_id": world.own}]},
        "second": {"participants": [{"profile_id": world.kin[0]}]},
        "slots": [{"name": "09:00"}],
        "floor": 0,
    }
    world.ask(matcher, "admin", "POST", "/v1/allocations", json=day)
    until(lambda: all(world.status(name) == 200 for name in world.runs))


def until(is_so: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait for a condition."""
    deadline = monotonic() + seconds
    while not is_so():
        assert monotonic() < deadline, "it did not come to pass in time"
        sleep(0.05)


def _has_read(world: World, matcher: httpx.Client, documents: int) -> bool:
    status = matcher.get("/v1/status", headers=world.headers["admin"])
    return status.status_code == 200 and status.json()["documents"] == documents
