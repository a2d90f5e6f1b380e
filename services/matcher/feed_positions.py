"""How far each feed was read, for all replicas on a database: raised without gaps, taken back only as a whole."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from services.matcher.tables import FeedbackPositionRow, FeedPositionRow
from shared.kit.database import ReadSession, WriteSession

PositionTable = type[FeedPositionRow] | type[FeedbackPositionRow]
_POSITION_ID = 1


class PositionLost(Exception):
    """The store no longer holds all that precedes a page: another replica has begun anew. Read from 0."""


def is_other_history(held: str | None, told: str | None) -> bool:
    """Whether two epochs are known to differ; a catalog of an earlier release tells none."""
    return held is not None and told is not None and held != told


def read_position(session: ReadSession, table: PositionTable) -> tuple[int, str | None]:
    """Position and epoch; 0 and None before the first page."""
    found = session.execute(select(table.feed_seq, table.epoch).where(table.id == _POSITION_ID)).one_or_none()
    return (found.feed_seq, found.epoch) if found else (0, None)


def raise_position(
    session: WriteSession, table: PositionTable, *, after: int, to: int, epoch: str | None, **values: Any
) -> None:
    """Record that everything up to `to` is stored, where all up to `after` was; a replica that lags takes nothing back.

    Locks the position, so that replicas write what they have read one after another. `values` are the row's other
    columns. Raises PositionLost.
    """
    row = _locked(session, table, values)
    if is_other_history(row.epoch, epoch) or row.feed_seq < after:
        raise PositionLost
    row.feed_seq = max(row.feed_seq, to)
    row.epoch = epoch or row.epoch
    for name, value in values.items():
        setattr(row, name, value)


def start_over(
    session: WriteSession, table: PositionTable, *, latest_seq: int, epoch: str | None, is_shorter: bool, **values: Any
) -> bool:
    """Go back to 0 for another history; True if the caller must drop what it stored, False if a replica did so before.

    `is_shorter`: the same history seems to end before what was read of it.
    """
    row = _locked(session, table, values)
    if not is_other_history(row.epoch, epoch) and not (is_shorter and row.feed_seq > latest_seq):
        return False
    row.feed_seq, row.epoch = 0, epoch
    return True


def _locked(session: WriteSession, table: PositionTable, values: dict[str, Any]) -> Any:  # Any: a row of either table
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(table) if is_postgresql else sqlite.insert(table)
    session.execute(insert.values(id=_POSITION_ID, feed_seq=0, **values).on_conflict_do_nothing())
    return session.execute(
        select(table).where(table.id == _POSITION_ID).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()
