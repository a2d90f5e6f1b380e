"""`liaison key`: the first key straight in the database, the others over HTTP; secrets on standard output alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.cli.main import app
from shared.kit.settings import LogLevel
from tests.cli.live_services import served
from tests.identity import PEPPER


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('catalog') / 'catalog.db'}"


@pytest.fixture(scope="module")
def catalog_url(database_url: str) -> Iterator[str]:
    settings = CatalogSettings(database_url=database_url, api_key_pepper=SecretStr(PEPPER), log_level=LogLevel.ERROR)
    with served(create_app(settings)) as url:
        yield url


@pytest.fixture
def admin(database_url: str, catalog_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The secret of a first key."""
    monkeypatch.setenv("LIAISON_CATALOG_API_KEY_PEPPER", PEPPER)
    made = run("key", "create", "first", "--role", "admin", "--database-url", database_url)
    assert made.exit_code == 0, made.output
    return made.stdout.strip()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_the_first_key_is_made_in_the_database_and_makes_others(admin: str, catalog_url: str) -> None:
    made = run(
        "--key", admin, "key", "create", "desk", "--role", "founder", "--organization", "org-1", "--json",
        "--catalog-url", catalog_url,
    )  # fmt: skip
    issued = json.loads(made.stdout)
    assert issued["key"]["organization_id"] == "org-1"
    exported = run("--key", issued["secret"], "export", "--catalog-url", catalog_url)
    assert exported.exit_code == 1
    assert "profiles:export" in exported.stderr


def test_a_command_without_a_key_is_told_what_is_missing(admin: str, catalog_url: str) -> None:
    refused = run("key", "list", "--catalog-url", catalog_url)
    assert refused.exit_code == 1
    assert "Authorization: Bearer" in refused.stderr
    assert "LIAISON_API_KEY" in refused.stderr


def test_the_key_may_come_from_the_environment(admin: str, catalog_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIAISON_API_KEY", admin)
    listed = json.loads(run("key", "list", "--json", "--catalog-url", catalog_url).stdout)
    assert admin not in json.dumps(listed)
    assert {key["name"] for key in listed} >= {"first"}


def test_keys_are_rotated_and_revoked(admin: str, catalog_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIAISON_API_KEY", admin)
    where = ("--catalog-url", catalog_url)
    made = json.loads(run("key", "create", "feed", "--role", "service", "--json", *where).stdout)["key"]["key_id"]
    rotated = json.loads(run("key", "rotate", made, "--overlap-hours", "1", "--json", *where).stdout)
    assert rotated["key"]["replaces"] == made
    assert run("key", "revoke", made, *where).exit_code == 0
    shown = run("key", "list", *where).stdout
    assert "revoked" in shown


def test_faulty_drafts_are_told_in_words(tmp_path: Path) -> None:
    refused = run("key", "create", "desk", "--role", "founder")
    assert refused.exit_code == 1
    assert "organization_id" in refused.stderr
    url = f"sqlite:///{tmp_path / 'catalog.db'}"
    unset = run("key", "create", "first", "--role", "admin", "--database-url", url)
    assert "LIAISON_CATALOG_API_KEY_PEPPER" in unset.stderr
