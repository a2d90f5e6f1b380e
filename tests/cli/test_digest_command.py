"""`liaison recommend` and `liaison digest` against running services: a table, JSON, and letters in a folder."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from services.catalog.app import create_app as create_catalog
from services.catalog.profiles.rules import profile_id
from services.catalog.settings import CatalogSettings
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.contracts.digests import Digest
from shared.contracts.recommendations import RecommendationList
from shared.kit.settings import LogLevel
from tests.cli.live_services import served
from tests.cli.test_commands import assert_failed, run
from tests.factories import profile_body
from tests.matcher.encoders import HashingEncoder

WANTED = "Silicon anode cells with a stable solid electrolyte"


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Both services; a demand, and projects of which two answer it."""
    folder = tmp_path_factory.mktemp("digests")
    catalog_settings = CatalogSettings(
        database_url=f"sqlite:///{folder / 'catalog.db'}",
        log_level=LogLevel.ERROR,
        webhook_secret_key=SecretStr("x" * 32),
        webhook_allow_http=True,
        webhook_allowed_networks=("127.0.0.0/8",),
    )
    with served(create_catalog(catalog_settings)) as catalog_url, httpx.Client(base_url=catalog_url) as catalog:
        bodies = [profile_body("rd_demand", external_id="demand", title=WANTED, problem=WANTED, sectors=["energy"])]
        bodies += [
            profile_body(external_id=f"good{number}", title=f"{WANTED} {number}", sectors=["energy"])
            for number in range(2)
        ]
        bodies += [
            profile_body(external_id=f"other{number}", title=f"Drone swarms {number}", sectors=["industry"])
            for number in range(9)
        ]
        for body in bodies:
            assert catalog.post("/v1/profiles", json=body).status_code == 201
        settings = MatcherSettings(
            catalog_url=catalog_url,
            database_url=f"sqlite:///{folder / 'matcher.db'}",
            data_directory=folder / "saved",
            feed_wait_seconds=0.2,
            log_level=LogLevel.ERROR,
        )
        with served(create_matcher(settings, lambda _: HashingEncoder())) as url, httpx.Client(base_url=url) as matcher:
            while matcher.get("/v1/status").json()["documents"] < len(bodies):
                pass  # each question takes its time
            yield ["--catalog-url", catalog_url, "--matcher-url", url]


def demand_id() -> str:
    return profile_id("tests", "demand")


def test_contacts_are_shown_with_why_now_and_recorded_only_when_asked(urls: list[str]) -> None:
    shown = run("recommend", demand_id(), "--period", "daily", *urls[2:])
    assert shown.exit_code == 0, shown.output
    assert "New for you." in shown.output and "preview" in shown.output
    made = run("recommend", demand_id(), "--period", "daily", "--make", "--json", *urls[2:])
    told = RecommendationList.model_validate(json.loads(made.stdout))
    assert told.round_id is not None and len(told.items) == 2
    again = run("recommend", demand_id(), "--period", "daily", "--to", "project", "--json", *urls[2:])
    assert json.loads(again.stdout) == json.loads(made.stdout)
    chinese = run("recommend", demand_id(), "--language", "zh", "--not-personalised", *urls[2:])
    assert "曾推荐1次" in chinese.output and "without profiling" in chinese.output


def test_digests_of_everybody_are_written_once_a_period(urls: list[str], tmp_path: Path) -> None:
    out = tmp_path / "digests"
    first = run("digest", "--out", str(out), "--language", "zh", *urls)
    assert first.exit_code == 0, first.output
    written = {path.name: path.read_bytes() for path in out.iterdir()}
    assert len(written) == 2 * 12 and "12 written" not in first.stdout and "empty" in first.stdout
    [of_demand] = [path for path in out.glob("*.json") if demand_id() in path.name]
    digest = Digest.model_validate_json(of_demand.read_bytes())
    assert digest.round_id is not None and len(digest.items) == 2 and digest.language == "zh"
    page = of_demand.with_suffix(".html").read_text(encoding="utf-8")
    assert digest.subject in page and digest.items[0].title in page
    assert run("digest", "--out", str(out), "--language", "zh", *urls).exit_code == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == written


def test_one_profiles_preview_records_nothing(urls: list[str], tmp_path: Path) -> None:
    asked = ["digest", demand_id(), "--out", str(tmp_path), "--not-personalised", "--preview", "--period", "daily"]
    assert run(*asked, *urls).exit_code == 0
    [document] = tmp_path.glob("*.json")
    digest = Digest.model_validate_json(document.read_bytes())
    assert digest.round_id is None and digest.personalised is False and digest.items


def test_unknown_profiles_are_counted_and_what_is_wrong_is_said(urls: list[str], tmp_path: Path) -> None:
    nobody = run("digest", "prf_nobody", "--out", str(tmp_path), *urls)
    assert nobody.exit_code == 0 and "1 skipped" in nobody.stdout
    assert_failed(run("digest", "--owner", "org-nobody", "--out", str(tmp_path), *urls), "org-nobody")
    file = tmp_path / "file"
    file.write_text("in the way")
    assert_failed(run("digest", "--out", str(file / "x"), *urls), "--out")
    assert_failed(run("recommend", "prf_nobody", *urls[2:]), "for")


def test_a_round_is_sent_once_to_those_who_listen(urls: list[str], tmp_path: Path) -> None:
    with httpx.Client(base_url=urls[1]) as catalog:
        asked = {"url": "http://127.0.0.1:9/nobody-listens", "event_types": ["recommendations.digest"]}
        made = catalog.post("/v1/webhooks", json=asked, headers={"Idempotency-Key": "listen"})
        assert made.status_code == 201, made.text
        send = ["digest", demand_id(), "--out", str(tmp_path), "--send", *urls]
        first, again, chinese = run(*send), run(*send), run(*send, "--language", "zh")
        queued = catalog.get(f"/v1/webhooks/{made.json()['webhook']['id']}/deliveries").json()["items"]
    assert "deliveries queued: 1" in first.stdout, first.output
    assert again.exit_code == chinese.exit_code == 0
    assert [one["type"] for one in queued] == ["recommendations.digest"]
    assert_failed(run(*send, "--preview"), "--send")
