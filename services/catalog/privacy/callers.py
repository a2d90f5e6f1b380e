"""What is kept of callers: keys, delegations, and the answers that they got under idempotency keys."""

import json
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Delete, Update, case, delete, func, or_, select, update

from services.catalog.introduction_tables import DelegationRow
from services.catalog.privacy.subjects import DataSubject
from services.catalog.tables import ApiKeyEventRow, ApiKeyRow, IdempotencyRow
from shared.contracts.api_keys import ApiKeyAction
from shared.kit.database import WriteSession
from shared.kit.erasure import ERASED

_AT_A_TIME = 50
"""Conditions in one statement that each look for a text."""


def end_delegations(session: WriteSession, subject: DataSubject, now: datetime) -> dict[str, int]:
    """Those of the profiles, and all that the organisation gave or got: revoked, and nobody named."""
    ended = 0
    for start in range(0, len(subject.profile_ids), _AT_A_TIME):
        some = subject.profile_ids[start : start + _AT_A_TIME]
        ended += _end(session, DelegationRow.profile_id.in_(some), now, delegate_principal_id=True)
    organization = subject.organization_id
    if organization is None:
        return {"delegations": ended}
    people = sorted(subject.people)
    got = or_(DelegationRow.delegate_organization_id == organization, DelegationRow.delegate_principal_id.in_(people))
    ended += _end(session, got, now, delegate_organization_id=True, delegate_principal_id=True)
    given = DelegationRow.organization_id == organization
    ended += _end(session, given, now, organization_id=True, delegate_principal_id=True)
    return {"delegations": ended}


def revoke_keys(session: WriteSession, subject: DataSubject, now: datetime) -> dict[str, int]:
    """The organisation's keys work no more and name nobody; so it stands in the feed of keys, too."""
    if subject.organization_id is None:
        return {}
    own = ApiKeyRow.organization_id == subject.organization_id
    _erase_trail(session, own, sorted(subject.people), now)
    revoked = _done(
        session,
        update(ApiKeyRow)
        .where(own)
        .values(
            name=ERASED,
            created_by=ERASED,
            revoked_by=ERASED,
            revoked_at=func.coalesce(ApiKeyRow.revoked_at, now),
            organization_id=None,
            language=None,
            feed_seq=None,
        ),
    )
    people = sorted(subject.people)
    for column in (ApiKeyRow.created_by, ApiKeyRow.revoked_by):
        _done(session, update(ApiKeyRow).where(column.in_(people)).values({column: ERASED}))
    return {"api_keys": revoked}


def _erase_trail(session: WriteSession, own: ColumnElement[bool], people: list[str], now: datetime) -> None:
    """Have the trail of keys name nobody, and tell that those still in use are revoked with this."""
    keys = select(ApiKeyRow.key_id).where(own)
    by = or_(ApiKeyEventRow.key_id.in_(keys), ApiKeyEventRow.by.in_(people))
    _done(session, update(ApiKeyEventRow).where(by).values(by=ERASED))
    in_use = session.scalars(keys.where(ApiKeyRow.revoked_at.is_(None)).order_by(ApiKeyRow.id))
    session.add_all(
        ApiKeyEventRow(key_id=key_id, action=ApiKeyAction.REVOKED, by=ERASED, at=now) for key_id in in_use.all()
    )
    session.flush()


def forget_answers(session: WriteSession, subject: DataSubject, _now: datetime) -> dict[str, int]:
    """Answers under idempotency keys that mention a profile or the organisation, and those that its people got.

    A request that is sent again afterwards is done anew, and finds that the profile is gone.
    """
    mentioned: list[ColumnElement[bool]] = [IdempotencyRow.answer.contains(one) for one in subject.profile_ids]
    if subject.organization_id is not None:
        named = json.dumps(subject.organization_id, ensure_ascii=False)
        mentioned += [
            IdempotencyRow.answer.contains(f'"{field}":{named}', autoescape=True)
            for field in ("organization_id", "delegate_organization_id")
        ]
        mentioned.append(IdempotencyRow.caller.in_(sorted(subject.people)))
    forgotten = 0
    for start in range(0, len(mentioned), _AT_A_TIME):
        forgotten += _done(session, delete(IdempotencyRow).where(or_(*mentioned[start : start + _AT_A_TIME])))
    return {"idempotency_keys": forgotten}


def _end(session: WriteSession, which: ColumnElement[bool], now: datetime, **names: bool) -> int:
    """Revoke delegations; `names` are the columns that named somebody, beside whoever gave and revoked them."""
    revoked_at = func.coalesce(DelegationRow.revoked_at, now)
    values: dict[str, Any] = {"revoked_at": revoked_at, "revoked_by": ERASED, "created_by": ERASED}  # Any: expressions
    for column in names:
        held = getattr(DelegationRow, column)
        values[column] = case((held.is_not(None), ERASED))
    return _done(session, update(DelegationRow).where(which).values(values))


def _done(session: WriteSession, statement: Update | Delete) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount
