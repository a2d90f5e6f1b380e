"""A word that stands in everything of one fictional organisation, and the search for it in databases and files."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

CANARY = "zyxq"
"""What every canary begins with; found in any letters' case."""


def word(name: str) -> str:
    """A canary of its own for each field, so that a finding tells where it comes from."""
    return f"{CANARY}{name}7"


def columns_with_canary(engine: sa.Engine) -> set[str]:
    """Every `table.column` of a database with a canary in it; packed bytes are unpacked."""
    schema = sa.MetaData()
    schema.reflect(engine)
    with engine.connect() as connection:
        return {
            f"{table.name}.{name}"
            for table in schema.sorted_tables
            for row in connection.execute(sa.select(table)).mappings()
            for name, value in row.items()
            if holds_canary(value)
        }


def files_with_canary(*folders: Path) -> set[str]:
    """Every file below the folders whose bytes hold a canary."""
    return {
        str(path.relative_to(folder))
        for folder in folders
        for path in _files(folder)
        if holds_canary(path.read_bytes())
    }


def holds_canary(value: Any) -> bool:  # Any: whatever a column holds
    """Whether a canary stands in a value, packed or not."""
    if isinstance(value, memoryview):
        value = value.tobytes()
    if isinstance(value, bytes):
        return CANARY.encode() in value.lower() or CANARY.encode() in _unpacked(value).lower()
    return CANARY in str(value).lower()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return b""
