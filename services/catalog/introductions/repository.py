"""The SQL of introductions: locking, counting, listing their rows, and their consents and events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from services.catalog.introduction_tables import IntroductionConsentRow, IntroductionEventRow, IntroductionRow
from services.catalog.introductions.states import OCCUPYING
from services.catalog.tables import ProfileContactRow, ProfileRow
from shared.contracts.introductions import Actor, IntroductionState
from shared.kit.database import ReadSession, WriteSession

SWEPT_AT_A_TIME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroductionSearch:
    """What a list is narrowed by; None leaves it open."""

    profile_id: str | None = None
    state: IntroductionState | None = None


def lock(session: WriteSession, introduction_id: str) -> IntroductionRow | None:
    """The introduction, ours until the commit."""
    query = select(IntroductionRow).where(IntroductionRow.id == introduction_id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()


def find(session: ReadSession, introduction_id: str) -> IntroductionRow | None:
    """The introduction as it is stored."""
    return session.get(IntroductionRow, introduction_id)


def lock_profiles(session: WriteSession, ids: Iterable[str]) -> dict[str, ProfileRow]:
    """Both sides, locked in the order of their ids: their quotas and places are counted by one at a time."""
    query = select(ProfileRow).where(ProfileRow.id.in_(sorted(ids))).order_by(ProfileRow.id)
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return {row.id: row for row in session.scalars(locked)}


def profiles(session: ReadSession, ids: Iterable[str]) -> dict[str, ProfileRow]:
    """The profiles of any status by id."""
    return {row.id: row for row in session.scalars(select(ProfileRow).where(ProfileRow.id.in_(sorted(ids))))}


def lock_open_pair(session: WriteSession, pair_key: str) -> IntroductionRow | None:
    """The introduction that is under way between two, if any."""
    query = select(IntroductionRow).where(IntroductionRow.pair_key == pair_key, IntroductionRow.is_open)
    return session.scalars(query.with_for_update()).one_or_none()


def requests_since(
    session: ReadSession, side: Actor, profile_id: str, *, since: datetime
) -> tuple[int, datetime | None]:
    """How many requests a profile made (subject) or got (target) after a moment, and when the oldest of them was."""
    column = IntroductionRow.subject_id if side is Actor.SUBJECT else IntroductionRow.target_id
    counted = select(func.count(), func.min(IntroductionRow.requested_at))
    number, oldest = session.execute(counted.where(column == profile_id, IntroductionRow.requested_at > since)).one()
    return number, oldest


def places_taken(session: ReadSession, target_id: str) -> int:
    """How many introductions a target is busy with."""
    busy = IntroductionRow.state.in_([state.value for state in OCCUPYING])
    query = select(func.count()).select_from(IntroductionRow).where(IntroductionRow.target_id == target_id, busy)
    return session.execute(query).scalar_one()


def consents(session: ReadSession, introduction_ids: Iterable[str]) -> dict[str, list[IntroductionConsentRow]]:
    """What each introduction's sides said, read now and not taken from what the session holds."""
    ids = sorted(introduction_ids)
    found: dict[str, list[IntroductionConsentRow]] = {one: [] for one in ids}
    query = select(IntroductionConsentRow).where(IntroductionConsentRow.introduction_id.in_(ids))
    ordered = query.order_by(IntroductionConsentRow.introduction_id, IntroductionConsentRow.side)
    for row in session.scalars(ordered.execution_options(populate_existing=True)):
        found[row.introduction_id].append(row)
    return found


def contact_document(session: ReadSession, profile_id: str) -> str | None:
    """The private contact of a profile as JSON."""
    row = session.get(ProfileContactRow, profile_id, populate_existing=True)
    return row.document if row else None


def search(
    session: ReadSession,
    wanted: IntroductionSearch,
    spoken_for: Select[Any],
    *,
    reads_all: bool,
    after_id: str,
    limit: int,
) -> Sequence[IntroductionRow]:
    """The next introductions by id that somebody may see: what a target has not heard of is the subject's own."""
    own = IntroductionRow.subject_id.in_(spoken_for)
    told = IntroductionRow.target_id.in_(spoken_for) & IntroductionRow.is_told
    not_draft = IntroductionRow.state != IntroductionState.DRAFT.value
    is_seen = or_(own, not_draft) if reads_all else or_(own, told)
    query = select(IntroductionRow).where(IntroductionRow.id > after_id, is_seen, *_conditions(wanted))
    return session.scalars(query.order_by(IntroductionRow.id).limit(limit)).all()


def events(
    session: ReadSession, introduction_id: str | None, *, after_id: int, limit: int
) -> Sequence[IntroductionEventRow]:
    """The next lines of the audit trail, of one introduction or of all."""
    query = select(IntroductionEventRow).where(IntroductionEventRow.id > after_id)
    if introduction_id is not None:
        query = query.where(IntroductionEventRow.introduction_id == introduction_id)
    return session.scalars(query.order_by(IntroductionEventRow.id).limit(limit)).all()


def newest_event(session: ReadSession, introduction_id: str) -> IntroductionEventRow | None:
    """The last line of an introduction's trail."""
    query = select(IntroductionEventRow).where(IntroductionEventRow.introduction_id == introduction_id)
    return session.scalars(query.order_by(IntroductionEventRow.id.desc()).limit(1)).one_or_none()


def is_any_due(session: ReadSession, column: InstrumentedAttribute[Any], *, now: datetime) -> bool:
    """A look that locks nothing."""
    return session.execute(select(IntroductionRow.id).where(column <= now).limit(1)).first() is not None


def lock_due(session: WriteSession, column: InstrumentedAttribute[Any], *, now: datetime) -> list[IntroductionRow]:
    """Some introductions whose moment in a column has come, the oldest first; passes over what another worker holds."""
    query = select(IntroductionRow).where(column <= now).order_by(column, IntroductionRow.id).limit(SWEPT_AT_A_TIME)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def _conditions(wanted: IntroductionSearch) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.profile_id is not None:
        sides = (IntroductionRow.subject_id == wanted.profile_id, IntroductionRow.target_id == wanted.profile_id)
        conditions.append(or_(*sides))
    if wanted.state is not None:
        conditions.append(IntroductionRow.state == wanted.state.value)
    return conditions
