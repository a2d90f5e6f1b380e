"""The HTTP face of delegations: `/v1/delegations`."""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Body, Path, Query
from fastapi.openapi.models import Example
from pydantic import Field

from services.catalog.delegations import service
from services.catalog.deps import Db, Now
from services.catalog.idempotency import DoneOnce
from services.catalog.profiles.examples import example_response
from shared.contracts.base import WireModel
from shared.contracts.delegations import Delegation, DelegationPage, DelegationRequest
from shared.kit.http import problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires
from shared.kit.paging import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/delegations", tags=["introductions"])

DelegationId = Annotated[str, Path(description="`dlg_` and 32 hexadecimal digits.", pattern="^[^:/]+$", max_length=200)]
_EXAMPLE: dict[str, Any] = {
    "id": "dlg_2c7e9a4b1d3f40e58a6c0b9d8e7f1a23",
    "organization_id": "example-coatings",
    "profile_id": None,
    "delegate_organization_id": "example-incubator",
    "delegate_principal_id": None,
    "valid_until": "2027-12-31T16:00:00Z",
    "created_by": "key:k_7f3a",
    "created_at": "2026-11-24T09:30:00Z",
    "revoked_by": None,
    "revoked_at": None,
}
_BODIES: dict[str, Example] = {
    "staff": {
        "summary": "The incubator's service staff may speak for us",
        "value": {"delegate_organization_id": "example-incubator", "valid_until": "2027-12-31T16:00:00Z"},
    }
}


class DelegationQuery(WireModel):
    """A page of the list."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None
    """`next_cursor` of the page before."""


@router.post(
    "",
    dependencies=[requires(Permission.INTRODUCTIONS_WRITE)],
    status_code=201,
    responses=example_response(201, _EXAMPLE) | problem_responses(403, 503),
)
def give_delegation(
    wanted: Annotated[DelegationRequest, Body(openapi_examples=_BODIES)],
    db: Db,
    now: Now,
    principal: CurrentPrincipal,
    once: DoneOnce,
) -> Delegation:
    """Let somebody speak for your organisation's profiles in introductions, until you revoke it."""
    with db.write() as session:
        return once.answer(
            session,
            wanted,
            Delegation,
            lambda: service.give(session, principal, wanted, delegation_id=f"dlg_{uuid4().hex}", now=now),
        )


@router.get(
    "",
    dependencies=[requires(Permission.INTRODUCTIONS_READ)],
    responses=example_response(200, {"items": [_EXAMPLE], "next_cursor": None}) | problem_responses(400, 503),
)
def list_delegations(query: Annotated[DelegationQuery, Query()], db: Db, principal: CurrentPrincipal) -> DelegationPage:
    """Delegations that your organisation gave or got, revoked ones too."""
    after_id = "" if query.cursor is None else str(decode_cursor(query.cursor, str)[0])
    with db.read() as session:
        found = service.search(session, principal, after_id=after_id, limit=query.limit + 1)
    items = tuple(found[: query.limit])
    next_cursor = encode_cursor(items[-1].id) if len(found) > query.limit else None
    return DelegationPage(items=items, next_cursor=next_cursor)


@router.post(
    "/{delegation_id}:revoke",
    dependencies=[requires(Permission.INTRODUCTIONS_WRITE)],
    responses=example_response(200, _EXAMPLE) | problem_responses(403, 404, 503),
)
def revoke_delegation(delegation_id: DelegationId, db: Db, now: Now, principal: CurrentPrincipal) -> Delegation:
    """End a delegation at once."""
    with db.write() as session:
        return service.revoke(session, principal, delegation_id, now=now)
