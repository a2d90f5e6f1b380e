"""Whose data it is about: an organisation or some profiles, and who may ask for that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from services.catalog.changes.erased import erasures_of
from services.catalog.introduction_tables import IntroductionEventRow
from services.catalog.privacy.errors import AlreadyErased, NotYours, PersonalDataUnnamed, UnknownProfiles
from services.catalog.profiles.ownership import is_visible
from services.catalog.tables import ApiKeyRow, ProfileRow
from shared.contracts.identity import Role
from shared.contracts.vocabularies import ProfileStatus, Visibility
from shared.kit.database import ReadSession
from shared.kit.identity import Principal
from shared.kit.identity.principal import LOCAL

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSubject:
    """Profiles, and with an organisation its people too."""

    profile_ids: tuple[str, ...]
    """Ascending, none of them erased yet."""
    organization_id: str | None = None
    people: frozenset[str] = frozenset()
    """Ids of the organisation's callers: its keys, and those who acted for it."""


def may_decide_for(principal: Principal, owner: str | None) -> bool:
    """Whether somebody has an organisation's data exported or erased: itself, and administrators."""
    return principal.is_local or Role.ADMIN in principal.roles or principal.owns(owner)


def organization_of(principal: Principal, named: str | None) -> str:
    """The named organisation, or the caller's own; raises PersonalDataUnnamed and NotYours."""
    organization = named or principal.organization_id
    if organization is None:
        raise PersonalDataUnnamed
    if not may_decide_for(principal, organization):
        raise NotYours
    return organization


def of_organization(session: ReadSession, organization: str) -> DataSubject:
    """Everything that an organisation owns, and its people."""
    is_own = (ProfileRow.owner == organization, ProfileRow.status != ProfileStatus.ERASED.value)
    ids = session.scalars(select(ProfileRow.id).where(*is_own).order_by(ProfileRow.id)).all()
    keys = session.scalars(select(ApiKeyRow.key_id).where(ApiKeyRow.organization_id == organization))
    acted = select(IntroductionEventRow.by).where(IntroductionEventRow.organization_id == organization).distinct()
    people = {f"key:{key_id}" for key_id in keys} | {by for by in session.scalars(acted) if by is not None}
    return DataSubject(profile_ids=tuple(ids), organization_id=organization, people=frozenset(people - {LOCAL.id}))


def of_profile(session: ReadSession, principal: Principal, profile_id: str) -> DataSubject:
    """One profile; raises UnknownProfiles, NotYours and AlreadyErased."""
    check_profiles(session, principal, (profile_id,), field="query.profile_id")
    return DataSubject(profile_ids=(profile_id,))


def check_profiles(session: ReadSession, principal: Principal, named: tuple[str, ...], *, field: str = "") -> None:
    """Raise UnknownProfiles, NotYours or AlreadyErased unless the caller decides for all of the profiles."""
    columns = (ProfileRow.id, ProfileRow.owner, ProfileRow.visibility, ProfileRow.status)
    found = {
        row.id: row
        for some in in_batches(sorted(set(named)))
        for row in session.execute(select(*columns).where(ProfileRow.id.in_(some)))
        if principal.is_local or is_visible(principal, Visibility(row.visibility), row.owner)
    }
    unknown = [field or f"profile_ids.{place}" for place, one in enumerate(named) if one not in found]
    if unknown:
        raise UnknownProfiles(unknown)
    for one in named:
        if found[one].status == ProfileStatus.ERASED.value:
            raise AlreadyErased(one, erasures_of(session, [one]).get(one))
        if not may_decide_for(principal, found[one].owner):
            raise NotYours


def in_batches(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """So many as one statement takes."""
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
