"""Column types and tables that behave the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Table
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

BigIdentity = BigInteger().with_variant(Integer, "sqlite")
"""A growing 64-bit key; SQLite grows only what it calls INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware moments in and out, always in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone; use datetime.now(UTC)")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def table_of(row: type[DeclarativeBase]) -> Table:
    """The plain table of mapped rows: statements on it skip what a session does to keep objects in step."""
    table = row.__table__
    assert isinstance(table, Table)
    return table
