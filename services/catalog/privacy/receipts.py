"""Receipts: what was forgotten here, who else has confirmed, and whether that is everybody."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from services.catalog.privacy.erasing import organization_mark
from services.catalog.privacy.errors import ErasureNotFound
from services.catalog.privacy_tables import ErasedProfileRow, ErasureConfirmationRow, ErasureRow, FeedReaderRow
from services.catalog.tables import Base
from shared.contracts.erasures import (
    ErasureConfirmation,
    ErasureReason,
    ErasureReceipt,
    ErasureScope,
    FeedReader,
    ReaderErasure,
)
from shared.kit.database import ReadSession, WriteSession
from shared.kit.identity import Permission, Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Whose confirmation makes an erasure complete."""

    matchers: int
    """So many databases at least."""
    absent_after: timedelta
    """A reader that is not heard of for so long is waited for no more."""


def read(
    session: ReadSession, erasure_id: str, principal: Principal, awaited: Awaited, *, now: datetime
) -> ErasureReceipt:
    """One receipt; raises ErasureNotFound also where it is another organisation's."""
    row = session.get(ErasureRow, erasure_id)
    if row is None or not _may_read(principal, row):
        raise ErasureNotFound
    return receipt_of(session, row, awaited, now=now)


def page(
    session: ReadSession, principal: Principal, awaited: Awaited, *, after_id: str, limit: int, now: datetime
) -> list[ErasureReceipt]:
    """The next receipts by id that somebody may read."""
    query = select(ErasureRow).where(ErasureRow.id > after_id).order_by(ErasureRow.id)
    found: list[ErasureReceipt] = []
    for row in session.scalars(query):
        if len(found) == limit:
            break
        if _may_read(principal, row):
            found.append(receipt_of(session, row, awaited, now=now))
    return found


def receipt_of(session: ReadSession, row: ErasureRow, awaited: Awaited, *, now: datetime) -> ErasureReceipt:
    """As it stands now."""
    of_this = select(ErasedProfileRow.profile_id).where(ErasedProfileRow.erasure_id == row.id)
    profile_ids = tuple(session.scalars(of_this.order_by(ErasedProfileRow.profile_id)))
    readers = _readers(session, row, len(profile_ids), awaited, now=now)
    confirmed = [one.confirmed_at for one in readers if one.confirmed_at is not None]
    matchers = {one.matcher_id for one in readers if one.confirmed_at is not None}
    is_heard = len(matchers) >= awaited.matchers and all(one.confirmed_at or one.is_absent for one in readers)
    is_complete = row.cleaned_at is not None and (is_heard or not profile_ids)
    receipt = ErasureReceipt(
        id=row.id,
        scope=ErasureScope(row.scope),
        reason=ErasureReason(row.reason),
        by_owner=row.by_owner,
        profile_ids=profile_ids,
        erased_at=row.erased_at,
        removed=json.loads(row.removed),
        cleaned_at=row.cleaned_at,
        expected_matchers=awaited.matchers,
        readers=readers,
        is_complete=is_complete,
        completed_at=max([row.cleaned_at, *confirmed]) if is_complete and row.cleaned_at else None,
        sha256="",
    )
    return receipt.model_copy(update={"sha256": digest(receipt)})


def digest(receipt: ErasureReceipt) -> str:
    """SHA-256 of a receipt without its digest."""
    fields = receipt.model_dump(mode="json", exclude={"sha256"})
    return sha256(json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def confirm(session: WriteSession, erasure_id: str, said: ErasureConfirmation, *, now: datetime) -> None:
    """Write down what a reader has forgotten; again changes nothing. Raises ErasureNotFound."""
    _note_reader(session, said.reader_id, said.matcher_id, has_left=False, now=now)
    if session.get(ErasureRow, erasure_id) is None:
        raise ErasureNotFound
    of_this = select(ErasedProfileRow.profile_id).where(ErasedProfileRow.erasure_id == erasure_id)
    named = set(session.scalars(of_this.where(ErasedProfileRow.profile_id.in_(said.profile_ids))))
    fresh = {"matcher_id": said.matcher_id, "profile_ids": "", "profiles": 0, "removed": "{}", "at": now}
    key = {"erasure_id": erasure_id, "reader_id": said.reader_id}
    row = _locked(session, ErasureConfirmationRow, key, fresh)
    known = set(row.profile_ids.split())
    if not named - known:
        return
    row.matcher_id = said.matcher_id
    row.profile_ids = " ".join(sorted(known | named))
    row.profiles = len(known | named)
    row.removed = json.dumps(Counter(json.loads(row.removed)) + Counter(said.removed))
    row.at = now
    session.flush()


def note_reader(session: WriteSession, reader_id: str, said: FeedReader, *, now: datetime) -> None:
    """A reader is there, or leaves for good."""
    _note_reader(session, reader_id, said.matcher_id, has_left=said.is_leaving, now=now)


def _note_reader(session: WriteSession, reader_id: str, matcher_id: str, *, has_left: bool, now: datetime) -> None:
    values = {"matcher_id": matcher_id, "seen_at": now, "has_left": has_left}
    row = _locked(session, FeedReaderRow, {"reader_id": reader_id}, values | {"known_since": now})
    row.matcher_id, row.seen_at, row.has_left = matcher_id, now, has_left
    session.flush()


def _locked(session: WriteSession, table: type[Base], key: dict[str, Any], fresh: dict[str, Any]) -> Any:
    """The row of a key, made where there was none, and locked."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(table) if is_postgresql else sqlite.insert(table)
    session.execute(insert.values(key | fresh).on_conflict_do_nothing())
    return session.get_one(table, key, with_for_update=True, populate_existing=True)


def _readers(
    session: ReadSession, row: ErasureRow, profiles: int, awaited: Awaited, *, now: datetime
) -> tuple[ReaderErasure, ...]:
    """Those that were there when it was erased, and whoever else has confirmed."""
    said = {
        one.reader_id: one
        for one in session.scalars(select(ErasureConfirmationRow).where(ErasureConfirmationRow.erasure_id == row.id))
    }
    there = (FeedReaderRow.known_since <= row.erased_at, FeedReaderRow.has_left.is_(False))
    known: Sequence[FeedReaderRow] = session.scalars(select(FeedReaderRow).where(*there)).all()
    seen = {one.reader_id: one for one in known}
    return tuple(
        _reader(reader_id, said.get(reader_id), seen.get(reader_id), profiles, awaited, now=now)
        for reader_id in sorted(said.keys() | seen.keys())
        if reader_id in seen or said[reader_id].profiles == profiles
    )


def _reader(
    reader_id: str,
    said: ErasureConfirmationRow | None,
    seen: FeedReaderRow | None,
    profiles: int,
    awaited: Awaited,
    *,
    now: datetime,
) -> ReaderErasure:
    has_confirmed = said is not None and said.profiles == profiles
    known = seen or said
    assert known is not None
    is_awaited = seen is not None and not has_confirmed
    return ReaderErasure(
        reader_id=reader_id,
        matcher_id=known.matcher_id,
        confirmed_at=said.at if said is not None and has_confirmed else None,
        seen_at=seen.seen_at if seen is not None and is_awaited else None,
        is_absent=seen is not None and is_awaited and seen.seen_at < now - awaited.absent_after,
        removed=json.loads(said.removed) if said is not None else {},
    )


def _may_read(principal: Principal, row: ErasureRow) -> bool:
    if principal.is_local or principal.is_staff or principal.may(Permission.AUDIT_READ):
        return True
    own = principal.organization_id
    return own is not None and row.organization_mark == organization_mark(row.id, own)
