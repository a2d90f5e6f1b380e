"""The feed's epoch: readers that find another one know that their position belongs to a history that was lost."""

import hashlib
from uuid import uuid4

from sqlalchemy import select, text, update

from services.catalog.tables import FeedEpochRow
from shared.kit.database import Database, ReadSession

_EPOCH_ID = 1
_MAY_READ_CONTROL_FILE = text("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')")
# A dump restored elsewhere has other ids; a server recovered to a point in time, or failed over, another timeline.
_OBJECTS = """
SELECT (SELECT oid FROM pg_database WHERE datname = current_database()), 'feed_epoch'::regclass::oid,
    CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END"""
_CONTROL_FILE = ", (SELECT system_identifier FROM pg_control_system())"


def feed_epoch(session: ReadSession) -> str:
    """32 hexadecimal digits; the same as long as no committed change has been taken back."""
    name = session.execute(select(FeedEpochRow.name).where(FeedEpochRow.id == _EPOCH_ID)).scalar_one()
    place: tuple[object, ...] = ()
    if session.get_bind().dialect.name == "postgresql":
        is_allowed = session.execute(_MAY_READ_CONTROL_FILE).scalar_one()
        place = tuple(session.execute(text(_OBJECTS + (_CONTROL_FILE if is_allowed else ""))).one())
    return hashlib.sha256(repr((name, *place)).encode()).hexdigest()[:32]


def renew_epoch(database: Database) -> None:
    """Give the feed another epoch, so that every reader starts over: after a backup was restored."""
    with database.write() as session:
        session.execute(update(FeedEpochRow).where(FeedEpochRow.id == _EPOCH_ID).values(name=str(uuid4())))
