"""One database by URL, SQLite or PostgreSQL: its engine, and sessions that say whether they write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from shared.kit.errors import Unavailable

LOCK_TIMEOUT_SECONDS = 10
"""How long a writer waits for another one before it answers that the database is busy."""
CONNECT_TIMEOUT_SECONDS = 5
POOL_SIZE = 20
_BUSY = "The database is not available or too busy; try again shortly."


class ReadSession(Session):
    """Reads one state of the database; nothing it does is kept."""


class WriteSession(ReadSession):
    """One transaction, committed by `Database.write` when its block ends without an error."""


class DatabaseUnavailable(Unavailable):
    """The database does not answer or is too busy."""

    code = "database_unavailable"


class Database:
    """An engine and the two ways to use it; open sessions in the thread that uses them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_postgresql = engine.dialect.name == "postgresql"
        self._writer = Lock()
        self._reading = engine.execution_options(postgresql_readonly=True)
        self._writing = engine.execution_options(begin_immediate=True)
        self._after_commit: list[Callable[[], None]] = []

    def after_commit(self, call: Callable[[], None]) -> None:
        """Have `call` called in the writing thread after every write that was committed."""
        self._after_commit.append(call)

    @contextmanager
    def read(self) -> Iterator[ReadSession]:
        """A session whose changes are thrown away; raises DatabaseUnavailable."""
        with _translated_errors(), ReadSession(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[WriteSession]:
        """A session that is committed, durably, before the block is left; raises DatabaseUnavailable."""
        with (
            _translated_errors(),
            nullcontext() if self.is_postgresql else self._writer_turn(),
            WriteSession(self._writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
        for call in self._after_commit:
            call()

    @contextmanager
    def _writer_turn(self) -> Iterator[None]:
        """SQLite has one writer: waiting here is fair and ends at once, its own busy loop does neither."""
        if not self._writer.acquire(timeout=LOCK_TIMEOUT_SECONDS):
            raise DatabaseUnavailable(_BUSY)
        try:
            yield
        finally:
            self._writer.release()

    def ping(self) -> None:
        """Raise DatabaseUnavailable unless the database answers."""
        with self.read() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def create_database(url: str) -> Database:
    """Open `sqlite:///path` (its folder is created) or `postgresql://...`; connects on first use."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Database(_sqlite_engine(parsed))
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "postgresql+psycopg":
        raise ValueError(f"database URL with {parsed.drivername!r}: use sqlite:///path or postgresql://host/name")
    return Database(_postgresql_engine(parsed))


def _postgresql_engine(url: URL) -> Engine:
    defaults = {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "options": f"-c lock_timeout={LOCK_TIMEOUT_SECONDS}s"}
    return create_engine(
        url,
        connect_args={name: value for name, value in defaults.items() if name not in url.query},
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_pre_ping=True,
        hide_parameters=True,
    )


def _sqlite_engine(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("an SQLite database needs a file: sqlite:///path")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # Any: the DBAPI's connection
    connection.isolation_level = None  # transactions are begun below, not by the driver's guess
    for pragma in (
        f"busy_timeout = {LOCK_TIMEOUT_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_write = connection.get_execution_options().get("begin_immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeoutError) as error:
        raise DatabaseUnavailable(_BUSY) from error
