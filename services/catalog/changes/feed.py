"""The feed: committed changes in the order of `feed_seq`, which their reader stamps."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import exists, func, select, update

from services.catalog.api_keys.service import record_of
from services.catalog.changes.epoch import feed_epoch
from services.catalog.changes.erased import erasures_of
from services.catalog.introduction_tables import IntroductionEventRow, IntroductionRow
from services.catalog.tables import ApiKeyRow, ChangeRow, FeedbackRow, FeedCounterRow
from shared.contracts.api_keys import ApiKeyChange, ApiKeyChangePage
from shared.contracts.changes import (
    ChangePage,
    FeedbackChange,
    FeedbackChangePage,
    FeedEntity,
    FeedPosition,
    IntroductionChange,
    IntroductionChangePage,
    ProfileChange,
)
from shared.contracts.feedback import FeedbackEvent
from shared.contracts.introductions import IntroductionState, Purpose
from shared.contracts.profiles import profile_adapter
from shared.contracts.vocabularies import ProfileStatus
from shared.kit.database import Database, ReadSession, WriteSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The outbox of one entity, and the row of the counter that numbers it."""

    rows: type[ChangeRow] | type[FeedbackRow] | type[IntroductionEventRow] | type[ApiKeyRow]
    counter_id: int


PROFILE_LOG = Log(rows=ChangeRow, counter_id=1)
FEEDBACK_LOG = Log(rows=FeedbackRow, counter_id=2)
INTRODUCTION_LOG = Log(rows=IntroductionEventRow, counter_id=3)
API_KEY_LOG = Log(rows=ApiKeyRow, counter_id=4)
"""A key has one row, stamped anew with each change: a reader gets the newest state of each."""
LOGS: Mapping[FeedEntity, Log] = {
    FeedEntity.PROFILE: PROFILE_LOG,
    FeedEntity.FEEDBACK: FEEDBACK_LOG,
    FeedEntity.INTRODUCTION: INTRODUCTION_LOG,
    FeedEntity.API_KEY: API_KEY_LOG,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """What tells whether an entity has news."""

    last_seq: int
    has_unstamped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """How far the feed is stamped, and whether committed changes wait for their stamp."""

    last_seq: int
    has_unstamped: bool
    epoch: str


def read_feed(database: Database, *, after: int, limit: int) -> ChangePage:
    """The next changes of profiles; stamps first what was committed since, and writes nothing where nothing is new."""
    state = _stamped(database, PROFILE_LOG)
    if after >= state.last_seq:
        return ChangePage(items=(), next_after=after, latest_seq=state.last_seq, epoch=state.epoch)
    with database.read() as session:
        return read_changes(session, after=after, limit=limit)


def read_feedback_feed(database: Database, *, after: int, limit: int) -> FeedbackChangePage:
    """The next feedback events, read as profiles are."""
    state = _stamped(database, FEEDBACK_LOG)
    if after >= state.last_seq:
        return FeedbackChangePage(items=(), next_after=after, latest_seq=state.last_seq, epoch=state.epoch)
    with database.read() as session:
        return read_feedback_changes(session, after=after, limit=limit)


def read_introduction_feed(database: Database, *, after: int, limit: int) -> IntroductionChangePage:
    """The next changes of introductions, read as profiles are."""
    state = _stamped(database, INTRODUCTION_LOG)
    if after >= state.last_seq:
        return IntroductionChangePage(items=(), next_after=after, latest_seq=state.last_seq, epoch=state.epoch)
    with database.read() as session:
        return read_introduction_changes(session, after=after, limit=limit)


def read_api_key_feed(database: Database, *, after: int, limit: int) -> ApiKeyChangePage:
    """The next changed keys, read as profiles are."""
    state = _stamped(database, API_KEY_LOG)
    if after >= state.last_seq:
        return ApiKeyChangePage(items=(), next_after=after, latest_seq=state.last_seq, epoch=state.epoch)
    statement = select(ApiKeyRow).where(ApiKeyRow.feed_seq > after).order_by(ApiKeyRow.feed_seq).limit(limit)
    with database.read() as session:
        rows = session.scalars(statement).all()
        items = tuple(ApiKeyChange(feed_seq=row.feed_seq or 0, key=record_of(row)) for row in rows)
        state = feed_state(session, API_KEY_LOG)
    next_after = items[-1].feed_seq if items else after
    return ApiKeyChangePage(items=items, next_after=next_after, latest_seq=state.last_seq, epoch=state.epoch)


def read_position(database: Database) -> FeedPosition:
    """The newest position; whatever was committed before this call stands at it or before it."""
    state = _stamped(database, PROFILE_LOG)
    return FeedPosition(latest_seq=state.last_seq, epoch=state.epoch)


def feed_heads(database: Database) -> dict[FeedEntity, FeedHead]:
    """Of every entity, in one statement; raises DatabaseUnavailable."""
    unstamped = [exists().where(log.rows.feed_seq.is_(None)).label(entity) for entity, log in LOGS.items()]
    with database.read() as session:
        rows = session.execute(select(FeedCounterRow.id, FeedCounterRow.last_seq, *unstamped)).mappings().all()
    by_counter = {row["id"]: row for row in rows}
    return {
        entity: FeedHead(last_seq=row["last_seq"], has_unstamped=bool(row[entity]))
        for entity, log in LOGS.items()
        for row in (by_counter[log.counter_id],)
    }


def feed_state(session: ReadSession, log: Log = PROFILE_LOG) -> FeedState:
    """One look, cheap enough to take many times a second."""
    unstamped = exists().where(log.rows.feed_seq.is_(None))
    last_seq, has_unstamped = session.execute(
        select(FeedCounterRow.last_seq, unstamped).where(FeedCounterRow.id == log.counter_id)
    ).one()
    return FeedState(last_seq=last_seq, has_unstamped=bool(has_unstamped), epoch=feed_epoch(session))


def stamp(session: WriteSession, log: Log = PROFILE_LOG) -> int:
    """Number every committed change that has no number yet; returns the newest number.

    A reader that asked for ids above its last one would miss writers that took an id early and committed late. Here the
    locked counter row lets one stamper at a time run, and what it stamps is committed before the next one starts.
    """
    rows, is_counter = log.rows, FeedCounterRow.id == log.counter_id
    last_seq = session.execute(select(FeedCounterRow.last_seq).where(is_counter).with_for_update()).scalar_one()
    numbered = (
        select(rows.id, func.row_number().over(order_by=rows.id).label("number"))
        .where(rows.feed_seq.is_(None))
        .subquery()
    )
    session.execute(
        update(rows)
        .where(rows.id == numbered.c.id)
        .values(feed_seq=last_seq + numbered.c.number)
        .execution_options(synchronize_session=False)
    )
    newest = max(last_seq, session.execute(select(func.max(rows.feed_seq))).scalar_one() or 0)
    session.execute(update(FeedCounterRow).where(is_counter).values(last_seq=newest))
    return newest


def read_changes(session: ReadSession, *, after: int, limit: int) -> ChangePage:
    """Stamped changes only."""
    statement = select(ChangeRow).where(ChangeRow.feed_seq > after).order_by(ChangeRow.feed_seq).limit(limit)
    rows = session.scalars(statement).all()
    erasures = erasures_of(session, (row.profile_id for row in rows if row.status == ProfileStatus.ERASED))
    items = tuple(_as_change(row, erasures.get(row.profile_id)) for row in rows)
    next_after, state = items[-1].feed_seq if items else after, feed_state(session)
    return ChangePage(items=items, next_after=next_after, latest_seq=state.last_seq, epoch=state.epoch)


def read_feedback_changes(session: ReadSession, *, after: int, limit: int) -> FeedbackChangePage:
    """Stamped events only."""
    statement = select(FeedbackRow).where(FeedbackRow.feed_seq > after).order_by(FeedbackRow.feed_seq).limit(limit)
    items = tuple(_as_feedback_change(row) for row in session.scalars(statement))
    next_after, state = items[-1].feed_seq if items else after, feed_state(session, FEEDBACK_LOG)
    return FeedbackChangePage(items=items, next_after=next_after, latest_seq=state.last_seq, epoch=state.epoch)


def read_introduction_changes(session: ReadSession, *, after: int, limit: int) -> IntroductionChangePage:
    """Stamped changes only."""
    is_next = (IntroductionEventRow.feed_seq > after, IntroductionRow.id == IntroductionEventRow.introduction_id)
    statement = select(IntroductionEventRow, IntroductionRow).where(*is_next)
    found = session.execute(statement.order_by(IntroductionEventRow.feed_seq).limit(limit))
    items = tuple(_as_introduction_change(event, row) for event, row in found)
    next_after, state = items[-1].feed_seq if items else after, feed_state(session, INTRODUCTION_LOG)
    return IntroductionChangePage(items=items, next_after=next_after, latest_seq=state.last_seq, epoch=state.epoch)


def _stamped(database: Database, log: Log) -> FeedState:
    """The state once nothing committed waits for its number."""
    with database.read() as session:
        state = feed_state(session, log)
    if not state.has_unstamped:
        return state
    with database.write() as writing:
        return FeedState(last_seq=stamp(writing, log), has_unstamped=False, epoch=state.epoch)


def _as_feedback_change(row: FeedbackRow) -> FeedbackChange:
    assert row.feed_seq is not None
    return FeedbackChange(feed_seq=row.feed_seq, event=FeedbackEvent.model_validate_json(row.document))


def _as_introduction_change(event: IntroductionEventRow, row: IntroductionRow) -> IntroductionChange:
    assert event.feed_seq is not None
    return IntroductionChange(
        feed_seq=event.feed_seq,
        introduction_id=row.id,
        revision=event.revision,
        subject_id=row.subject_id,
        target_id=row.target_id,
        purpose=Purpose(row.purpose),
        run_id=row.run_id,
        rank=row.rank,
        state=IntroductionState(event.to_state),
        is_told=row.is_told,
        changed_at=event.at,
    )


def _as_change(row: ChangeRow, erasure_id: str | None) -> ProfileChange:
    """An erased profile is told as withdrawn, which readers of every release know."""
    assert row.feed_seq is not None
    return ProfileChange(
        feed_seq=row.feed_seq,
        profile_id=row.profile_id,
        revision=row.revision,
        status=ProfileStatus.WITHDRAWN if erasure_id else ProfileStatus(row.status),
        changed_at=row.changed_at,
        profile=profile_adapter.validate_json(row.document),
        erasure_id=erasure_id,
    )
