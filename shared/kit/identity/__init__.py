"""Who calls, and what that caller may do: principals, permissions of roles, policies of routes, authentication."""

from shared.contracts.identity import Permission, Role
from shared.kit.identity.dependencies import CurrentPrincipal
from shared.kit.identity.policy import OPEN, requires
from shared.kit.identity.principal import Principal

__all__ = ["OPEN", "CurrentPrincipal", "Permission", "Principal", "Role", "requires"]
