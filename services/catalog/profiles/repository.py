"""The SQL of profiles: locking, inserting, revising and listing their rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, insert, or_, select, true, update

from services.catalog.profiles.rules import PreparedProfile, search_text, stages
from services.catalog.tables import ProfileContactRow, ProfileRow, ProfileTermRow
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import CompanyStage, Language, ProfileStatus, Visibility
from shared.kit.columns import table_of
from shared.kit.database import ReadSession, WriteSession, insert_into
from shared.kit.identity import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a write must know of the stored revision; its row stays locked until the commit."""

    revision: int
    status: ProfileStatus
    visibility: Visibility
    owner: str | None
    content_hash: str
    contact_document: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSearch:
    """What a list is narrowed by; None leaves it open."""

    kind: Kind | None = None
    sector: str | None = None
    country: str | None = None
    province: str | None = None
    city: str | None = None
    stage: CompanyStage | None = None
    language: Language | None = None
    status: ProfileStatus = ProfileStatus.ACTIVE
    source: str | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRow:
    """A row with the knowledge whether there is a contact."""

    row: ProfileRow
    has_contact: bool


# Rows of plain tables: nothing is held in the session, and a write spends half the time on its statements.
_PROFILES, _TERMS = table_of(ProfileRow), table_of(ProfileTermRow)
_REVISE = update(_PROFILES).where(_PROFILES.c.id == bindparam("row_id"))
_has_contact = select(ProfileContactRow.profile_id).where(ProfileContactRow.profile_id == ProfileRow.id).exists()


def lock(session: WriteSession, ids: Iterable[str]) -> dict[str, Head]:
    """The stored heads by id, locked in the order of their ids so that two writers never wait for each other."""
    statement = (
        select(
            ProfileRow.id,
            ProfileRow.revision,
            ProfileRow.status,
            ProfileRow.visibility,
            ProfileRow.owner,
            ProfileRow.content_hash,
            ProfileContactRow.document.label("contact_document"),
            ProfileRow.created_at,
            ProfileRow.updated_at,
        )
        .outerjoin(ProfileContactRow, ProfileContactRow.profile_id == ProfileRow.id)
        .where(ProfileRow.id.in_(sorted(ids)))
        .order_by(ProfileRow.id)
        .with_for_update(of=ProfileRow)
    )
    return {
        row.id: Head(
            revision=row.revision,
            status=ProfileStatus(row.status),
            visibility=Visibility(row.visibility),
            owner=row.owner,
            content_hash=row.content_hash,
            contact_document=row.contact_document,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in session.execute(statement)
    }


def insert_new(session: WriteSession, prepared: Sequence[PreparedProfile], *, now: datetime) -> set[str]:
    """Insert first revisions; returns the ids that were really new: another writer may have come first."""
    rows = [
        {"id": profile.id, "created_at": now, **_columns(profile, revision=1, now=now)}
        for profile in sorted(prepared, key=lambda profile: profile.id)
    ]
    if not rows:
        return set()
    statement = insert_into(session, ProfileRow).on_conflict_do_nothing().returning(ProfileRow.id)
    return set(session.scalars(statement, rows))


def revise(session: WriteSession, revisions: Sequence[tuple[PreparedProfile, int]], *, now: datetime) -> None:
    """Replace stored revisions by new ones; brings withdrawn profiles back."""
    if revisions:
        rows = [
            {**_columns(profile, revision=revision, now=now), "row_id": profile.id} for profile, revision in revisions
        ]
        session.execute(_REVISE, rows)


def replace_terms(session: WriteSession, prepared: Sequence[PreparedProfile], *, are_new: bool) -> None:
    """Keep the words that lists filter by equal to the profiles."""
    if not are_new and prepared:
        ids = [profile.id for profile in prepared]
        session.execute(delete(_TERMS).where(_TERMS.c.profile_id.in_(ids)))
    rows = [
        {"profile_id": profile.id, "attribute": attribute, "term": term}
        for profile in prepared
        for attribute, term in _terms(profile)
    ]
    if rows:
        session.execute(insert(_TERMS), rows)


def replace_contacts(session: WriteSession, prepared: Iterable[PreparedProfile], *, now: datetime) -> None:
    """Store, change or remove the contacts of profiles that mention theirs."""
    mentioned = [profile for profile in prepared if not profile.keeps_contact]
    if not mentioned:
        return
    ids = [profile.id for profile in mentioned]
    session.execute(delete(ProfileContactRow).where(ProfileContactRow.profile_id.in_(ids)))
    rows = [
        {"profile_id": profile.id, "document": profile.contact_document, "updated_at": now}
        for profile in mentioned
        if profile.contact_document is not None
    ]
    if rows:
        session.execute(insert(ProfileContactRow), rows)


def withdraw(session: WriteSession, profile_id: str, *, revision: int, now: datetime) -> str:
    """Mark as withdrawn; returns the document as it stays on record."""
    statement = (
        update(ProfileRow)
        .where(ProfileRow.id == profile_id)
        .values(status=ProfileStatus.WITHDRAWN.value, revision=revision, updated_at=now)
        .returning(ProfileRow.document)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).scalar_one()


def find(session: ReadSession, profile_id: str) -> StoredRow | None:
    """One profile of any status."""
    found = session.execute(select(ProfileRow, _has_contact).where(ProfileRow.id == profile_id)).one_or_none()
    return None if found is None else StoredRow(row=found[0], has_contact=found[1])


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Rows that the caller may know of; what a list leaves out it must not count either, so this is in its SQL."""
    if principal.is_staff:
        return true()
    closed = [Visibility.HIDDEN.value] if principal.is_member else [Visibility.HIDDEN.value, Visibility.MEMBERS.value]
    is_open = ProfileRow.visibility.not_in(closed)
    if principal.organization_id is None:
        return is_open
    return or_(is_open, ProfileRow.owner == principal.organization_id)


def search(
    session: ReadSession, wanted: ProfileSearch, principal: Principal, *, after_id: str, limit: int
) -> list[StoredRow]:
    """The next profiles that the caller may know of, by id."""
    statement = (
        select(ProfileRow, _has_contact)
        .where(ProfileRow.id > after_id, visible_to(principal), *_conditions(wanted))
        .order_by(ProfileRow.id)
        .limit(limit)
    )
    return [StoredRow(row=row, has_contact=has_contact) for row, has_contact in session.execute(statement)]


def _conditions(wanted: ProfileSearch) -> list[ColumnElement[bool]]:
    exact = {
        ProfileRow.status: wanted.status,
        ProfileRow.kind: wanted.kind,
        ProfileRow.language: wanted.language,
        ProfileRow.source: wanted.source,
        ProfileRow.country: _lower(wanted.country),
        ProfileRow.province: _lower(wanted.province),
        ProfileRow.city: _lower(wanted.city),
    }
    conditions = [column == str(value) for column, value in exact.items() if value is not None]
    terms = {"sector": _lower(wanted.sector), "stage": wanted.stage}
    conditions += [_carries(attribute, str(term)) for attribute, term in terms.items() if term is not None]
    conditions += [ProfileRow.search_text.contains(word.lower(), autoescape=True) for word in wanted.words]
    return conditions


def _carries(attribute: str, term: str) -> ColumnElement[bool]:
    terms = select(ProfileTermRow.profile_id).where(
        ProfileTermRow.attribute == attribute,
        ProfileTermRow.term == term,
    )
    return ProfileRow.id.in_(terms)


def _terms(prepared: PreparedProfile) -> list[tuple[str, str]]:
    sectors = {("sector", sector.lower()) for sector in prepared.profile.sectors}
    return sorted(sectors | {("stage", stage.value) for stage in stages(prepared.profile)})


def _columns(prepared: PreparedProfile, *, revision: int, now: datetime) -> dict[str, Any]:
    profile = prepared.profile
    return {
        "source": profile.source,
        "external_id": profile.external_id,
        "kind": profile.kind.value,
        "status": ProfileStatus.ACTIVE.value,
        "visibility": profile.visibility.value,
        "owner": profile.owner,
        "language": profile.language.value if profile.language else None,
        "country": _lower(profile.region.country),
        "province": _lower(profile.region.province),
        "city": _lower(profile.region.city),
        "search_text": search_text(profile),
        "document": prepared.document,
        "content_hash": prepared.content_hash,
        "revision": revision,
        "updated_at": now,
    }


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
