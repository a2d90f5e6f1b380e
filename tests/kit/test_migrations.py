"""Schemas that a job migrates: what a service that may not do it itself makes of each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from services.catalog.app import open_catalog
from services.catalog.schema import MIGRATIONS, VERSION_TABLE
from services.cli.main import app
from shared.kit.database import Database, create_database
from shared.kit.migrations import SchemaAheadError, SchemaBehindError, schema_state


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


def set_revision(database: Database, revision: str) -> None:
    with database.write() as session:
        session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = :revision"), {"revision": revision})


def test_a_service_that_may_not_migrate_refuses_an_old_schema(empty_url: str) -> None:
    with pytest.raises(SchemaBehindError, match=r"stands at nothing .* run `liaison migrate` first"):
        open_catalog(empty_url, migrate=False)
    open_catalog(empty_url).close()
    open_catalog(empty_url, migrate=False).close()


def test_a_service_goes_on_with_the_schema_of_a_newer_version(empty_url: str) -> None:
    database = open_catalog(empty_url)
    assert not schema_state(database, MIGRATIONS, version_table=VERSION_TABLE).is_ahead
    set_revision(database, "9999")
    assert schema_state(database, MIGRATIONS, version_table=VERSION_TABLE).is_ahead
    database.close()
    open_catalog(empty_url, migrate=False).close()


def test_a_newer_schema_cannot_be_migrated_and_that_is_said(empty_url: str) -> None:
    database = open_catalog(empty_url)
    set_revision(database, "9999")
    database.close()
    with pytest.raises(SchemaAheadError, match="stands at 9999, which this version does not know"):
        open_catalog(empty_url)


def test_missing_migrations_are_counted(empty_url: str) -> None:
    database = open_catalog(empty_url)
    set_revision(database, "0001")
    state = schema_state(database, MIGRATIONS, version_table=VERSION_TABLE)
    assert state.current == "0001"
    assert state.missing == len(list((MIGRATIONS / "versions").glob("*.py"))) - 1
    database.close()


def migrated(*owners: str, catalog_url: str, matcher_url: str) -> str:
    environment = {"LIAISON_CATALOG_DATABASE_URL": catalog_url, "LIAISON_MATCHER_DATABASE_URL": matcher_url}
    result = CliRunner().invoke(app, ["migrate", *owners], env=environment)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_migrates_once_and_leaves_a_newer_schema_alone(empty_url: str, tmp_path: Path) -> None:
    urls = {"catalog_url": empty_url, "matcher_url": f"sqlite:///{tmp_path / 'matcher.db'}"}
    first = migrated("catalog", "matcher", **urls)
    assert "catalog: from nothing to" in first
    assert "matcher: from nothing to" in first
    assert "catalog: already at" in migrated("catalog", **urls)
    database = create_database(empty_url)
    set_revision(database, "9999")
    assert "catalog: left at 9999" in migrated("catalog", **urls)
    database.close()


def test_the_command_tells_of_a_database_that_is_not_there() -> None:
    environment = {"LIAISON_CATALOG_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    result = CliRunner().invoke(app, ["migrate", "catalog"], env=environment)
    assert result.exit_code == 1
    assert "--database-url" in result.stderr
    assert "Traceback" not in result.output


def test_a_served_catalog_that_may_not_migrate_says_which_command_does(tmp_path: Path) -> None:
    served = subprocess.run(
        [sys.executable, "-m", "services.cli", "serve", "catalog", "--port", "0"],
        env={
            **os.environ,
            "LIAISON_CATALOG_MIGRATE_ON_START": "false",
            "LIAISON_CATALOG_DATABASE_URL": f"sqlite:///{tmp_path / 'catalog.db'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert served.returncode == 1
    assert "run `liaison migrate` first" in served.stderr
    assert "Traceback" not in served.stderr
