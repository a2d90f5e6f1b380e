"""The HTTP face of introductions: `/v1/introductions`."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import Field

from services.catalog.deps import Db, Now
from services.catalog.idempotency import DoneOnce
from services.catalog.introductions import service
from services.catalog.introductions.deps import Calling, Limits
from services.catalog.introductions.examples import EVENT, INTRODUCTION, RELEASED, REQUESTS, STEPS
from services.catalog.introductions.release import release_contact
from services.catalog.introductions.repository import IntroductionSearch
from services.catalog.introductions.wording import REASONS
from services.catalog.profiles.examples import example_response
from shared.contracts.base import Identifier, WireModel
from shared.contracts.introductions import (
    ContactRequest,
    Introduction,
    IntroductionAction,
    IntroductionPage,
    IntroductionRequest,
    IntroductionState,
    IntroductionStep,
    IntroductionTrail,
    ReasonList,
    ReleasedContact,
)
from shared.kit.etags import revision_etag
from shared.kit.http import problem_responses
from shared.kit.identity import Permission, requires
from shared.kit.paging import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1", tags=["introductions"])

IntroductionId = Annotated[
    str, Path(description="`int_` and 32 hexadecimal digits.", pattern="^[^:/]+$", max_length=200)
]
_READS, _WRITES = requires(Permission.INTRODUCTIONS_READ), requires(Permission.INTRODUCTIONS_WRITE)
_ONE = example_response(200, INTRODUCTION)


class IntroductionQuery(WireModel):
    """What a list may be narrowed by; all conditions must hold."""

    profile_id: Identifier | None = None
    """On whichever side."""
    state: IntroductionState | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None
    """`next_cursor` of the page before."""


class TrailQuery(WireModel):
    """Which lines of the audit trail."""

    introduction_id: Identifier | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None
    """`next_cursor` of the page before."""


@router.post(
    "/introductions",
    dependencies=[_WRITES],
    status_code=201,
    responses=example_response(201, INTRODUCTION) | problem_responses(403, 409, 429, 503),
)
def request_introduction(
    wanted: Annotated[IntroductionRequest, Body(openapi_examples=REQUESTS)],
    db: Db,
    now: Now,
    caller: Calling,
    limits: Limits,
    once: DoneOnce,
    response: Response,
) -> Introduction:
    """Ask for an introduction: your consent to this counterpart, for this purpose.

    With an `Idempotency-Key`, the same request sent again gets the first answer and asks only once.
    """
    with db.write() as session:
        introduction = once.answer(
            session,
            wanted,
            Introduction,
            lambda: service.request(session, caller, wanted, limits, introduction_id=f"int_{uuid4().hex}", now=now),
        )
    response.headers["Location"] = f"/v1/introductions/{introduction.id}"
    response.headers["ETag"] = revision_etag(introduction.revision)
    return introduction


@router.get(
    "/introductions",
    dependencies=[_READS],
    responses=example_response(200, {"items": [INTRODUCTION], "next_cursor": None}) | problem_responses(400, 503),
)
def list_introductions(
    query: Annotated[IntroductionQuery, Query()], db: Db, now: Now, caller: Calling
) -> IntroductionPage:
    """Introductions that you are on a side of, in the order of their ids; all of them for the platform and auditors."""
    after_id = "" if query.cursor is None else str(decode_cursor(query.cursor, str)[0])
    wanted = IntroductionSearch(profile_id=query.profile_id, state=query.state)
    with db.read() as session:
        found = service.search(session, caller, wanted, after_id=after_id, limit=query.limit + 1, now=now)
    items = tuple(found[: query.limit])
    next_cursor = encode_cursor(items[-1].id) if len(found) > query.limit else None
    return IntroductionPage(items=items, next_cursor=next_cursor)


@router.get(
    "/introductions:reasons",
    dependencies=[_READS],
    responses=example_response(
        200, {"items": [{"code": "busy", "zh": "目前没有时间或容量", "en": "No time just now"}]}
    ),
)
def list_decline_reasons() -> ReasonList:
    """The reasons to decline: stable codes, with their words in Chinese and English."""
    return ReasonList(items=REASONS)


@router.get("/introductions/{introduction_id}", dependencies=[_READS], responses=_ONE | problem_responses(404, 503))
def read_introduction(
    introduction_id: IntroductionId, db: Db, now: Now, caller: Calling, response: Response
) -> Introduction:
    """One introduction as it stands, with what you may do now; never a contact."""
    with db.read() as session:
        introduction = service.read(session, caller, introduction_id, now=now)
    response.headers["ETag"] = revision_etag(introduction.revision)
    return introduction


@router.post(
    "/introductions/{introduction_id}/contacts",
    dependencies=[_WRITES],
    responses=example_response(200, RELEASED) | problem_responses(404, 409, 503),
)
def release_introduction_contact(
    introduction_id: IntroductionId,
    db: Db,
    now: Now,
    caller: Calling,
    limits: Limits,
    response: Response,
    asked: Annotated[ContactRequest | None, Body()] = None,
) -> ReleasedContact:
    """The other side's contact, while both sides agree; each release is recorded, the first one introduces both."""
    with db.write() as session:
        released = release_contact(session, caller, introduction_id, asked or ContactRequest(), limits, now=now)
    response.headers["Cache-Control"] = "no-store"
    return released


@router.post(
    "/introductions/{introduction_id}:{action}",
    dependencies=[_WRITES],
    responses=_ONE | problem_responses(404, 409, 429, 503),
)
def act_on_introduction(
    introduction_id: IntroductionId,
    action: IntroductionAction,
    db: Db,
    now: Now,
    caller: Calling,
    limits: Limits,
    response: Response,
    step: Annotated[IntroductionStep | None, Body(openapi_examples=STEPS)] = None,
) -> Introduction:
    """Accept, decline with a reason, withdraw, tell what came of it, ...; `actions` of the introduction says what now.

    Withdrawing takes effect at once: nothing is released after its answer. Doing the same again changes nothing.
    """
    with db.write() as session:
        introduction = service.act(
            session, caller, introduction_id, action, step or IntroductionStep(), limits, now=now
        )
    response.headers["ETag"] = revision_etag(introduction.revision)
    return introduction


@router.get(
    "/introduction-events",
    dependencies=[requires(Permission.AUDIT_READ)],
    responses=example_response(200, {"items": [EVENT], "next_cursor": None}) | problem_responses(400, 404, 503),
)
def list_introduction_events(query: Annotated[TrailQuery, Query()], db: Db) -> IntroductionTrail:
    """The audit trail, for auditors: who did what, when, why, in which request; lines are added and never changed."""
    after_id = 0 if query.cursor is None else int(decode_cursor(query.cursor, int)[0])
    with db.read() as session:
        found = service.trail(session, query.introduction_id, after_id=after_id, limit=query.limit + 1)
    items = tuple(found[: query.limit])
    next_cursor = encode_cursor(items[-1].id) if len(found) > query.limit else None
    return IntroductionTrail(items=items, next_cursor=next_cursor)
