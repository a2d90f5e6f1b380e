"""`liaison comparison` over both services: readers prefer one of two policies, and it is found, and not activated."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from services.catalog.app import create_app as create_catalog
from services.catalog.settings import CatalogSettings
from services.matcher.app import create_app as create_matcher
from services.matcher.scoring.shipped import SHIPPED_POLICY
from services.matcher.settings import MatcherSettings
from shared.kit.settings import LogLevel
from tests.cli.live_services import served
from tests.cli.test_commands import assert_failed, run, write_rows
from tests.factories import profile_body
from tests.matcher.encoders import HashingEncoder

SUBJECTS = 30
WORDS = ["anode", "binder", "coating", "drive", "electrolyte", "filter", "gasket", "heater", "inverter", "joint"]
WHO = ["--by", "operator", "--reason", "a test"]
PROVINCES = ["河北省", "浙江省", "江苏省", "广东省", "四川省", "湖北省"]
NEAR = {"region": {"weight": 9, "neutral": 0.3}}
DOCUMENT = {"base": SHIPPED_POLICY.revision, "directed": {"project>rd_demand": NEAR, "rd_demand>project": NEAR}}


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A catalog, and a matcher that has read thirty demands and as many projects from it."""
    folder = tmp_path_factory.mktemp("comparing")
    database_url = f"sqlite:///{folder / 'catalog.db'}"
    with served(create_catalog(CatalogSettings(database_url=database_url, log_level=LogLevel.ERROR))) as catalog_url:
        assert run("import", str(profiles(folder)), "--catalog-url", catalog_url).exit_code == 0
        settings = MatcherSettings(
            catalog_url=catalog_url,
            database_url=f"sqlite:///{folder / 'matcher.db'}",
            data_directory=folder / "saved",
            feed_wait_seconds=0.2,
            log_level=LogLevel.ERROR,
        )
        newest = httpx.get(f"{catalog_url}/v1/changes").json()["latest_seq"]
        with served(create_matcher(settings, lambda _: HashingEncoder())) as url, httpx.Client(base_url=url) as http:
            while http.get("/v1/status").json()["feed_seq"] < newest:
                pass  # each question takes its time
            yield catalog_url, url


def profiles(folder: Path) -> Path:
    """Words and places pull apart: who shares a demand's words is rarely where it is."""
    rows = []
    for number in range(SUBJECTS):
        words = " ".join(WORDS[number * step % 10] for step in (1, 3, 7))
        here, elsewhere = ({"province": PROVINCES[(number + step) % 6]} for step in (0, 1 + number % 5))
        demand = profile_body("rd_demand", title=f"Wanted: {words} {number}", region=here)
        project = profile_body("project", title=f"A better {words} {number}", region=elsewhere)
        rows += [
            one | {"source": "compared", "external_id": f"{kind} {number}"}
            for kind, one in (("demand", demand), ("project", project))
        ]
    return write_rows(folder / "profiles.jsonl", *rows)


@pytest.fixture(scope="module")
def second(urls: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A revision that looks at places above all; nobody has measured it."""
    file = tmp_path_factory.mktemp("policy") / "near.json"
    file.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    drafted = run("policy", "draft", str(file), "--name", "near", *WHO[:2], "--json", "--matcher-url", urls[1])
    revision: str = json.loads(drafted.stdout)["revision"]
    return revision


def told(*arguments: str, matcher_url: str) -> dict[str, Any]:
    """What a command prints for machines."""
    result = run("comparison", *arguments, "--json", "--matcher-url", matcher_url)
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def read_lists(catalog_url: str, matcher_url: str, preferred: str) -> int:
    """Every subject reads its list once, and opens of it what another policy would put first; events posted."""
    body = {"target_kinds": ["rd_demand"], "floor": 0, "explain": "none"}
    listed = httpx.get(f"{catalog_url}/v1/profiles", params={"kind": "project", "limit": 200}).json()["items"]
    events = []
    for subject in (one["id"] for one in listed):
        asked = body | {"subject_id": subject}
        answer = httpx.post(f"{matcher_url}/v1/matches", json=asked | {"limit": 6}).json()
        best = httpx.post(f"{matcher_url}/v1/matches", json=asked | {"limit": 2, "policy": preferred}).json()
        wanted = {one["profile_id"] for one in best["matches"]}
        opened = [one["profile_id"] for one in answer["matches"] if one["profile_id"] in wanted]
        events += [event(answer["run_id"], subject, target) for target in opened]
    posted = httpx.post(f"{catalog_url}/v1/feedback", json={"events": events})
    assert posted.status_code == 201, posted.text
    return len(events)


def when_ended(comparison_id: str, matcher_url: str) -> dict[str, Any]:
    """The comparison once it has ended, or after half a minute."""
    ends = monotonic() + 30
    while True:
        comparison = told("show", comparison_id, matcher_url=matcher_url)
        if comparison["state"] != "running" or monotonic() > ends:
            return comparison


def event(run_id: str, subject_id: str, target_id: str) -> dict[str, Any]:
    return {
        "event_id": f"{run_id}/{target_id}",
        "type": "opened",
        "subject_id": subject_id,
        "target_id": target_id,
        "run_id": run_id,
        "by": "reader",
        "at": "2026-11-24T09:30:00Z",
    }


def test_readers_who_prefer_the_second_policy_end_the_comparison(urls: tuple[str, str], second: str) -> None:
    catalog_url, matcher_url = urls
    pair = ["--kinds", "project+rd_demand", "--share", "1"]
    refused = run("comparison", "start", SHIPPED_POLICY.revision, second, *pair, *WHO, "--matcher-url", matcher_url)
    assert_failed(refused, "has no evaluation")
    started = told("start", SHIPPED_POLICY.revision, second, *pair, *WHO, "--force", matcher_url=matcher_url)
    assert (started["state"], started["is_forced"]) == ("running", True)
    assert read_lists(catalog_url, matcher_url, second) > SUBJECTS
    ended = when_ended(started["id"], matcher_url)
    assert ended["state"] == "decided_second", ended
    assert ended["second_wins"] > ended["first_wins"]
    assert ended["evidence"] >= 20
    command = f'liaison policy activate {second} --by NAME --reason "..." --force'
    assert command in ended["next_step"]["en"] and command in ended["next_step"]["zh"]
    history = run("policy", "history", "--json", "--matcher-url", matcher_url)
    assert json.loads(history.stdout)["items"] == []
    shown = run("comparison", "show", started["id"], "--matcher-url", matcher_url)
    for words in (second, "won by the second", "the stopping rule", "liaison policy activate", "decided_second"):
        assert words in shown.stdout


def test_a_stopped_one_is_listed_with_who_stopped_it(urls: tuple[str, str], second: str) -> None:
    _, matcher_url = urls
    started = told("start", SHIPPED_POLICY.revision, second, *WHO, "--force", matcher_url=matcher_url)
    stopped = told("stop", started["id"], *WHO, matcher_url=matcher_url)
    assert (stopped["state"], stopped["ended_by"], stopped["kinds"]) == ("stopped", "operator", None)
    assert_failed(run("comparison", "stop", started["id"], *WHO, "--matcher-url", matcher_url), "runs no more")
    listed = run("comparison", "list", "--matcher-url", matcher_url)
    assert started["id"] in listed.stdout
    assert "stopped" in listed.stdout
