"""Nothing waits for PostgreSQL for ever: neither a long statement, nor an answer that never comes."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import make_url, text

from services.cli.soak.fault_proxy import Fault, FaultProxy
from shared.kit.database import Database, DatabaseLimits, DatabaseUnavailable, create_database
from tests.postgres import PostgresServer

LIMITS = DatabaseLimits(connect_seconds=2, pool_seconds=1, statement_seconds=0.5)


@pytest.fixture
def proxy(postgres_server: PostgresServer) -> Iterator[FaultProxy]:
    with FaultProxy(postgres_server.folder / ".s.PGSQL.5432") as proxy:
        yield proxy


@pytest.fixture
def database(proxy: FaultProxy, postgresql_url: str) -> Iterator[Database]:
    name = make_url(postgresql_url).database
    database = create_database(f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}", LIMITS)
    database.ping()
    yield database
    database.close()


def test_a_statement_that_takes_too_long_is_ended_by_the_server(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable), database.read() as session:
        session.execute(text("SELECT pg_sleep(20)"))
    assert not database.is_available
    database.ping()
    assert database.is_available


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.BLACK_HOLE, Fault.RESET])
def test_a_database_behind_a_broken_line_is_told_in_time_and_used_again_after(
    database: Database, proxy: FaultProxy, fault: Fault
) -> None:
    proxy.fault = fault
    began = monotonic()
    with pytest.raises(DatabaseUnavailable):
        database.ping()
    assert monotonic() - began < 15  # one answer that never comes, then a connection that is never made
    assert not database.is_available
    proxy.fault = Fault.NONE
    deadline = monotonic() + 10
    while not database.is_available:
        try:
            database.ping()
        except DatabaseUnavailable:
            assert monotonic() < deadline


def test_a_pool_that_is_used_up_is_told_in_time(database: Database) -> None:
    held = [database.engine.connect() for _ in range(40)]
    with pytest.raises(DatabaseUnavailable):
        database.ping()
    for connection in held:
        connection.close()
    database.ping()


def test_the_proxy_passes_bytes_slowly_where_it_is_told_to(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as echo, FaultProxy(echo.getsockname()[1]) as proxy:

        def answer() -> None:
            connection, _ = echo.accept()
            with connection:
                connection.sendall(connection.recv(10))

        threading.Thread(target=answer, daemon=True).start()
        proxy.fault, proxy.delay_seconds = Fault.SLOW, 0.2
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as client:
            began = monotonic()
            client.sendall(b"ping")
            assert client.recv(10) == b"ping"
            assert monotonic() - began >= 0.4
