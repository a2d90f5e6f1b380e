"""SQL of allocations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, tuple_

from services.matcher.tables import AllocationRow
from shared.kit.database import ReadSession


def find_allocation(session: ReadSession, allocation_id: str) -> AllocationRow | None:
    """One allocation."""
    return session.get(AllocationRow, allocation_id)


def list_allocations(
    session: ReadSession, *, before: tuple[datetime, str] | None, limit: int
) -> Sequence[AllocationRow]:
    """Newest first, those before a moment and an id."""
    key = tuple_(AllocationRow.created_at, AllocationRow.allocation_id)
    query = select(AllocationRow).order_by(AllocationRow.created_at.desc(), AllocationRow.allocation_id.desc())
    return session.scalars((query if before is None else query.where(key < before)).limit(limit)).all()
