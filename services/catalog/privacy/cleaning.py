"""Has the database give up the space of what was erased; behind the answer, and again after a crash."""

from datetime import UTC, datetime

import structlog
from sqlalchemy import select, update

from services.catalog.privacy_tables import ErasureRow
from services.catalog.tables import metadata
from shared.kit.compaction import compact
from shared.kit.database import Database
from shared.kit.polling import Polling

_log = structlog.get_logger("erasure")
_LOOK_EVERY_SECONDS = 0.5


def clean_once(database: Database) -> int:
    """Clean up behind every erasure that waits for it; how many. Raises DatabaseUnavailable."""
    with database.read() as session:
        waiting = session.scalars(select(ErasureRow.id).where(ErasureRow.cleaned_at.is_(None))).all()
    if not waiting:
        return 0
    compact(database, sorted(metadata.tables))
    with database.write() as session:
        cleaned = update(ErasureRow).where(ErasureRow.id.in_(waiting), ErasureRow.cleaned_at.is_(None))
        session.execute(cleaned.values(cleaned_at=datetime.now(UTC)))
    _log.info("erasures_cleaned", erasures=len(waiting))
    return len(waiting)


def cleaning(database: Database) -> Polling:
    """A thread that cleans up; not started. Several processes on one database may each do it, which does no harm."""
    return Polling("erasure-cleaning", lambda: _clean(database), every_seconds=_LOOK_EVERY_SECONDS)


def _clean(database: Database) -> None:
    clean_once(database)
