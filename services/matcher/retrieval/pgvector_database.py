"""Vectors in PostgreSQL with the pgvector extension, one table a collection; the one file that imports pgvector."""

import math
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any, cast

import numpy as np
import psycopg
from pgvector.psycopg import register_vector
from psycopg import sql
from psycopg.types import TypeInfo
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.dense import FloatVector
from services.matcher.retrieval.vector_database import Found, Keys, VectorDatabaseFailed

_MOST_FOUND = 200_000
_POOL_SIZE = 16
_SLOW_SECONDS = 60.0
"""How long adding a batch, or looking which keys are held, may take."""
_GRACE_SECONDS = 0.5
"""The server ends a late statement itself; one that says nothing so much later is hung up on."""
_LONGEST_INLINE = 1_900
"""Vectors up to this dimension fit into a page: kept in the row, they are scanned without a detour."""


class PgvectorDatabase:
    """Exact: a scan of the table, or of the keys that a search names, by the server."""

    most_found = _MOST_FOUND

    def __init__(self, url: str, *, timeout_seconds: float) -> None:
        """Connects on first use; raises ValueError where the address is not PostgreSQL's."""
        parsed = make_url(url)
        if parsed.get_backend_name() not in ("postgresql", "postgres"):
            raise ValueError(f"pgvector needs postgresql://host/name, not {parsed.drivername}://")
        self._timeout_seconds = timeout_seconds
        self._engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            connect_args={
                "connect_timeout": max(2, math.ceil(timeout_seconds)),  # libpq takes no less than two seconds
                "options": f"-c statement_timeout={int(timeout_seconds * 1000)}",
            },
            pool_size=_POOL_SIZE,
            max_overflow=0,
            pool_timeout=timeout_seconds,
            hide_parameters=True,
        )
        event.listen(self._engine, "connect", _prepare)

    def collections(self, prefix: str) -> list[str]:
        """Names that begin so."""
        query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND starts_with(tablename, %s)"
        with self._connection(self._timeout_seconds) as connection:
            return [name for (name,) in connection.execute(query, [prefix])]

    def create(self, name: str, dimension: int) -> None:
        """Make an empty table."""
        columns = "CREATE TABLE {} (key bigint PRIMARY KEY, vector vector({}) NOT NULL)"
        with self._connection(_SLOW_SECONDS) as connection, connection.transaction():
            connection.execute(f"SET LOCAL statement_timeout = '{_SLOW_SECONDS:.0f}s'".encode())
            connection.execute(sql.SQL(columns).format(sql.Identifier(name), sql.Literal(dimension)))
            if dimension <= _LONGEST_INLINE:
                inline = "ALTER TABLE {} ALTER COLUMN vector SET STORAGE PLAIN"
                connection.execute(sql.SQL(inline).format(sql.Identifier(name)))

    def drop(self, name: str) -> None:
        """Remove a table; nothing where there is none."""
        self._run("DROP TABLE IF EXISTS {}", name, [])

    def open(self, name: str) -> None:
        """A table is always ready."""

    def size(self, name: str) -> int:
        """How many vectors a table holds."""
        return int(self._run("SELECT count(*) FROM {}", name, [])[0][0])

    def missing(self, name: str, keys: Keys) -> Keys:
        """Those of the keys that a table does not hold."""
        query = "SELECT wanted FROM unnest(%s::bigint[]) AS wanted WHERE NOT EXISTS (SELECT FROM {} WHERE key = wanted)"
        return np.array([key for (key,) in self._run(query, name, [keys.tolist()])], dtype=np.int64)

    def add(self, name: str, keys: Keys, vectors: FloatMatrix) -> None:
        """Add vectors in one transaction; keys that are held already stay."""
        table = sql.Identifier(name)
        with self._connection(_SLOW_SECONDS) as connection, connection.transaction():
            connection.execute(f"SET LOCAL statement_timeout = '{_SLOW_SECONDS:.0f}s'".encode())
            connection.execute(sql.SQL("CREATE TEMP TABLE arriving (LIKE {}) ON COMMIT DROP").format(table))
            with connection.cursor() as cursor, cursor.copy("COPY arriving FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["bigint", "vector"])
                for key, vector in zip(keys.tolist(), vectors, strict=True):
                    copy.write_row((key, vector))
            connection.execute(sql.SQL("INSERT INTO {} SELECT * FROM arriving ON CONFLICT DO NOTHING").format(table))

    def nearest(self, name: str, query: FloatVector, limit: int, among: Sequence[int] | None = None) -> Found:
        """The `limit` vectors of the greatest inner product."""
        where = "" if among is None else " WHERE key = ANY(%(among)s::bigint[])"
        statement = f"SELECT key, vector <#> %(query)b FROM {{}}{where} ORDER BY 2 LIMIT %(limit)s"  # noqa: S608 - no input
        parameters = {"query": query, "limit": limit, "among": among}
        with self._connection(self._timeout_seconds) as connection, connection.cursor(binary=True) as cursor:
            cursor.execute(_statement(statement, name), parameters)
            rows = cursor.fetchall()
        return Found(
            keys=np.array([key for key, _ in rows], dtype=np.int64),
            similarities=np.array([-negative for _, negative in rows], dtype=np.float32),
        )

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()

    def _run(self, statement: str, name: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:  # Any: rows
        with self._connection(_SLOW_SECONDS) as connection, connection.transaction():
            connection.execute(f"SET LOCAL statement_timeout = '{_SLOW_SECONDS:.0f}s'".encode())
            found = connection.execute(_statement(statement, name), parameters)
            return found.fetchall() if found.description else []

    @contextmanager
    def _connection(self, seconds: float) -> Iterator[psycopg.Connection]:
        """A pooled connection that is given up on soon after `seconds`."""
        try:
            pooled = self._engine.raw_connection()
            connection = cast("psycopg.Connection", pooled.driver_connection)
            try:
                with hung_up_after(connection, seconds + _GRACE_SECONDS):
                    yield connection
            finally:
                if connection.closed:
                    pooled.invalidate()
                pooled.close()
        except (SQLAlchemyError, psycopg.Error) as error:
            raise VectorDatabaseFailed(_reason(error)) from error


def _reason(error: Exception) -> str:
    """The server's own words, without the statement."""
    cause = getattr(error, "orig", None) or error
    said = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    return f"{type(cause).__name__}: {said or str(cause).splitlines()[0]}"


def _statement(statement: str, name: str) -> sql.Composed:
    return sql.SQL(cast("Any", statement)).format(sql.Identifier(name))  # Any: psycopg wants a literal


@contextmanager
def hung_up_after(connection: psycopg.Connection, seconds: float) -> Iterator[None]:
    """End the connection's socket if the block takes longer: neither libpq nor psycopg limits waiting for an answer."""
    line = socket.socket(fileno=os.dup(connection.fileno()))

    def hang_up() -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        line.close()


def _prepare(connection: psycopg.Connection, _record: object) -> None:
    """Teach a connection vectors; the extension is made where it is only available, if the user may."""
    connection.autocommit = True  # a search is one round trip
    if TypeInfo.fetch(connection, "vector") is None:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    register_vector(connection)
