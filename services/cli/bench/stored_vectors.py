"""How many texts a matcher's store holds vectors of, under any model."""

from pathlib import Path

from sqlalchemy import func, select

from services.matcher.tables import VectorRow
from shared.kit.database import create_database


def stored_vectors(folder: Path) -> int:
    """Read from the store of a matcher that may be running."""
    database = create_database(f"sqlite:///{folder / 'matcher.db'}")
    try:
        with database.read() as session:
            return session.scalar(select(func.count()).select_from(VectorRow)) or 0
    finally:
        database.close()
