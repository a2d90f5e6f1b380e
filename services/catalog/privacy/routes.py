"""The HTTP face of privacy: exports, erasures, their receipts, and what matchers report."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import Field

from services.catalog.deps import Db, Now, Settings
from services.catalog.idempotency import DoneOnce
from services.catalog.introductions.deps import limits_of
from services.catalog.introductions.rules import IntroductionLimits
from services.catalog.privacy import receipts
from services.catalog.privacy.erasing import Erasing, erase
from services.catalog.privacy.examples import CONFIRMATION, PERSONAL_DATA, READER, RECEIPT, REQUESTS
from services.catalog.privacy.export import export
from services.catalog.privacy.receipts import Awaited
from services.catalog.privacy.subjects import of_organization, of_profile, organization_of
from services.catalog.profiles.examples import example_response
from shared.contracts.base import Identifier, WireModel
from shared.contracts.erasures import (
    ErasureConfirmation,
    ErasurePage,
    ErasureReceipt,
    ErasureRequest,
    FeedReader,
    ReaderName,
)
from shared.contracts.personal_data import CatalogPersonalData
from shared.kit.http import problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires
from shared.kit.paging import MAX_CURSOR_LENGTH, decode_cursor, encode_cursor

router = APIRouter(prefix="/v1", tags=["privacy"])

ErasureId = Annotated[str, Path(description="`ers_` and 32 hexadecimal digits.", pattern="^[^:/]+$", max_length=200)]
_RECEIPT = example_response(200, RECEIPT)


class PersonalDataQuery(WireModel):
    """Whose data; your own organisation's where neither is given."""

    organization_id: Identifier | None = None
    profile_id: Identifier | None = None
    """This profile alone."""


class ErasureQuery(WireModel):
    """A page of receipts."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str | None, Field(max_length=MAX_CURSOR_LENGTH)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the settings say about erasures."""

    limits: IntroductionLimits
    awaited: Awaited


async def _awaited(settings: Settings) -> Awaited:
    return Awaited(matchers=settings.expected_matchers, absent_after=timedelta(hours=settings.reader_absent_hours))


async def _terms(settings: Settings) -> Terms:
    return Terms(limits=limits_of(settings), awaited=await _awaited(settings))


WhoConfirms = Annotated[Awaited, Depends(_awaited)]


@router.get(
    "/personal-data",
    dependencies=[requires(Permission.PERSONAL_DATA_EXPORT)],
    responses=example_response(200, PERSONAL_DATA) | problem_responses(403, 410, 503),
)
def export_personal_data(
    query: Annotated[PersonalDataQuery, Query()], db: Db, now: Now, principal: CurrentPrincipal, response: Response
) -> CatalogPersonalData:
    """Everything kept of an organisation or a profile, contacts too, for its owner and administrators.

    What others wrote or did is in it as far as its owner may know of it.
    """
    response.headers["Cache-Control"] = "no-store"
    with db.read() as session:
        if query.profile_id is not None:
            return export(session, of_profile(session, principal, query.profile_id), now=now)
        organization = organization_of(principal, query.organization_id)
        return export(session, of_organization(session, organization), now=now)


@router.post(
    "/erasures",
    dependencies=[requires(Permission.PERSONAL_DATA_ERASE)],
    status_code=201,
    responses=example_response(201, RECEIPT) | problem_responses(403, 410, 503),
)
def erase_personal_data(
    wanted: Annotated[ErasureRequest, Body(openapi_examples=REQUESTS)],
    db: Db,
    now: Now,
    principal: CurrentPrincipal,
    once: DoneOnce,
    terms: Annotated[Terms, Depends(_terms)],
    request: Request,
    response: Response,
) -> ErasureReceipt:
    """Forget profiles, or an organisation with its profiles, keys and people, for good; the answer is the receipt.

    Here it is done when this answers. Matchers follow within seconds and confirm: `GET /v1/erasures/{id}` tells when
    everybody has. An organisation's own key that asks this works no more afterwards.
    """

    def work() -> ErasureReceipt:
        erasing = Erasing(erasure_id=f"ers_{uuid4().hex}", limits=terms.limits, now=now)
        return receipts.receipt_of(session, erase(session, principal, wanted, erasing), terms.awaited, now=now)

    with db.write() as session:
        receipt = once.answer(session, wanted, ErasureReceipt, work)
    request.app.state.stored_keys.forget()
    response.headers["Location"] = f"/v1/erasures/{receipt.id}"
    return receipt


@router.get(
    "/erasures",
    dependencies=[requires(Permission.ERASURES_READ)],
    responses=example_response(200, {"items": [RECEIPT], "next_cursor": None}) | problem_responses(400, 503),
)
def list_erasures(
    query: Annotated[ErasureQuery, Query()], db: Db, now: Now, principal: CurrentPrincipal, awaited: WhoConfirms
) -> ErasurePage:
    """Receipts in the order of their ids: your organisation's own, all of them for the platform and auditors."""
    after_id = "" if query.cursor is None else str(decode_cursor(query.cursor, str)[0])
    with db.read() as session:
        found = receipts.page(session, principal, awaited, after_id=after_id, limit=query.limit + 1, now=now)
    items = tuple(found[: query.limit])
    next_cursor = encode_cursor(items[-1].id) if len(found) > query.limit else None
    return ErasurePage(items=items, next_cursor=next_cursor)


@router.get(
    "/erasures/{erasure_id}",
    dependencies=[requires(Permission.ERASURES_READ)],
    responses=_RECEIPT | problem_responses(404, 503),
)
def read_erasure(
    erasure_id: ErasureId, db: Db, now: Now, principal: CurrentPrincipal, awaited: WhoConfirms
) -> ErasureReceipt:
    """What was forgotten where and when, and who has not confirmed yet."""
    with db.read() as session:
        return receipts.read(session, erasure_id, principal, awaited, now=now)


@router.post(
    "/erasures/{erasure_id}/confirmations",
    dependencies=[requires(Permission.ERASURES_CONFIRM)],
    status_code=204,
    responses=problem_responses(404, 503),
)
def confirm_erasure(
    erasure_id: ErasureId,
    said: Annotated[ErasureConfirmation, Body(examples=[CONFIRMATION])],
    db: Db,
    now: Now,
) -> None:
    """A matcher process has nothing left of these profiles, in memory, files and database; again changes nothing."""
    with db.write() as session:
        receipts.confirm(session, erasure_id, said, now=now)


@router.put(
    "/feed-readers/{reader_id}",
    dependencies=[requires(Permission.ERASURES_CONFIRM)],
    status_code=204,
    responses=problem_responses(503),
)
def note_feed_reader(
    reader_id: ReaderName, said: Annotated[FeedReader, Body(examples=[READER])], db: Db, now: Now
) -> None:
    """A matcher process is there, and is waited for when something is erased; or it leaves with its data directory."""
    with db.write() as session:
        receipts.note_reader(session, reader_id, said, now=now)
