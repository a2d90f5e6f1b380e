"""Alembic without its command line: bring a database to the newest schema, and the body of every env.py."""

from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text

from shared.kit.database import Database
from shared.kit.postgresql_connection import unbounded

MIGRATION_LOCK = 6_451_002


def upgrade(database: Database, folder: Path, *, version_table: str) -> None:
    """Run every migration of `folder` that is missing, in one transaction; several processes may try at once."""
    engine = database.engine.execution_options(begin_immediate=True)
    with engine.begin() as connection, unbounded(connection.connection.driver_connection):
        if database.is_postgresql:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        config.attributes["version_table"] = version_table
        command.upgrade(config, "head")


def run_environment(metadata: MetaData) -> None:
    """What a service's `migrations/env.py` calls, inside `upgrade`."""
    connection = context.config.attributes["connection"]
    assert isinstance(connection, Connection)
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=context.config.attributes["version_table"],
        transactional_ddl=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()
