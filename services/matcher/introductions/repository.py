"""SQL of introductions as the follower stores them: the newest revision of each, and how far they were read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from services.matcher.introductions.pairs import KnownIntroduction
from services.matcher.introductions.steps import IntroductionSteps
from services.matcher.tables import Base, IntroductionPositionRow, IntroductionRow, IntroductionStepRow
from shared.contracts.introductions import IntroductionState
from shared.kit.database import ReadSession, WriteSession

_POSITION_ID = 1


def read_position(session: ReadSession) -> tuple[int, str | None]:
    """How far the feed was read, and in which epoch; 0 and None before the first page.

    0 too where a release that kept no steps has read it: it is read once more, and what is known already passed over.
    """
    row = session.get(IntroductionPositionRow, _POSITION_ID)
    if row is None:
        return 0, None
    return (row.feed_seq if row.has_steps else 0), row.epoch


def raise_position(session: WriteSession, feed_seq: int, epoch: str | None) -> None:
    """Record how far the feed was read; a replica that lags never takes it back."""
    values = {"feed_seq": feed_seq, "epoch": epoch, "has_steps": True}
    insert = _insert(session, IntroductionPositionRow).values(id=_POSITION_ID, **values)
    is_further = or_(
        insert.excluded.feed_seq > IntroductionPositionRow.feed_seq, IntroductionPositionRow.has_steps.is_(False)
    )
    raised = {name: insert.excluded[name] for name in values}
    session.execute(insert.on_conflict_do_update(index_elements=["id"], set_=raised, where=is_further))


def store(session: WriteSession, introductions: Iterable[KnownIntroduction]) -> None:
    """Keep what is newer than what is stored, in the order of ids, so that no two replicas wait in a ring.

    Of each state the first moment is kept: the feed tells the revisions of an introduction in their order.
    """
    for one in sorted(introductions, key=lambda one: (one.introduction_id, one.revision)):
        insert = _insert(session, IntroductionRow).values(
            introduction_id=one.introduction_id,
            revision=one.revision,
            subject_id=one.subject_id,
            target_id=one.target_id,
            state=one.state.value,
            is_told=one.is_told,
            run_id=one.run_id,
            rank=one.rank,
        )
        changed = {name: insert.excluded[name] for name in ("revision", "state", "is_told", "run_id", "rank")}
        is_newer = insert.excluded.revision >= IntroductionRow.revision  # equal: what an earlier release kept less of
        session.execute(insert.on_conflict_do_update(index_elements=["introduction_id"], set_=changed, where=is_newer))
        if one.at is not None:
            step = {"introduction_id": one.introduction_id, "state": one.state.value, "reached_at": one.at}
            session.execute(_insert(session, IntroductionStepRow).values(**step).on_conflict_do_nothing())


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


def all_steps(session: ReadSession) -> Sequence[IntroductionSteps]:
    """Every introduction's way, by its id."""
    reached = defaultdict[str, dict[IntroductionState, datetime]](dict)
    for step in session.scalars(select(IntroductionStepRow).execution_options(yield_per=5_000)):
        reached[step.introduction_id][IntroductionState(step.state)] = step.reached_at
    rows = session.scalars(select(IntroductionRow).order_by(IntroductionRow.introduction_id))
    return [
        IntroductionSteps(
            introduction_id=row.introduction_id,
            subject_id=row.subject_id,
            target_id=row.target_id,
            run_id=row.run_id,
            rank=row.rank,
            is_told=row.is_told,
            reached=reached[row.introduction_id],
        )
        for row in rows
    ]


def start_over(session: WriteSession, epoch: str | None, *, is_shorter: bool) -> None:
    """Drop introductions and position for another history, unless a replica has done so for the same one before.

    `is_shorter`: the same history ends before what was read of it.
    """
    if not is_shorter and read_position(session)[1] == epoch:
        return
    session.execute(delete(IntroductionStepRow))
    session.execute(delete(IntroductionRow))
    session.execute(delete(IntroductionPositionRow))
    session.add(IntroductionPositionRow(id=_POSITION_ID, feed_seq=0, epoch=epoch, has_steps=True))


def _insert(session: WriteSession, table: type[Base]) -> Any:  # Any: the two dialects' inserts share no type
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)
