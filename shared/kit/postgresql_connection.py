"""PostgreSQL connections on which no call waits for ever: psycopg's, with a deadline for every answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import OperationalError, errors

_LONGER_THAN_THE_SERVER_SECONDS = 2.0
"""The server's own time limit comes first: it leaves the connection usable."""


class AnswerTimeout(OperationalError):
    """The server did not answer in time; the connection is closed, for its answer could come later."""


class BoundedConnection(psycopg.Connection[Any]):  # Any: psycopg's row type
    """Closes itself when an answer takes too long: a peer behind a dead line never says that it is gone."""

    longest_answer_seconds: float | None = None
    """None while connecting, which has a time limit of its own."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # Any: psycopg's generators
        """As psycopg waits, but not longer than the limit. Raises AnswerTimeout."""
        limit = self.longest_answer_seconds
        if timeout is not None or limit is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, limit)
        except errors._WaitTimeout as error:
            self.close()
            raise AnswerTimeout(f"no answer within {limit:.0f} s") from error


def connect_bounded(statement_seconds: float) -> Callable[..., BoundedConnection]:
    """A listener for SQLAlchemy's `do_connect`; answers may take 2 s longer than a statement."""

    def connect(_dialect: object, _record: object, arguments: Any, parameters: Any) -> BoundedConnection:  # its
        connection = BoundedConnection.connect(*arguments, **parameters)
        connection.longest_answer_seconds = statement_seconds + _LONGER_THAN_THE_SERVER_SECONDS
        return connection

    return connect


@contextmanager
def unbounded(connection: object) -> Iterator[None]:
    """Let a migration take its time; nothing changes on a connection of another kind."""
    if not isinstance(connection, BoundedConnection):
        yield
        return
    limit, connection.longest_answer_seconds = connection.longest_answer_seconds, None
    try:
        yield
    finally:
        connection.longest_answer_seconds = limit
