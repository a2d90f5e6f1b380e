"""The policy of a route: the permission it asks for, or that it is open; a route without one fails the build."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from shared.contracts.identity import Permission
from shared.kit.errors import Forbidden
from shared.kit.identity.dependencies import CurrentPrincipal


@dataclass(frozen=True, slots=True)
class Requires:
    """Lets a caller through who has the permission."""

    permission: Permission

    async def __call__(self, principal: CurrentPrincipal) -> None:
        """Raise Forbidden for anyone else."""
        if not principal.may(self.permission):
            raise Forbidden(f"This needs the permission {self.permission}, which no role or scope of yours gives.")


@dataclass(frozen=True, slots=True)
class Open:
    """Lets everyone through, without credentials."""

    async def __call__(self) -> None:
        """Nothing to check."""


def requires(permission: Permission) -> Any:  # Any: FastAPI's marker, which it types so itself
    """For `dependencies=[requires(...)]`."""
    return Depends(Requires(permission))


OPEN = Depends(Open())
"""For `dependencies=[OPEN]`: what says nothing about anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePolicy:
    """What one route asks for; None where nobody has decided."""

    path: str
    name: str
    methods: frozenset[str]
    policy: Requires | Open | None


def route_policies(app: FastAPI) -> Iterator[RoutePolicy]:
    """Every route of an application, the documentation's own and mounted applications too."""
    documentation = {app.openapi_url, app.docs_url, app.swagger_ui_oauth2_redirect_url, app.redoc_url}
    for route in iter_route_contexts(app.routes):
        dependant: Dependant | None = getattr(route, "dependant", None)
        is_documentation = dependant is None and route.path in documentation
        yield RoutePolicy(
            path=route.path or "",
            name=route.name or "",
            methods=frozenset(route.methods or ()),
            policy=Open() if is_documentation else _declared(dependant),
        )


def _declared(dependant: Dependant | None) -> Requires | Open | None:
    calls = [] if dependant is None else [inner.call for inner in dependant.dependencies]
    found = [call for call in calls if isinstance(call, Requires | Open)]
    return found[0] if len(found) == 1 else None
