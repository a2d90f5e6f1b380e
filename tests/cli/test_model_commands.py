"""`liaison model` over both services: built beside, activated, rolled back, dropped; and what it says of mistakes."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from services.catalog.app import create_app as create_catalog
from services.catalog.settings import CatalogSettings
from services.matcher.app import create_app as create_matcher
from services.matcher.embedding.encoder import BUNDLED_MODEL
from services.matcher.settings import MatcherSettings
from shared.kit.settings import LogLevel
from tests.cli.live_services import closed_address, served
from tests.cli.test_commands import assert_failed, run, write_rows
from tests.factories import profile_body
from tests.matcher.models.test_switching import choose

OWN = BUNDLED_MODEL.lower()
"""What the settings' model is called."""
BY = ["--by", "operator"]
WHO = [*BY, "--reason", "a test"]
PROFILES = 5


@pytest.fixture
def matcher_url(tmp_path: Path) -> Iterator[str]:
    """A matcher that has read a few profiles; `larger` is a model that it can load, everything else is not."""
    rows = [profile_body(title=f"Laser sensor {number}", external_id=f"{number}") for number in range(PROFILES)]
    catalog = CatalogSettings(database_url=f"sqlite:///{tmp_path / 'catalog.db'}", log_level=LogLevel.ERROR)
    with served(create_catalog(catalog)) as catalog_url:
        file = write_rows(tmp_path / "rows.jsonl", *rows)
        assert run("import", str(file), "--source", "models", "--catalog-url", catalog_url).exit_code == 0
        settings = MatcherSettings(
            catalog_url=catalog_url,
            database_url=f"sqlite:///{tmp_path / 'matcher.db'}",
            data_directory=tmp_path / "saved",
            feed_wait_seconds=0.2,
            log_level=LogLevel.ERROR,
        )
        with served(create_matcher(settings, choose)) as url:
            wait_for(url, OWN, "active", documents=PROFILES)
            yield url


def listed(url: str) -> dict[str, Any]:
    result = run("model", "list", "--json", "--matcher-url", url)
    assert result.exit_code == 0, result.stderr
    return dict(json.loads(result.stdout))


def wait_for(url: str, name: str, state: str, documents: int = 0) -> dict[str, Any]:
    """The model's record once it is in that state."""
    ends = monotonic() + 30
    while True:
        [record] = [one for one in listed(url)["items"] if one["name"] == name] or [{}]
        if record.get("state") == state and record["documents_done"] >= documents:
            return dict(record)
        assert monotonic() < ends, record


def test_a_model_is_built_activated_rolled_back_and_dropped(matcher_url: str) -> None:
    at = ["--matcher-url", matcher_url]
    assert run("model", "build", "larger", "larger", *BY, "--language", "en", "--language", "zh", *at).exit_code == 0
    record = wait_for(matcher_url, "larger", "ready", documents=PROFILES)
    assert (record["dimension"], record["languages"], record["created_by"]) == (96, ["en", "zh"], "operator")

    activated = run("model", "activate", "larger", *WHO, *at)
    assert activated.exit_code == 0, activated.stderr
    assert activated.stdout.strip() == f"larger answers from now on, in place of {OWN}."
    assert listed(matcher_url)["active"] == "larger"

    shown = run("model", "list", *at).stdout
    assert "larger is to answer" in shown
    assert "en zh" in shown

    back = run("model", "rollback", *WHO, *at)
    assert back.stdout.strip() == f"{OWN} answers from now on, in place of larger."
    assert run("model", "drop", "larger", *WHO, *at).exit_code == 0
    assert wait_for(matcher_url, "larger", "dropped")["dimension"] is None


def test_a_model_that_cannot_be_loaded_is_listed_with_its_reason_and_not_activated(matcher_url: str) -> None:
    at = ["--matcher-url", matcher_url]
    assert run("model", "build", "absent", "no-such-folder", *BY, *at).exit_code == 0
    assert "no-such-folder holds no weights" in wait_for(matcher_url, "absent", "failed")["reason"]
    assert "failed: " in run("model", "list", *at).stdout
    assert_failed(run("model", "activate", "absent", *WHO, *at), "absent could not be loaded")


def test_mistakes_are_named(matcher_url: str) -> None:
    at = ["--matcher-url", matcher_url]
    assert_failed(run("model", "activate", "nobody", *WHO, *at), "nobody")
    assert_failed(run("model", "rollback", *WHO, *at), "No activation of a model is left")
    with closed_address() as nowhere:
        assert_failed(run("model", "list", "--matcher-url", nowhere), nowhere)
