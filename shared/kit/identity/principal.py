"""The caller of a request, whatever it proved itself with."""

from dataclasses import dataclass

from shared.contracts.identity import Permission, Role
from shared.contracts.vocabularies import Language
from shared.kit.identity.roles import PERMISSIONS

_STAFF = frozenset({Role.PLATFORM, Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who calls; equal for equal callers, and safe to keep in a log: it holds no secret."""

    id: str
    """`key:...`, `oidc:...` or `local`."""
    roles: frozenset[Role]
    organization_id: str | None = None
    """The organisation it speaks for; None for staff, services and keys of no organisation."""
    scopes: frozenset[Permission] | None = None
    """Narrows what the roles allow; None leaves them as they are."""
    is_local: bool = False
    """The single user of a service that runs without authentication."""
    language: Language | None = None

    def may(self, permission: Permission) -> bool:
        """Whether a role allows it and no scope forbids it."""
        is_in_scope = self.scopes is None or permission in self.scopes
        return is_in_scope and any(permission in PERMISSIONS[role] for role in self.roles)

    @property
    def is_staff(self) -> bool:
        """Whether every profile is open to it: platform and admin. The local user reads as the public does."""
        return not self.is_local and not self.roles.isdisjoint(_STAFF)

    @property
    def is_member(self) -> bool:
        """Whether it sees profiles that are shown to members only: those of an organisation, and the operators."""
        return self.organization_id is not None or not self.roles.isdisjoint(
            _STAFF | {Role.AUDITOR, Role.RANKING_OPERATOR}
        )

    def owns(self, owner: str | None) -> bool:
        """Whether its organisation is the owner; what nobody owns is nobody's."""
        return owner is not None and owner == self.organization_id

    def sees_private(self, owner: str | None) -> bool:
        """Whether it sees what the profile's visibility hides from others."""
        return self.is_staff or self.owns(owner)

    def acts_for(self, owner: str | None) -> bool:
        """Whether it may speak for and change what the owner owns."""
        return self.is_local or self.is_staff or self.owns(owner)


LOCAL = Principal(id="local", roles=frozenset(Role), is_local=True)
"""Everybody, where a service runs for a single user on one machine."""
