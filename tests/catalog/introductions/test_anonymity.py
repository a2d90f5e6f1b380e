"""A canary in every private field of 200 anonymous profiles, and in their own words: told to nobody before consent."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.catalog.app import create_app as create_catalog
from services.catalog.app import open_catalog
from services.catalog.settings import CatalogSettings
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.kit.polling import Polling
from tests.catalog.introductions.people import FOUNDER, STRANGER, NamedCallers, owned_profile
from tests.cli.live_services import served
from tests.matcher.encoders import HashingEncoder

PROFILES = 200
KINDS = ("project", "pilot_platform")
LONGEST_WAIT_SECONDS = 60


def private_fields(number: int) -> dict[str, Any]:
    """Every field that an anonymous profile hides, and its own texts, hold a canary of their own."""
    name = f"CanaryOrg{number:03d}x"
    contact = {
        "name": f"CanaryName{number}",
        "role": f"CanaryRole{number}",
        "email": f"canarymail{number}@example.org",
        "phone": f"+86 10 5550{number:04d}",
        "note": f"CanaryNote{number}",
    }
    return {
        "visibility": "anonymous",
        "organisation": f"{name} Co., Ltd.",
        "organisation_unit": f"CanaryUnit{number}",
        "url": f"https://canaryurl{number}.example.org",
        "contact": contact,
        "title": f"{name} seeks coatings for turbine blades",
        "summary": f"Write to {contact['email']} or see canaryurl{number}.example.org; coatings for blades.",
        "description": f"{name} Co., Ltd. coats blades at CanaryUnit{number}. Coatings are tried on a pilot line.",
        "keywords": [name, "coatings"],
        "needs": [{"text": f"Coatings tried for {name}"}],
        "rules": [{"condition": {"op": "not_in", "attribute": "keyword", "values": ["copper"]}, "label": f"No {name}"}],
    }


class Eavesdropper:
    """Asks both services as one caller, and keeps every answer."""

    def __init__(self, catalog: TestClient, matcher: TestClient) -> None:
        self.catalog = catalog
        self.matcher = matcher
        self.heard: list[str] = []

    def hear(self, service: TestClient, method: str, path: str, by: str = "stranger", **request: Any) -> Any:
        answer = service.request(method, f"/v1/{path}", headers={"Authorization": f"Bearer {by}"}, **request)
        assert answer.status_code < 300, answer.text
        self.heard.append(f"{path} {json.dumps(dict(answer.headers))} {answer.text}")
        return answer.json() if answer.text.startswith("{") else answer.text


@pytest.fixture(scope="module")
def profile_ids(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], str]:
    """The database, the anonymous profiles, and the stranger's own."""
    path = tmp_path_factory.mktemp("anonymity") / "catalog.db"
    database = open_catalog(f"sqlite:///{path}")
    ids = [
        owned_profile(database, FOUNDER.organization_id, f"hides {number}", KINDS[number % 2], **private_fields(number))
        for number in range(PROFILES)
    ]
    own = owned_profile(database, STRANGER.organization_id, "own", "rd_demand", title="Coatings for turbine blades")
    database.close()
    return path, ids, own


@pytest.fixture
def eavesdropper(profile_ids: tuple[Path, list[str], str], tmp_path: Path) -> Iterator[Eavesdropper]:
    """Both services over one database; the matcher has read everything."""
    settings = CatalogSettings(
        database_url=f"sqlite:///{profile_ids[0]}", introductions_asked=1_000, introductions_received=1_000
    )
    named = create_catalog(settings)
    with served(create_catalog(settings)) as url, TestClient(named) as catalog:
        named.state.authenticator = NamedCallers()
        matcher_settings = MatcherSettings(
            catalog_url=url,
            database_url=f"sqlite:///{tmp_path / 'matcher.db'}",
            data_directory=tmp_path / "saved",
            feed_wait_seconds=0.2,
        )
        with TestClient(create_matcher(matcher_settings, lambda _: HashingEncoder())) as matcher:
            wait_until_read(matcher)
            yield Eavesdropper(catalog, matcher)


def wait_until_read(matcher: TestClient) -> None:
    read = threading.Event()

    def look() -> None:
        if matcher.get("/v1/status").json()["feed_seq"] == PROFILES + 1:
            read.set()

    polling = Polling("wait", look, every_seconds=0.05)
    polling.start()
    assert read.wait(LONGEST_WAIT_SECONDS)
    polling.stop()


def canaries_in(heard: list[str]) -> set[str]:
    return {text[:200] for text in heard if "canary" in text.lower() or "+86 10 5550" in text}


def test_no_canary_is_heard_before_consent_and_only_its_own_after(
    eavesdropper: Eavesdropper, profile_ids: tuple[Path, list[str], str], capfd: pytest.CaptureFixture[str]
) -> None:
    _, ids, own = profile_ids
    catalog, matcher, hear = eavesdropper.catalog, eavesdropper.matcher, eavesdropper.hear
    question = {"target_kinds": list(KINDS), "limit": 200, "floor": 0, "explain": "full", "near_misses": 20}
    for asked in ({"subject_id": own}, {"text": {"kind": "rd_demand", "text": "CANARYORG007X coatings for blades"}}):
        answer = matcher.post("/v1/matches", json=asked | question)
        assert len(answer.json()["matches"]) == PROFILES
        eavesdropper.heard.append(answer.text.replace("CANARYORG007X", ""))
    hear(matcher, "POST", "matches", json={"subject_id": ids[0], **question, "target_kinds": ["rd_demand"]})
    for number, profile_id in enumerate(ids):
        hear(catalog, "GET", f"profiles/{profile_id}")
        subject, target = (own, profile_id) if number % 2 else (profile_id, own)
        by = "stranger" if number % 2 else "founder"
        body = {"subject_id": subject, "target_id": target, "purpose": "other"}
        answer = catalog.post("/v1/introductions", json=body, headers={"Authorization": f"Bearer {by}"})
        assert answer.status_code == 201
        eavesdropper.heard.append(answer.text)
        hear(catalog, "GET", f"introductions/{answer.json()['id']}")
    for path in ("profiles", "introductions"):
        assert len(hear(catalog, "GET", path, params={"limit": 200})["items"]) == PROFILES
    assert hear(catalog, "GET", "profiles", params={"q": "canaryorg"})["items"] == []
    hear(catalog, "GET", "introduction-events", by="auditor", params={"limit": 200})
    hear(catalog, "GET", "feedback", params={"limit": 200})
    hear(catalog, "GET", "exports", by="staff")
    local = create_catalog(CatalogSettings(database_url=f"sqlite:///{profile_ids[0]}"))
    with TestClient(local) as feeding:
        for entity in ("introduction", "feedback"):
            hear(feeding, "GET", "changes", params={"entity": entity, "limit": 1_000})
    hear(matcher, "GET", "matches/why", params={"subject": own, "target": ids[0]})
    logged = capfd.readouterr()
    assert canaries_in([*eavesdropper.heard, logged.err, logged.out]) == set()

    listed = hear(catalog, "GET", "introductions", by="founder", params={"profile_id": ids[1]})
    [introduction] = listed["items"]
    hear(catalog, "POST", f"introductions/{introduction['id']}:accept", by="founder", json={})
    released = hear(catalog, "POST", f"introductions/{introduction['id']}/contacts")
    assert released["contact"] == private_fields(1)["contact"]
    assert released["organisation"] == private_fields(1)["organisation"]
    assert "canary" not in capfd.readouterr().err.lower()
    hear(catalog, "POST", f"introductions/{introduction['id']}:withdraw", by="founder", json={})
    after = hear(catalog, "GET", f"introductions/{introduction['id']}")
    assert canaries_in([json.dumps(after)]) == set()
