"""`liaison personal-data`: one file with everything, an erasure that is waited for, and again after a restore."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.catalog.app import create_app, open_catalog
from services.catalog.profiles import service
from services.catalog.settings import CatalogSettings
from services.cli.main import app
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.kit.database import Database
from shared.kit.settings import LogLevel
from tests.cli.live_services import served
from tests.e2e.erasure_world import until
from tests.factories import make_project
from tests.matcher.encoders import HashingEncoder

_NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("services")
    database = f"sqlite:///{folder / 'catalog.db'}"
    with served(create_app(CatalogSettings(database_url=database, log_level=LogLevel.ERROR))) as catalog:
        settings = MatcherSettings(
            catalog_url=catalog,
            database_url=f"sqlite:///{folder / 'matcher.db'}",
            data_directory=folder / "saved",
            feed_wait_seconds=0.2,
            erasure_settle_seconds=0.2,
            log_level=LogLevel.ERROR,
        )
        with served(create_matcher(settings, lambda _: HashingEncoder())) as matcher:
            yield {"catalog": catalog, "matcher": matcher, "database": database}


@pytest.fixture
def database(urls: dict[str, str]) -> Iterator[Database]:
    database = open_catalog(urls["database"])
    yield database
    database.close()


def register(database: Database, external_id: str) -> str:
    with database.write() as session:
        return service.upsert(
            session, make_project(external_id=external_id, contact={"name": "Kim"}), now=_NOW
        ).profile_id


def run(urls: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(app, ["personal-data", *arguments, "--catalog-url", urls["catalog"]])


def test_everything_kept_of_a_profile_stands_in_one_file(
    urls: dict[str, str], database: Database, tmp_path: Path
) -> None:
    profile, file = register(database, "export"), tmp_path / "kept.json"

    def exported() -> bool:
        done = run(urls, "export", "--profile", profile, "--out", str(file), "--matcher-url", urls["matcher"])
        assert done.exit_code == 0, done.output
        return json.loads(file.read_text())["matcher"] is not None

    until(exported)
    kept = json.loads(file.read_text())
    assert kept["catalog"]["profiles"][0]["contact"]["name"] == "Kim"
    assert "documents" in {record["table"] for record in kept["matcher"]["records"]}
    assert file.stat().st_mode & 0o077 == 0


def test_an_erasure_is_waited_for_and_its_receipt_shown_in_both_languages(
    urls: dict[str, str], database: Database
) -> None:
    profile = register(database, "erase")
    erased = run(urls, "erase", "--profile", profile, "--yes", "--json")
    assert erased.exit_code == 0, erased.output
    receipt = json.loads(erased.stdout)
    assert receipt["is_complete"] and receipt["profile_ids"] == [profile]
    shown = run(urls, "receipt", receipt["id"], "--language", "zh").stdout
    assert "已全部完成" in shown and profile in shown
    assert "complete" in run(urls, "receipt", receipt["id"]).stdout
    refused = run(urls, "erase", "--profile", profile, "--yes")
    assert refused.exit_code == 1 and receipt["id"] in refused.stderr


def test_what_a_restored_backup_brought_back_is_erased_again(
    urls: dict[str, str], database: Database, tmp_path: Path
) -> None:
    back, gone = register(database, "back"), register(database, "gone")
    receipts = [json.loads(run(urls, "erase", "--profile", gone, "--yes", "--json").stdout)]
    receipts.append(receipts[0] | {"profile_ids": [back]})  # as if the catalog stood where it was before
    file = tmp_path / "receipts.jsonl"
    file.write_text("\n".join(json.dumps(one, indent=1) for one in receipts) + "\n")
    again = run(urls, "reapply", str(file))
    assert again.exit_code == 0, again.output
    assert "1 of 2 profiles were back" in again.stdout
    file.write_text("nonsense")
    assert run(urls, "reapply", str(file)).exit_code == 1
