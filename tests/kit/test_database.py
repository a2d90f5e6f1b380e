"""Databases by URL: what is opened, how it is set up, what happens when it does not answer."""

from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from shared.kit.database import Database, DatabaseReadOnly, DatabaseUnavailable, create_database
from tests.postgres import PostgresServer


@pytest.fixture
def sqlite(tmp_path: Path) -> Database:
    database = create_database(f"sqlite:///{tmp_path / 'new' / 'folder' / 'test.db'}")
    with database.write() as session:
        session.execute(text("CREATE TABLE counts (value INTEGER)"))
        session.execute(text("INSERT INTO counts VALUES (0)"))
    return database


def test_sqlite_is_durable_and_keeps_foreign_keys(sqlite: Database) -> None:
    with sqlite.read() as session:
        pragmas = {name: session.scalar(text(f"PRAGMA {name}")) for name in ("synchronous", "foreign_keys")}
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
    assert pragmas == {"synchronous": 2, "foreign_keys": 1}  # 2 is FULL
    sqlite.close()


def test_sqlite_writers_take_turns_and_lose_no_update(sqlite: Database) -> None:
    def add() -> None:
        for _ in range(20):
            with sqlite.write() as session:
                value = session.scalar(text("SELECT value FROM counts"))
                session.execute(text("UPDATE counts SET value = :value"), {"value": (value or 0) + 1})

    threads = [Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sqlite.read() as session:
        assert session.scalar(text("SELECT value FROM counts")) == 80
    sqlite.close()


def test_reader_is_not_kept_waiting_by_a_writer(sqlite: Database) -> None:
    is_writing, has_read = Event(), Event()

    def write() -> None:
        with sqlite.write() as session:
            session.execute(text("UPDATE counts SET value = 9"))
            is_writing.set()
            assert has_read.wait(20)

    writer = Thread(target=write)
    writer.start()
    assert is_writing.wait(20)
    with sqlite.read() as session:
        assert session.scalar(text("SELECT value FROM counts")) == 0
    has_read.set()
    writer.join()
    sqlite.close()


def test_commit_is_announced_and_a_failed_write_is_not(sqlite: Database) -> None:
    commits: list[str] = []
    sqlite.after_commit(lambda: commits.append("done"))
    with pytest.raises(KeyError), sqlite.write():
        raise KeyError
    assert commits == []
    with sqlite.write() as session:
        session.execute(text("UPDATE counts SET value = 1"))
        assert commits == []
    assert commits == ["done"]
    sqlite.close()


def test_server_that_is_not_there_is_a_service_error(tmp_path: Path) -> None:
    database = create_database(f"postgresql://postgres@/test?host={tmp_path}")
    with pytest.raises(DatabaseUnavailable) as failure:
        database.ping()
    assert (failure.value.status, failure.value.code) == (503, "database_unavailable")
    assert failure.value.headers["Retry-After"] == "1"
    database.close()


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_postgresql_url_is_taken_with_and_without_its_driver(
    postgres_server: PostgresServer, postgresql_url: str, scheme: str
) -> None:
    database = create_database(postgresql_url.replace("postgresql", scheme, 1))
    database.ping()
    assert database.is_postgresql
    database.close()


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused_with_what_to_use(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///path"):
        create_database(url)


def test_writes_to_a_server_that_takes_none_are_told_to_come_back_and_reads_go_on(postgresql_url: str) -> None:
    database = create_database(postgresql_url)
    with database.write() as session:
        session.execute(text("CREATE TABLE counts (value INTEGER)"))
        name = session.scalar(text("SELECT current_database()"))
    with database.write() as session:
        session.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    database.close()  # it counts for new connections
    with pytest.raises(DatabaseReadOnly) as failure, database.write() as session:
        session.execute(text("INSERT INTO counts VALUES (1)"))
    assert (failure.value.status, failure.value.headers["Retry-After"]) == (503, "5")
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM counts")) == 0
    assert database.is_available
    database.close()


def test_a_reader_that_writes_is_not_excused(postgresql_url: str) -> None:
    database = create_database(postgresql_url)
    with pytest.raises(InternalError, match="read-only transaction"), database.read() as session:
        session.execute(text("CREATE TABLE counts (value INTEGER)"))
    database.close()


def test_a_backend_that_is_ended_under_a_write_is_a_database_away(
    postgres_server: PostgresServer, postgresql_url: str
) -> None:
    database = create_database(postgresql_url)
    with pytest.raises(DatabaseUnavailable), database.write() as session:
        process = session.scalar(text("SELECT pg_backend_pid()"))
        with postgres_server.connect("postgres") as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (process,))
        session.execute(text("SELECT 1"))
    database.close()
