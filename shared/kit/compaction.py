"""Makes a database give up what was deleted from it, so that a look into its files finds nothing."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from time import monotonic, sleep

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.kit.database import Database, DatabaseUnavailable
from shared.kit.postgresql_connection import unbounded

_LOG_WAIT_SECONDS = 20.0
_LOOK_EVERY_SECONDS = 0.05


def compact(database: Database, tables: Sequence[str]) -> None:
    """Reclaim the space of what was deleted or rewritten in these tables; raises DatabaseUnavailable.

    SQLite: the file is written anew from its live rows (VACUUM), and its log emptied. PostgreSQL: a plain VACUUM of
    the tables, after which no query, whatever its snapshot, can reach a dead row; the server writes over its bytes
    when it next needs the room.
    """
    try:
        if database.is_postgresql:
            _vacuum_tables(database, tables)
        else:
            _rewrite_file(database)
    except (OperationalError, sqlite3.OperationalError) as error:
        raise DatabaseUnavailable("The database is busy; what was deleted gives up its space later.") from error


def _vacuum_tables(database: Database, tables: Sequence[str]) -> None:
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection, unbounded(connection.connection.driver_connection):
        connection.execute(text("SET statement_timeout = 0"))
        try:
            names = ", ".join(connection.dialect.identifier_preparer.quote(table) for table in tables)
            connection.execute(text(f"VACUUM {names}"))
        finally:
            connection.execute(text("RESET statement_timeout"))


def _rewrite_file(database: Database) -> None:
    """In the writer's turn; readers go on reading the state that they have."""
    deadline = monotonic() + _LOG_WAIT_SECONDS
    with database.writer_turn(), closing(database.engine.raw_connection()) as pooled:
        pooled.cursor().execute("VACUUM")
        while _is_log_in_use(pooled.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()):
            if monotonic() > deadline:
                raise DatabaseUnavailable(
                    "A reader of the database keeps its log in use; its space is reclaimed later."
                )
            sleep(_LOOK_EVERY_SECONDS)


def _is_log_in_use(answer: Sequence[int]) -> bool:
    """Its columns: busy, pages in the log, pages copied back."""
    return bool(answer[0])
