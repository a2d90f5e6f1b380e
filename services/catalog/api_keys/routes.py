"""The HTTP face of API keys: `/v1/api-keys`."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request

from services.catalog.api_keys import repository, service
from services.catalog.api_keys.errors import NoPepper
from services.catalog.api_keys.examples import DRAFTS, EVENTS, ISSUED, KEY
from services.catalog.deps import Db, Now, Settings
from services.catalog.profiles.examples import example_response
from shared.contracts.api_keys import ApiKey, ApiKeyDraft, ApiKeyEvents, ApiKeyPage, ApiKeyRotation, IssuedApiKey
from shared.kit.http import problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires
from shared.kit.identity.api_keys import Pepper
from shared.kit.identity.bearer import pepper_of
from shared.kit.paging import MAX_CURSOR_LENGTH, decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/api-keys", tags=["api keys"])

KeyId = Annotated[str, Path(description="`key_id` of a key", max_length=40)]


async def _pepper(settings: Settings) -> Pepper:
    pepper = pepper_of(settings)
    if pepper is None:
        raise NoPepper
    return pepper


SetPepper = Annotated[Pepper, Depends(_pepper)]


@router.post(
    "",
    status_code=201,
    dependencies=[requires(Permission.KEYS_WRITE)],
    responses=example_response(201, ISSUED) | problem_responses(409, 503),
)
def create_api_key(
    draft: Annotated[ApiKeyDraft, Body(openapi_examples=DRAFTS)],
    db: Db,
    now: Now,
    principal: CurrentPrincipal,
    pepper: SetPepper,
) -> IssuedApiKey:
    """A new key. Its secret is in this answer and nowhere else."""
    with db.write() as session:
        return service.create(session, draft, pepper, by=principal.id, now=now)


@router.get(
    "",
    dependencies=[requires(Permission.KEYS_READ)],
    responses=example_response(200, {"items": [KEY], "next_cursor": None}) | problem_responses(400, 503),
)
def list_api_keys(
    db: Db,
    cursor: Annotated[str | None, Query(max_length=MAX_CURSOR_LENGTH)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ApiKeyPage:
    """Every key in the order in which they were made, revoked and expired ones too."""
    after_id = 0 if cursor is None else int(decode_cursor(cursor, int)[0])
    with db.read() as session:
        rows = repository.page(session, after_id=after_id, limit=limit + 1)
        items = tuple(service.told(row) for row in rows[:limit])
    return ApiKeyPage(items=items, next_cursor=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None)


@router.get(
    "/{key_id}",
    dependencies=[requires(Permission.KEYS_READ)],
    responses=example_response(200, KEY) | problem_responses(404, 503),
)
def read_api_key(key_id: KeyId, db: Db) -> ApiKey:
    """One key, without its secret."""
    with db.read() as session:
        return service.read(session, key_id)


@router.get(
    "/{key_id}/events",
    dependencies=[requires(Permission.KEYS_READ)],
    responses=example_response(200, EVENTS) | problem_responses(404, 503),
)
def list_api_key_events(key_id: KeyId, db: Db) -> ApiKeyEvents:
    """Who made, rotated and revoked a key, and when; the oldest first."""
    with db.read() as session:
        return service.history(session, key_id)


@router.post(
    "/{key_id}:rotate",
    status_code=201,
    dependencies=[requires(Permission.KEYS_WRITE)],
    responses=example_response(201, ISSUED) | problem_responses(404, 409, 503),
)
def rotate_api_key(
    key_id: KeyId,
    rotation: Annotated[ApiKeyRotation, Body()],
    db: Db,
    now: Now,
    request: Request,
    principal: CurrentPrincipal,
    pepper: SetPepper,
) -> IssuedApiKey:
    """A new key like this one, which goes on working for the overlap and expires then."""
    with db.write() as session:
        overlap = timedelta(seconds=rotation.overlap_seconds)
        issued = service.rotate(session, key_id, pepper, overlap=overlap, by=principal.id, now=now)
    request.app.state.stored_keys.forget()
    return issued


@router.post(
    "/{key_id}:revoke",
    dependencies=[requires(Permission.KEYS_WRITE)],
    responses=example_response(200, KEY) | problem_responses(404, 503),
)
def revoke_api_key(key_id: KeyId, db: Db, now: Now, request: Request, principal: CurrentPrincipal) -> ApiKey:
    """Have a key refused from now on, for good: here at once, elsewhere within about a second."""
    with db.write() as session:
        revoked = service.revoke(session, key_id, by=principal.id, now=now)
    request.app.state.stored_keys.forget()
    return revoked
