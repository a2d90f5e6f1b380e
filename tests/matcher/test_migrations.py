"""Migrations make the schema that the models describe, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from services.matcher.bootstrap import open_database
from services.matcher.schema import VERSION_TABLE
from services.matcher.tables import metadata
from shared.kit.database import Database


def test_migrated_schema_equals_the_models(database_on_both: Database) -> None:
    with database_on_both.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("backend", ["sqlite_matcher_url", "postgresql_url"])
def test_upgrading_twice_changes_nothing(request: pytest.FixtureRequest, backend: str) -> None:
    url = request.getfixturevalue(backend)
    open_database(url).close()
    database = open_database(url)
    assert set(inspect(database.engine).get_table_names()) == {*metadata.tables, VERSION_TABLE}
    database.close()


def test_replicas_that_start_together_migrate_once(postgresql_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for opened in pool.map(open_database, [postgresql_url] * 4):
            opened.ping()
            opened.close()
