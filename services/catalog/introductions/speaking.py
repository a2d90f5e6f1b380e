"""Who speaks for a side of an introduction: its organisation, its delegates, and the platform for what nobody owns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from services.catalog.introduction_tables import DelegationRow
from services.catalog.tables import ProfileRow
from shared.contracts.introductions import Actor
from shared.kit.database import ReadSession
from shared.kit.identity import Permission, Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, and the name of the request in logs and the audit trail."""

    principal: Principal
    request_id: str | None = None

    @property
    def is_operator(self) -> bool:
        """Whether it reviews requests and brings people together: the platform's staff."""
        return self.principal.is_local or self.principal.is_staff

    @property
    def reads_all(self) -> bool:
        """Whether it may read introductions that it is on no side of."""
        return self.is_operator or self.principal.may(Permission.AUDIT_READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What a caller may act as in one introduction."""

    actors: frozenset[Actor]
    delegations: Mapping[Actor, str] = field(default_factory=dict)
    """The delegation by which it speaks for a side that is not its own."""


def voice_of(
    session: ReadSession, caller: Caller, owners: Mapping[Actor, tuple[str, str | None]], *, now: datetime
) -> Voice:
    """What the caller may act as; `owners` gives each side's profile and its owning organisation.

    Delegations are read in the caller's transaction, so that one revoked before it counts no more.
    """
    delegated = _delegations(session, caller.principal, now=now)
    actors = {Actor.OPERATOR} if caller.is_operator else set()
    by: dict[Actor, str] = {}
    for side, (profile_id, owner) in owners.items():
        if _speaks_by_itself(caller.principal, owner):
            actors.add(side)
            continue
        delegation = next((one.id for one in delegated if _covers(one, profile_id, owner)), None)
        if delegation is not None:
            actors.add(side)
            by[side] = delegation
    return Voice(actors=frozenset(actors), delegations=by)


def spoken_for(
    principal: Principal, *, now: datetime
) -> Select[Any]:  # Any: SQLAlchemy's types of a row differ with its version
    """The ids of all profiles that somebody speaks for, as a subquery."""
    if principal.is_local:
        return select(ProfileRow.id)
    own: ColumnElement[bool] = false()
    if principal.organization_id is not None:
        own = ProfileRow.owner == principal.organization_id
    if principal.is_staff:
        own = or_(own, ProfileRow.owner.is_(None))
    delegated = (
        select(DelegationRow.id)
        .where(
            DelegationRow.organization_id == ProfileRow.owner,
            or_(DelegationRow.profile_id.is_(None), DelegationRow.profile_id == ProfileRow.id),
            is_delegate(principal, now=now),
        )
        .exists()
    )
    return select(ProfileRow.id).where(or_(own, delegated))


def is_delegate(principal: Principal, *, now: datetime) -> ColumnElement[bool]:
    """Delegations that name the caller and are in force."""
    named = DelegationRow.delegate_principal_id == principal.id
    if principal.organization_id is not None:
        named = or_(named, DelegationRow.delegate_organization_id == principal.organization_id)
    in_time = or_(DelegationRow.valid_until.is_(None), DelegationRow.valid_until > now)
    return and_(named, DelegationRow.revoked_at.is_(None), in_time)


def _speaks_by_itself(principal: Principal, owner: str | None) -> bool:
    return principal.is_local or principal.owns(owner) or (owner is None and principal.is_staff)


def _delegations(session: ReadSession, principal: Principal, *, now: datetime) -> Iterable[DelegationRow]:
    if principal.is_local:
        return ()
    query = select(DelegationRow).where(is_delegate(principal, now=now)).order_by(DelegationRow.id)
    return session.scalars(query).all()


def _covers(delegation: DelegationRow, profile_id: str, owner: str | None) -> bool:
    return delegation.organization_id == owner and delegation.profile_id in (None, profile_id)
