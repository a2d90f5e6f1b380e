"""One database by URL, SQLite or PostgreSQL: its engine, and sessions that say whether they write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from shared.kit.errors import Unavailable
from shared.kit.postgresql_connection import connect_bounded

LOCK_TIMEOUT_SECONDS = 10
"""How long a writer waits for another one before it answers that the database is busy."""
POOL_SIZE = 20
_POSTGRESQL_OPTIONS = " ".join(
    f"-c {option}"
    for option in (
        f"lock_timeout={LOCK_TIMEOUT_SECONDS}s",
        "synchronous_commit=on",  # acknowledged means kept, whatever the server's or the role's default
        # A client whose machine has vanished keeps its locks until the server notices.
        "tcp_keepalives_idle=30",
        "tcp_keepalives_interval=10",
        "tcp_keepalives_count=3",
    )
)
_READ_ONLY_TRANSACTION = "25006"
"""What PostgreSQL calls a write on a standby, in recovery, or under `default_transaction_read_only`."""
_BUSY = "The database is not available or too busy; try again shortly."


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseLimits:
    """How long anything may wait for a database; nothing waits for ever."""

    connect_seconds: int = 5
    pool_seconds: float = 5
    """For a connection of the pool, when all are in use."""
    statement_seconds: float = 15
    """For one statement. PostgreSQL ends it; where no answer comes at all, so does this side, 2 s later."""


class ReadSession(Session):
    """Reads one state of the database; nothing it does is kept."""


class WriteSession(ReadSession):
    """One transaction, committed by `Database.write` when its block ends without an error."""


def insert_into(session: WriteSession, target: Any) -> Any:  # Any: the two dialects' inserts share no type
    """An INSERT into a table or mapped class that can say what is to be done on conflict."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(target) if is_postgresql else sqlite.insert(target)


class DatabaseUnavailable(Unavailable):
    """The database does not answer or is too busy."""

    code = "database_unavailable"


class DatabaseReadOnly(Unavailable):
    """The database answers, and takes no writes now: a standby, a recovery, or a switch that somebody has set."""

    code = "database_read_only"

    def __init__(self) -> None:
        super().__init__("The database takes no writes at the moment; reading goes on.", retry_after_seconds=5)


class Database:
    """An engine and the two ways to use it; open sessions in the thread that uses them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_available = True
        """Whether the last use ended without the database being away or too busy."""
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
        with self._watched(), ReadSession(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[WriteSession]:
        """A session that is committed, durably, before the block is left.

        Raises DatabaseUnavailable, DatabaseReadOnly.
        """
        with (
            self._watched(),
            _told_if_read_only(),
            nullcontext() if self.is_postgresql else self.writer_turn(),
            WriteSession(self._writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
        for call in self._after_commit:
            call()

    @contextmanager
    def writer_turn(self) -> Iterator[None]:
        """SQLite has one writer: waiting here is fair and ends at once, its own busy loop does neither."""
        if not self._writer.acquire(timeout=LOCK_TIMEOUT_SECONDS):
            raise DatabaseUnavailable(_BUSY)
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, PoolTimeoutError) as error:
            self.is_available = False
            raise DatabaseUnavailable(_BUSY) from error
        self.is_available = True

    def ping(self) -> None:
        """Raise DatabaseUnavailable unless the database answers."""
        with self.read() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


@contextmanager
def _told_if_read_only() -> Iterator[None]:
    """For writes alone: a reader that writes is at fault itself."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _READ_ONLY_TRANSACTION:
            raise DatabaseReadOnly from error
        raise


def create_database(url: str, limits: DatabaseLimits | None = None) -> Database:
    """Open `sqlite:///path` (its folder is created) or `postgresql://...`; connects on first use."""
    limits = limits or DatabaseLimits()
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Database(_sqlite_engine(parsed, limits))
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "postgresql+psycopg":
        raise ValueError(f"database URL with {parsed.drivername!r}: use sqlite:///path or postgresql://host/name")
    return Database(_postgresql_engine(parsed, limits))


def _postgresql_engine(url: URL, limits: DatabaseLimits) -> Engine:
    statement_ms = round(1000 * limits.statement_seconds)
    defaults: dict[str, str | int] = {
        "connect_timeout": limits.connect_seconds,
        "options": f"{_POSTGRESQL_OPTIONS} -c statement_timeout={statement_ms}ms",
        # A peer that is gone without a word: the kernel asks after it, and gives it up.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    }
    engine = create_engine(
        url,
        connect_args={name: value for name, value in defaults.items() if name not in url.query},
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=limits.pool_seconds,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine, "do_connect", connect_bounded(limits.statement_seconds))
    return engine


def _sqlite_engine(url: URL, limits: DatabaseLimits) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("an SQLite database needs a file: sqlite:///path")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, pool_timeout=limits.pool_seconds, hide_parameters=True
    )
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
