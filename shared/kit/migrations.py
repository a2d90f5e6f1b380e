"""Alembic without its command line: bring a database to the newest schema, and the body of every env.py."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, text

from shared.kit.database import Database, DatabaseLimits, create_database
from shared.kit.postgresql_connection import unbounded

MIGRATION_LOCK = 6_451_002


class SchemaMismatchError(Exception):
    """The database and this version do not go together; the words say what to do."""


class SchemaBehindError(SchemaMismatchError):
    """The database lacks migrations that this version needs; the service does not start."""


class SchemaAheadError(SchemaMismatchError):
    """The database was migrated by a newer version, and this one cannot migrate it."""

    def __init__(self, current: str) -> None:
        super().__init__(
            f"The schema stands at {current}, which this version does not know: it is of a newer version. Install that "
            "one (or restore a backup of this version's schema)."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaState:
    """Where a database's schema stands; revisions are alembic's."""

    current: str | None
    newest: str
    """That this version knows."""
    missing: int
    """Migrations that are still to be run; 0 too where the database is ahead of this version."""

    @property
    def is_ahead(self) -> bool:
        """Migrated by a newer version: while it is rolled out, the older one goes on."""
        return self.current != self.newest and self.missing == 0


def schema_state(database: Database, folder: Path, *, version_table: str) -> SchemaState:
    """Compare a database with the migrations of `folder`; changes nothing. Raises DatabaseUnavailable."""
    with database.read() as session:
        options = {"version_table": version_table}
        current = MigrationContext.configure(session.connection(), opts=options).get_current_revision()
    scripts = ScriptDirectory(str(folder))
    newest = scripts.get_current_head()
    assert newest is not None
    known = _revisions(scripts)
    missing = len(known) if current is None else known.index(current) if current in known else 0
    return SchemaState(current=current, newest=newest, missing=missing)


def check_known(revision: str, folder: Path) -> None:
    """Raise SchemaAheadError where the migrations of `folder` do not lead to a revision."""
    if revision not in _revisions(ScriptDirectory(str(folder))):
        raise SchemaAheadError(revision)


def _revisions(scripts: ScriptDirectory) -> list[str]:
    """Newest first."""
    return [script.revision for script in scripts.walk_revisions()]


def check_schema(database: Database, folder: Path, *, version_table: str) -> None:
    """Raise SchemaBehindError where migrations are missing."""
    state = schema_state(database, folder, version_table=version_table)
    if state.missing:
        raise SchemaBehindError(
            f"The schema stands at {state.current or 'nothing'} and lacks {state.missing} migrations up to "
            f"{state.newest}: run `liaison migrate` first."
        )


def open_migrated(
    url: str, folder: Path, *, version_table: str, migrate: bool, limits: DatabaseLimits | None = None
) -> Database:
    """A database at its newest schema: brought there, or else checked; raises SchemaMismatchError."""
    database = create_database(url, limits)
    try:
        (upgrade if migrate else check_schema)(database, folder, version_table=version_table)
    except Exception:
        database.close()
        raise
    return database


def upgrade(database: Database, folder: Path, *, version_table: str, revision: str = "head") -> None:
    """Run every migration of `folder` that is missing, in one transaction; several processes may try at once.

    Raises SchemaAheadError.
    """
    engine = database.engine.execution_options(begin_immediate=True)
    with engine.begin() as connection, unbounded(connection.connection.driver_connection):
        if database.is_postgresql:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        config.attributes["version_table"] = version_table
        try:
            command.upgrade(config, revision)
        except CommandError:
            options = {"version_table": version_table}
            current = MigrationContext.configure(connection, opts=options).get_current_revision()
            if current is not None:
                check_known(current, folder)
            raise


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
