"""Rows for any released schema, made from the schema itself, and what a migration must keep of them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

ROWS = 3
_NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
Row = Mapping[str, Any]  # Any: what a driver gives


def fill_tables(connection: sa.Connection, version_table: str) -> dict[str, list[Row]]:
    """Three rows in every table, parents first; what every table holds afterwards, by its name."""
    schema = reflected(connection, version_table)
    for table in schema.sorted_tables:
        present = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for number in range(present, ROWS):
            connection.execute(table.insert().values(_row(table, number)))
    return contents(connection, schema)


def contents(connection: sa.Connection, schema: sa.MetaData) -> dict[str, list[Row]]:
    """Every row of every table, in an order of its own."""
    return {
        table.name: sorted((dict(row) for row in connection.execute(sa.select(table)).mappings()), key=repr)
        for table in schema.sorted_tables
    }


def reflected(connection: sa.Connection, version_table: str) -> sa.MetaData:
    """The schema as the database tells it, without the table of versions."""
    schema = sa.MetaData()
    schema.reflect(connection, only=lambda name, _: name != version_table)
    return schema


def missing_rows(before: Mapping[str, list[Row]], after: Mapping[str, list[Row]]) -> list[tuple[str, Row]]:
    """Rows whose values a later schema no longer has, in the columns that it kept."""
    return [
        (name, row)
        for name, rows in before.items()
        for row in rows
        if not any(_is_kept(row, later) for later in after.get(name, []))
    ]


def _is_kept(row: Row, later: Row) -> bool:
    return all(later[name] == value for name, value in row.items() if name in later)


def _row(table: sa.Table, number: int) -> dict[str, Any]:
    return {
        column.name: _value(column, number)
        for column in table.columns
        if not (column.primary_key and isinstance(column.type, sa.Integer) and column.autoincrement is True)
    }


def _value(column: "sa.Column[Any]", number: int) -> Any:  # Any: of the column's type
    for key in column.foreign_keys:
        return _value(key.column, number)
    kind = column.type
    values: dict[type[sa.types.TypeEngine[Any]], Any] = {
        sa.Boolean: bool(number % 2),
        sa.Integer: 1_000 + number,
        sa.Float: number + 0.5,
        sa.DateTime: _NOW + timedelta(days=number),
        sa.LargeBinary: f"值 {number}".encode(),
    }
    for of_kind, value in values.items():
        if isinstance(kind, of_kind):
            return value
    return f"值 {number}"[: getattr(kind, "length", None)]
