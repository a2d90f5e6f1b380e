"""SQL of introductions as the follower stores them: the newest revision of each, and how far they were read."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from services.matcher.introductions.pairs import KnownIntroduction
from services.matcher.tables import Base, IntroductionPositionRow, IntroductionRow
from shared.contracts.introductions import IntroductionState
from shared.kit.database import ReadSession, WriteSession

_POSITION_ID = 1


def read_position(session: ReadSession) -> tuple[int, str | None]:
    """How far the feed was read, and in which epoch; 0 and None before the first page."""
    row = session.get(IntroductionPositionRow, _POSITION_ID)
    return (row.feed_seq, row.epoch) if row else (0, None)


def raise_position(session: WriteSession, feed_seq: int, epoch: str | None) -> None:
    """Record how far the feed was read; a replica that lags never takes it back."""
    insert = _insert(session, IntroductionPositionRow).values(id=_POSITION_ID, feed_seq=feed_seq, epoch=epoch)
    is_further = insert.excluded.feed_seq > IntroductionPositionRow.feed_seq
    raised = {"feed_seq": insert.excluded.feed_seq, "epoch": insert.excluded.epoch}
    session.execute(insert.on_conflict_do_update(index_elements=["id"], set_=raised, where=is_further))


def store(session: WriteSession, introductions: Iterable[KnownIntroduction]) -> None:
    """Keep what is newer than what is stored, in the order of ids, so that no two replicas wait in a ring."""
    for one in sorted(introductions, key=lambda one: (one.introduction_id, one.revision)):
        insert = _insert(session, IntroductionRow).values(
            introduction_id=one.introduction_id,
            revision=one.revision,
            subject_id=one.subject_id,
            target_id=one.target_id,
            state=one.state.value,
            is_told=one.is_told,
        )
        changed = {name: insert.excluded[name] for name in ("revision", "state", "is_told")}
        is_newer = insert.excluded.revision > IntroductionRow.revision
        session.execute(insert.on_conflict_do_update(index_elements=["introduction_id"], set_=changed, where=is_newer))


def all_introductions(session: ReadSession) -> Iterator[KnownIntroduction]:
    """Everything stored, by id."""
    query = select(IntroductionRow).order_by(IntroductionRow.introduction_id)
    for row in session.scalars(query.execution_options(yield_per=5_000)):
        yield KnownIntroduction(
            introduction_id=row.introduction_id,
            revision=row.revision,
            subject_id=row.subject_id,
            target_id=row.target_id,
            state=IntroductionState(row.state),
            is_told=row.is_told,
        )


def start_over(session: WriteSession, epoch: str | None, *, is_shorter: bool) -> None:
    """Drop introductions and position for another history, unless a replica has done so for the same one before.

    `is_shorter`: the same history ends before what was read of it.
    """
    if not is_shorter and read_position(session)[1] == epoch:
        return
    session.execute(delete(IntroductionRow))
    session.execute(delete(IntroductionPositionRow))
    session.add(IntroductionPositionRow(id=_POSITION_ID, feed_seq=0, epoch=epoch))


def _insert(session: WriteSession, table: type[Base]) -> Any:  # Any: the two dialects' inserts share no type
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)
