"""What only pgvector has: statements that end in time, and an extension that may not be there."""

import socket
import time
from collections.abc import Iterator

import numpy as np
import psycopg
import pytest

from services.matcher.retrieval.pgvector_database import PgvectorDatabase, hung_up_after
from services.matcher.retrieval.vector_database import VectorDatabaseFailed
from tests.matcher.retrieval.test_dense import unit_rows

NAME = "liaison_test_offer_000001_aa"


@pytest.fixture
def hasty(postgresql_url: str) -> Iterator[PgvectorDatabase]:
    """Gives a search 0.2 s."""
    database = PgvectorDatabase(postgresql_url, timeout_seconds=0.2)
    yield database
    database.close()


def test_search_that_waits_for_a_lock_ends_in_time(
    hasty: PgvectorDatabase, pgvector: PgvectorDatabase, postgresql_url: str
) -> None:
    pgvector.create(NAME, 8)
    pgvector.add(NAME, np.arange(3), unit_rows(0, 3, 8))
    with psycopg.connect(postgresql_url) as other:
        other.execute(f"LOCK TABLE {NAME} IN ACCESS EXCLUSIVE MODE".encode())
        began = time.monotonic()
        with pytest.raises(VectorDatabaseFailed, match="statement timeout"):
            hasty.nearest(NAME, unit_rows(1, 1, 8)[0], 2)
        assert time.monotonic() - began < 5
    assert len(pgvector.nearest(NAME, unit_rows(1, 1, 8)[0], 2).keys) == 2


def test_server_that_says_nothing_is_hung_up_on(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as connection:
        began = time.monotonic()
        with pytest.raises(psycopg.OperationalError), hung_up_after(connection, 0.2):
            connection.execute("SELECT pg_sleep(60)")
        assert time.monotonic() - began < 10


def test_address_where_nobody_answers_fails_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        database = PgvectorDatabase(f"postgresql://127.0.0.1:{silent.getsockname()[1]}/x", timeout_seconds=0.2)
        with pytest.raises(VectorDatabaseFailed):
            database.collections("liaison_")
        database.close()


def test_address_of_another_database_is_refused() -> None:
    with pytest.raises(ValueError, match="pgvector needs postgresql://"):
        PgvectorDatabase("sqlite:///x.db", timeout_seconds=1)


def test_user_who_may_not_make_the_extension_is_told(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
    database = PgvectorDatabase(postgresql_url.replace("postgres@", "reader@"), timeout_seconds=5)
    with pytest.raises(VectorDatabaseFailed, match="extension"):
        database.collections("liaison_")
    database.close()
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("DROP ROLE reader")
