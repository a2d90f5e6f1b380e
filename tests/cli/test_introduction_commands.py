"""`liaison introduction` against a running catalog: from asking to a contact, read by people and by machines."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.cli.introduction_display import introductions_table
from shared.contracts.introductions import Introduction, IntroductionPage, IntroductionState
from shared.contracts.vocabularies import Language
from shared.kit.settings import LogLevel
from tests.cli.live_services import served
from tests.cli.test_commands import assert_failed, run
from tests.factories import profile_body

CONTACT = {"name": "Alex Example", "email": "alex@example.org"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("introducing")
    database_url = f"sqlite:///{folder / 'catalog.db'}"
    with served(create_app(CatalogSettings(database_url=database_url, log_level=LogLevel.ERROR))) as url:
        yield url


@pytest.fixture
def pair(url: str, request: pytest.FixtureRequest) -> tuple[str, str]:
    """Two new profiles."""
    ids = []
    for kind, side in (("project", "asks"), ("pilot_platform", "is asked")):
        body = profile_body(kind, external_id=f"{request.node.name} {side}", contact=CONTACT)
        ids.append(httpx.post(f"{url}/v1/profiles", json=body).json()["id"])
    return ids[0], ids[1]


def asked(url: str, pair: tuple[str, str], *options: str) -> Introduction:
    done = run("introduction", "request", *pair, "--purpose", "pilot_test", *options, "--json", "--catalog-url", url)
    assert done.exit_code == 0, done.output
    return Introduction.model_validate_json(done.stdout)


def test_story_from_asking_to_a_meeting(url: str, pair: tuple[str, str]) -> None:
    name = asked(url, pair, "--message", "两周的试验", "--run", "run_1", "--rank", "2").id
    at = ("--catalog-url", url)
    assert "two sides" not in run("introduction", "show", name, *at).stdout
    assert "accepted" in run("introduction", "accept", name, *at).stdout
    assert "alex@example.org" in run("introduction", "contacts", name, "--side", "subject", *at).stdout
    met = run("introduction", "tell", name, "meet", "--language", "zh", *at)
    assert "已会面" in met.stdout
    listed = json.loads(run("introduction", "list", "--profile", pair[0], "--json", *at).stdout)
    assert [(one["id"], one["state"], one["run_id"]) for one in listed["items"]] == [(name, "met", "run_1")]


def test_decline_wants_a_reason_and_says_which_there_are(url: str, pair: tuple[str, str]) -> None:
    name = asked(url, pair).id
    missing = run("introduction", "decline", name, "--catalog-url", url)
    assert missing.exit_code == 2
    declined = run("introduction", "decline", name, "--reason", "wrong_stage", "--catalog-url", url)
    assert "wrong_stage" in declined.stdout
    refused = run("introduction", "withdraw", name, "--side", "subject", "--catalog-url", url)
    assert_failed(refused, "does not apply")


def test_same_key_asks_once(url: str, pair: tuple[str, str]) -> None:
    first, again = (asked(url, pair, "--key", f"one {pair[0]}".replace(" ", "-")) for _ in range(2))
    assert first == again
    assert_failed(run("introduction", "request", *pair, "--purpose", "other", "--catalog-url", url), first.id)


def test_withdrawn_consent_ends_it(url: str, pair: tuple[str, str]) -> None:
    name = asked(url, pair).id
    run("introduction", "accept", name, "--catalog-url", url)
    assert run("introduction", "withdraw", name, "--side", "target", "--catalog-url", url).exit_code == 0
    assert_failed(run("introduction", "contacts", name, "--side", "subject", "--catalog-url", url), "not both")


@pytest.mark.parametrize("language", list(Language))
def test_every_state_has_a_row_in_both_languages(url: str, pair: tuple[str, str], language: Language) -> None:
    one = asked(url, pair)
    rows = tuple(one.model_copy(update={"state": state}) for state in IntroductionState)
    assert introductions_table(IntroductionPage(items=rows, next_cursor=None), language).row_count == len(rows)
