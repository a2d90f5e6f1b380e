"""Every released schema of both services comes to the newest one with its rows kept, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from services.catalog import schema as catalog
from services.matcher import schema as matcher
from shared.kit.database import Database, create_database
from shared.kit.migrations import upgrade
from tests.migrated_rows import contents, fill_tables, missing_rows, reflected

_SERVICES = {
    "catalog": (catalog.MIGRATIONS, catalog.VERSION_TABLE),
    "matcher": (matcher.MIGRATIONS, matcher.VERSION_TABLE),
}


def revisions(folder: Path) -> list[str]:
    """Oldest first."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


CASES = [(service, revision) for service, (folder, _) in _SERVICES.items() for revision in revisions(folder)]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'x'}"
    database = create_database(url)
    yield database
    database.close()


@pytest.mark.parametrize(("service", "revision"), CASES)
def test_rows_of_every_release_are_kept(empty_database: Database, service: str, revision: str) -> None:
    folder, version_table = _SERVICES[service]
    upgrade(empty_database, folder, version_table=version_table, revision=revision)
    with empty_database.engine.begin() as connection:
        before = fill_tables(connection, version_table)
    upgrade(empty_database, folder, version_table=version_table)
    with empty_database.engine.connect() as connection:
        after = contents(connection, reflected(connection, version_table))
    assert all(len(rows) >= 1 for rows in before.values())
    assert missing_rows(before, after) == []


@pytest.mark.parametrize("service", _SERVICES)
def test_upgrade_that_fails_changes_nothing(empty_database: Database, service: str) -> None:
    """The newest schema's tables are in the way, so a middle revision cannot be reached; the first one stays whole."""
    folder, version_table = _SERVICES[service]
    upgrade(empty_database, folder, version_table=version_table, revision="0001")
    with empty_database.engine.begin() as connection:
        before = fill_tables(connection, version_table)
        connection.execute(text("CREATE TABLE feedback (obstacle INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        upgrade(empty_database, folder, version_table=version_table)
    with empty_database.engine.connect() as connection:
        schema = reflected(connection, version_table)
        assert set(schema.tables) == {*before, "feedback"}
        assert {name: rows for name, rows in contents(connection, schema).items() if name != "feedback"} == before
