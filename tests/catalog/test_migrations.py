"""Migrations make the schema that the models describe, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from services.catalog.app import open_catalog
from services.catalog.schema import VERSION_TABLE
from services.catalog.tables import metadata
from shared.kit.database import Database, create_database
from tests.postgres import PostgresServer


def test_migrated_schema_equals_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(catalog_url: str) -> None:
    database = open_catalog(catalog_url)
    assert set(metadata.tables) <= set(inspect(database.engine).get_table_names())
    database.close()


def test_replicas_that_start_together_migrate_once(postgresql_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for opened in pool.map(open_catalog, [postgresql_url] * 4):
            opened.close()
    database = create_database(postgresql_url)
    database.ping()
    database.close()


def test_postgresql_stores_chinese(postgres_server: PostgresServer, postgresql_url: str) -> None:
    database = create_database(postgresql_url)
    with database.read() as session:
        assert session.connection().exec_driver_sql("SELECT '量子' || chr(128640)").scalar_one() == "量子🚀"
    database.close()


def test_memory_database_is_refused_because_each_connection_would_see_another() -> None:
    with pytest.raises(ValueError, match="needs a file"):
        create_database("sqlite://")
