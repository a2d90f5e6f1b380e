"""What a route asks for to know its caller."""

from typing import Annotated

from fastapi import Depends, Request

from shared.kit.errors import Unauthenticated
from shared.kit.identity.principal import Principal


async def current_principal(request: Request) -> Principal:
    """The caller as the authentication in front found it; raises Unauthenticated."""
    principal = getattr(request.state, "principal", None)
    if principal is None:
        raise Unauthenticated
    assert isinstance(principal, Principal)
    return principal


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]
