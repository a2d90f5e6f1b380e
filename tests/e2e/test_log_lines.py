"""No text of a profile, no contact and no token reaches a log line, whatever goes wrong; at debug level."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from services.catalog.app import create_app as create_catalog
from services.catalog.settings import CatalogSettings
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.kit.settings import LogLevel
from tests.factories import profile_body
from tests.matcher.encoders import HashingEncoder
from tests.matcher.loopback import served_over_http

CANARY = "kanarienvogel"
TEXT = f"Secret {CANARY} electrolyte 金丝雀{CANARY}"
CONTACT = {"name": f"Ms {CANARY}", "email": f"{CANARY}@example.org"}
SENT = {"Authorization": f"Bearer {CANARY}.token", "X-API-Key": f"lsk_{CANARY}", "X-Request-ID": f"with space {CANARY}"}
LONGEST_SECONDS = 30.0


@pytest.fixture
def urls(tmp_path: Path, postgresql_url: str) -> Iterator[tuple[str, str]]:
    """Catalog and matcher, over HTTP."""
    catalog = CatalogSettings(database_url=postgresql_url, log_level=LogLevel.DEBUG, max_body_bytes=4_096)
    with served_over_http(create_catalog(catalog)) as catalog_url:
        matcher = MatcherSettings(
            catalog_url=catalog_url,
            database_url=f"sqlite:///{tmp_path / 'matcher.db'}",
            data_directory=tmp_path / "saved",
            feed_wait_seconds=0.1,
            log_level=LogLevel.DEBUG,
            max_body_bytes=4_096,
        )
        with served_over_http(create_matcher(matcher, lambda _: HashingEncoder())) as matcher_url:
            yield catalog_url, matcher_url


def bodies(good: dict[str, Any], *faulty: dict[str, Any]) -> list[bytes]:
    """JSON that fits, that breaks the schema, that is broken, and that is too large."""
    well_formed = [json.dumps(body).encode() for body in (good, *faulty, {CANARY: TEXT}, [TEXT])]
    return [*well_formed, f'{{"title": "{TEXT}'.encode(), TEXT.encode("utf-16"), (TEXT * 400).encode()]


def drive_catalog(client: httpx.Client) -> str:
    good = profile_body(title=TEXT, summary=TEXT, description=TEXT, organisation=TEXT, contact=CONTACT)
    answers = [
        client.post("/v1/profiles", content=body, headers={"Content-Type": "application/json"})
        for body in bodies(good, good | {"kind": CANARY}, good | {"trl": TEXT}, good | {"contact": {"email": TEXT}})
    ]
    assert {answer.status_code for answer in answers} == {201, 413, 422}
    lines = json.dumps(good | {"external_id": "two"}) + "\n" + json.dumps({"title": TEXT}) + f"\n{{{TEXT}\n"
    for name in ("import.jsonl", f"{CANARY}.pdf"):
        client.post("/v1/imports", files={"file": (name, lines.encode())}, data={"source": CANARY, "kind": "project"})
    for path in (f"/v1/profiles/{CANARY}", f"/{CANARY}", f"/v1/profiles?q={CANARY}&limit={CANARY}", "/v1/exports"):
        client.get(path)
    profile_id = str(answers[0].json()["id"])
    client.put(f"/v1/profiles/{profile_id}", json=good, headers={"If-Match": f'"{CANARY}"'})
    client.post("/v1/feedback", json={"events": [{"type": CANARY, "reason": TEXT}]})
    return profile_id


def drive_matcher(client: httpx.Client, profile_id: str) -> None:
    inline = {"text": {"text": TEXT, "kind": "project"}, "target_kinds": ["project"]}
    stored = {"subject_id": profile_id, "target_kinds": ["project"], "explain": "full"}
    profile = {"profile": profile_body(title=TEXT, contact=CONTACT), "target_kinds": ["project"]}
    for body in bodies(stored, inline, profile, inline | {"limit": TEXT}, {"subject_id": CANARY, "target_kinds": []}):
        client.post("/v1/matches", content=body, headers={"Content-Type": "application/json"})
    for path in (f"/v1/matches/why?subject={CANARY}&target={profile_id}", f"/v1/match-runs/{CANARY}", f"/{CANARY}"):
        client.get(path)


def wait_until_known(client: httpx.Client, profile_id: str) -> None:
    deadline = monotonic() + LONGEST_SECONDS
    asked = {"subject_id": profile_id, "target_kinds": ["project"]}
    while client.post("/v1/matches", json=asked).status_code != 200:
        assert monotonic() < deadline
        sleep(0.05)  # until the follower, in a thread of its own, has read the feed


def test_no_line_of_either_service_holds_what_was_sent(
    capfd: pytest.CaptureFixture[str], urls: tuple[str, str]
) -> None:
    catalog_url, matcher_url = urls
    with httpx.Client(base_url=catalog_url, headers=SENT, timeout=LONGEST_SECONDS) as catalog:
        profile_id = drive_catalog(catalog)
    with httpx.Client(base_url=matcher_url, headers=SENT, timeout=LONGEST_SECONDS) as matcher:
        wait_until_known(matcher, profile_id)
        drive_matcher(matcher, profile_id)
        assert TEXT in matcher.post("/v1/matches", json={"subject_id": profile_id, "target_kinds": ["project"]}).text
    told = capfd.readouterr()
    events = [json.loads(line) for line in told.err.splitlines()]  # every line is JSON, the server's too
    assert {"answered", "matched", "restored"} <= {event["event"] for event in events}
    assert CANARY not in (told.err + told.out).casefold()
    assert {event["status"] for event in events if event["event"] == "answered"} >= {200, 201, 404, 413, 422}
