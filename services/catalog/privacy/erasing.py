"""An erasure: one transaction that leaves nothing of a profile or an organisation but ids, and writes the receipt."""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert

from services.catalog.introductions.rules import IntroductionLimits
from services.catalog.privacy import introductions, profiles
from services.catalog.privacy.erasers import erase_everything
from services.catalog.privacy.subjects import DataSubject, check_profiles, of_organization, organization_of
from services.catalog.privacy_tables import ErasedProfileRow, ErasureRow
from shared.contracts.erasures import ErasureRequest, ErasureScope
from shared.contracts.vocabularies import ProfileStatus
from shared.kit.database import ReadSession, WriteSession
from shared.kit.identity import Principal, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """What an erasure needs beside the request."""

    erasure_id: str
    limits: IntroductionLimits
    now: datetime


def erase(session: WriteSession, principal: Principal, wanted: ErasureRequest, erasing: Erasing) -> ErasureRow:
    """Forget in the caller's transaction; its receipt's row.

    Locks in the order that all writers keep: introductions, then profiles by id. Raises UnknownProfiles, NotYours,
    AlreadyErased and PersonalDataUnnamed.
    """
    subject = _subject(session, principal, wanted)
    concerned = introductions.lock_concerned(session, subject.profile_ids)
    locked = profiles.lock_ids(session, subject.profile_ids)
    if any(status is ProfileStatus.ERASED for _, status in locked.values()):  # by another, while this waited
        subject = _subject(session, principal, wanted)
    began_since = introductions.lock_concerned(session, subject.profile_ids)
    concerned = sorted({row.id: row for row in (*concerned, *began_since)}.values(), key=lambda row: row.id)
    introductions.end(session, concerned, subject.profile_ids, erasing.limits, now=erasing.now)
    removed = erase_everything(session, subject, now=erasing.now)
    return _write_receipt(session, principal, wanted, subject, removed, erasing)


def organization_mark(erasure_id: str, organization_id: str) -> str:
    """By which an organisation's receipt is known as its own, without naming it."""
    return sha256(f"{erasure_id}\x00{organization_id}".encode()).hexdigest()


def _subject(session: ReadSession, principal: Principal, wanted: ErasureRequest) -> DataSubject:
    if wanted.organization_id is not None:
        return of_organization(session, organization_of(principal, wanted.organization_id))
    check_profiles(session, principal, wanted.profile_ids)
    return DataSubject(profile_ids=tuple(sorted(set(wanted.profile_ids))))


def _write_receipt(
    session: WriteSession,
    principal: Principal,
    wanted: ErasureRequest,
    subject: DataSubject,
    removed: dict[str, int],
    erasing: Erasing,
) -> ErasureRow:
    by_owner = not (principal.is_local or Role.ADMIN in principal.roles)
    own = wanted.organization_id or principal.organization_id
    row = ErasureRow(
        id=erasing.erasure_id,
        scope=(ErasureScope.ORGANIZATION if wanted.organization_id else ErasureScope.PROFILES).value,
        reason=wanted.reason.value,
        by_owner=by_owner,
        organization_mark=None if own is None else organization_mark(erasing.erasure_id, own),
        erased_at=erasing.now,
        removed=json.dumps(removed),
        cleaned_at=None,
    )
    session.add(row)
    session.flush()
    if subject.profile_ids:
        rows = [{"profile_id": one, "erasure_id": row.id} for one in subject.profile_ids]
        session.execute(insert(ErasedProfileRow), rows)
    return row
