"""Introductions of erased profiles: closed, their texts and the names of their people gone, ids and times kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Select, or_, select, update

from services.catalog.introduction_tables import IntroductionConsentRow, IntroductionEventRow, IntroductionRow
from services.catalog.introductions import repository, states
from services.catalog.introductions.ledger import Deed, standing_of, write
from services.catalog.introductions.rules import IntroductionLimits
from services.catalog.privacy.subjects import DataSubject, in_batches
from shared.contracts.introductions import Actor
from shared.kit.database import WriteSession
from shared.kit.erasure import ERASED

_ID_OF_SIDE = {Actor.SUBJECT: IntroductionRow.subject_id, Actor.TARGET: IntroductionRow.target_id}


def lock_concerned(session: WriteSession, profile_ids: Sequence[str]) -> list[IntroductionRow]:
    """The introductions of these profiles, ours until the commit, in the order of their ids."""
    found: dict[str, IntroductionRow] = {}
    for some in in_batches(profile_ids):
        concerns = or_(IntroductionRow.subject_id.in_(some), IntroductionRow.target_id.in_(some))
        query = select(IntroductionRow).where(concerns).order_by(IntroductionRow.id)
        locked = query.with_for_update().execution_options(populate_existing=True)
        found |= {row.id: row for row in session.scalars(locked)}
    return [found[key] for key in sorted(found)]


def end(
    session: WriteSession,
    rows: Sequence[IntroductionRow],
    profile_ids: Sequence[str],
    limits: IntroductionLimits,
    *,
    now: datetime,
) -> None:
    """Close what is under way and take the erased sides' consent back, as the state machine says; rows are locked."""
    erased, consents = set(profile_ids), repository.consents(session, [row.id for row in rows])
    for row in rows:
        sides = [side for side in (Actor.SUBJECT, Actor.TARGET) if _profile_of(row, side) in erased]
        standing = standing_of(row, consents[row.id])
        left = states.erased(standing, sides)
        if left != standing:
            write(session, row, standing, left, Deed(action="erase", actor=sides[0]), limits, now=now)


def scrub(session: WriteSession, subject: DataSubject, _now: datetime) -> dict[str, int]:
    """Messages, notes, and who acted for the erased side; ids, states and times stay."""
    counts = {"introductions": 0, "introduction_events": 0, "introduction_consents": 0}
    session.flush()
    for some in in_batches(subject.profile_ids):
        concerns = or_(IntroductionRow.subject_id.in_(some), IntroductionRow.target_id.in_(some))
        counts["introductions"] += _rewritten(session, update(IntroductionRow).where(concerns).values(message=None))
        concerned = select(IntroductionRow.id).where(concerns)
        of_these = IntroductionEventRow.introduction_id.in_(concerned)
        counts["introduction_events"] += _rewritten(
            session, update(IntroductionEventRow).where(of_these).values(note=None)
        )
        for side, column in _ID_OF_SIDE.items():
            _forget_actors(session, select(IntroductionRow.id).where(column.in_(some)), side)
        own = IntroductionConsentRow.profile_id.in_(some)
        counts["introduction_consents"] += _rewritten(
            session, update(IntroductionConsentRow).where(own).values(given_by=ERASED)
        )
        withdrawn = (own, IntroductionConsentRow.withdrawn_by.is_not(None))
        _rewritten(session, update(IntroductionConsentRow).where(*withdrawn).values(withdrawn_by=ERASED))
    if subject.organization_id is not None:
        counts["introduction_events"] += _forget_people(session, subject)
    return counts


def _forget_actors(session: WriteSession, introduction_ids: Select[Any], side: Actor) -> None:
    """Who acted for a side, its delegates too; that somebody did stays in the other side's trail."""
    acted = (IntroductionEventRow.introduction_id.in_(introduction_ids), IntroductionEventRow.actor == side.value)
    gone = {"organization_id": None, "request_id": None}
    _rewritten(session, update(IntroductionEventRow).where(*acted).values(gone))
    _rewritten(
        session, update(IntroductionEventRow).where(*acted, IntroductionEventRow.by.is_not(None)).values(by=ERASED)
    )


def _forget_people(session: WriteSession, subject: DataSubject) -> int:
    """The organisation's people wherever they acted, such as for somebody who had delegated that to them."""
    people = sorted(subject.people)
    acted = or_(IntroductionEventRow.organization_id == subject.organization_id, IntroductionEventRow.by.in_(people))
    gone = {"by": ERASED, "organization_id": None, "request_id": None, "note": None}
    for column in (IntroductionConsentRow.given_by, IntroductionConsentRow.withdrawn_by):
        _rewritten(session, update(IntroductionConsentRow).where(column.in_(people)).values({column: ERASED}))
    return _rewritten(session, update(IntroductionEventRow).where(acted).values(gone))


def _profile_of(row: IntroductionRow, side: Actor) -> str:
    return row.subject_id if side is Actor.SUBJECT else row.target_id


def _rewritten(session: WriteSession, statement: Any) -> int:  # Any: SQLAlchemy's Update of any table
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount
