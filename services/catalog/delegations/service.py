"""Giving, revoking and listing delegations; in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from services.catalog.introduction_tables import DelegationRow
from services.catalog.tables import ProfileRow
from shared.contracts.delegations import Delegation, DelegationRequest
from shared.contracts.identity import Role
from shared.contracts.problems import FieldProblem
from shared.kit.database import ReadSession, WriteSession
from shared.kit.errors import Forbidden, InvalidRequest, NotFound
from shared.kit.identity import Permission, Principal


class DelegationNotFound(NotFound):
    """No delegation has this id, or it does not concern the caller."""

    code = "delegation_not_found"

    def __init__(self) -> None:
        super().__init__("No delegation of yours has this id; list them with GET /v1/delegations.")


class FaultyDelegation(InvalidRequest):
    """A field names nothing that may be delegated."""

    code = "faulty_delegation"

    def __init__(self, field: str, message: str, fix: str) -> None:
        super().__init__(f"{field}: {message}. {fix}", errors=(FieldProblem(field=field, message=message, fix=fix),))


class NotYourOrganisation(Forbidden):
    """Only an organisation itself, or an administrator on its behalf, lets others speak for it."""

    code = "not_your_organisation"

    def __init__(self) -> None:
        super().__init__("organization_id: you cannot delegate for this organisation; one of its own people can.")


def give(
    session: WriteSession, principal: Principal, wanted: DelegationRequest, *, delegation_id: str, now: datetime
) -> Delegation:
    """A new delegation; raises FaultyDelegation and NotYourOrganisation."""
    organization = wanted.organization_id or principal.organization_id
    if organization is None:
        raise FaultyDelegation("organization_id", "is missing", "Name the organisation that is to be spoken for.")
    if not _decides_for(principal, organization):
        raise NotYourOrganisation
    if wanted.valid_until is not None and wanted.valid_until <= now:
        raise FaultyDelegation("valid_until", "has passed", "Name a moment to come, or leave it out.")
    if wanted.profile_id is not None:
        profile = session.get(ProfileRow, wanted.profile_id)
        if profile is None or profile.owner != organization:
            fix = "Use the id that the catalog gave one of its profiles."
            raise FaultyDelegation("profile_id", "names no profile of this organisation", fix)
    row = DelegationRow(
        id=delegation_id,
        organization_id=organization,
        profile_id=wanted.profile_id,
        delegate_organization_id=wanted.delegate_organization_id,
        delegate_principal_id=wanted.delegate_principal_id,
        valid_until=wanted.valid_until,
        created_by=principal.id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return delegation_view(row)


def revoke(session: WriteSession, principal: Principal, delegation_id: str, *, now: datetime) -> Delegation:
    """End it at once; again changes nothing. Raises DelegationNotFound, and NotYourOrganisation for its delegate."""
    query = select(DelegationRow).where(DelegationRow.id == delegation_id).with_for_update()
    row = session.scalars(query).one_or_none()
    if row is None or not _concerns(principal, row):
        raise DelegationNotFound
    if not _decides_for(principal, row.organization_id):
        raise NotYourOrganisation
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = now, principal.id
        session.flush()
    return delegation_view(row)


def search(session: ReadSession, principal: Principal, *, after_id: str, limit: int) -> list[Delegation]:
    """The next delegations, by id, that concern the caller; all of them for administrators and auditors."""
    query = select(DelegationRow).where(DelegationRow.id > after_id)
    if not _reads_all(principal):
        concerns = [DelegationRow.delegate_principal_id == principal.id]
        if principal.organization_id is not None:
            organization = principal.organization_id
            concerns += [
                DelegationRow.organization_id == organization,
                DelegationRow.delegate_organization_id == organization,
            ]
        query = query.where(or_(*concerns))
    rows: Sequence[DelegationRow] = session.scalars(query.order_by(DelegationRow.id).limit(limit)).all()
    return [delegation_view(row) for row in rows]


def _decides_for(principal: Principal, organization: str) -> bool:
    return principal.is_local or principal.owns(organization) or Role.ADMIN in principal.roles


def _reads_all(principal: Principal) -> bool:
    return principal.is_local or principal.is_staff or principal.may(Permission.AUDIT_READ)


def _concerns(principal: Principal, row: DelegationRow) -> bool:
    delegates = (row.delegate_principal_id == principal.id, principal.owns(row.delegate_organization_id))
    return _reads_all(principal) or principal.owns(row.organization_id) or any(delegates)


def delegation_view(row: DelegationRow) -> Delegation:
    return Delegation(
        id=row.id,
        organization_id=row.organization_id,
        profile_id=row.profile_id,
        delegate_organization_id=row.delegate_organization_id,
        delegate_principal_id=row.delegate_principal_id,
        valid_until=row.valid_until,
        created_by=row.created_by,
        created_at=row.created_at,
        revoked_by=row.revoked_by,
        revoked_at=row.revoked_at,
    )
