"""The HTTP face of feedback: `/v1/feedback`."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from pydantic import Field

from services.catalog.deps import Db, Now
from services.catalog.feedback import service
from services.catalog.feedback.examples import BODIES, RECEIPT, STORED
from services.catalog.feedback.repository import FeedbackSearch
from services.catalog.profiles.examples import example_response
from shared.contracts.base import Identifier, WireModel
from shared.contracts.feedback import FeedbackBatch, FeedbackPage, FeedbackReceipt, FeedbackType
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires
from shared.kit.paging import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/feedback", tags=["feedback"])

_TAKEN: Responses = {
    201: example_response(201, RECEIPT)[201],
    200: {"description": "Every event was known", **example_response(200, {"stored": 0, "known": 2})[200]},
}


class FeedbackQuery(WireModel):
    """What a list may be narrowed by; all conditions must hold."""

    subject_id: Identifier | None = None
    target_id: Identifier | None = None
    run_id: Identifier | None = None
    type: FeedbackType | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None
    """`next_cursor` of the page before."""

    def as_search(self) -> FeedbackSearch:
        """The same without what concerns the page."""
        return FeedbackSearch(subject_id=self.subject_id, target_id=self.target_id, run_id=self.run_id, type=self.type)


@router.post(
    "",
    dependencies=[requires(Permission.FEEDBACK_WRITE)],
    status_code=201,
    responses=_TAKEN | problem_responses(409, 503),
)
def take_feedback(
    batch: Annotated[FeedbackBatch, Body(openapi_examples=BODIES)],
    db: Db,
    principal: CurrentPrincipal,
    now: Now,
    response: Response,
) -> FeedbackReceipt:
    """Store what people did about proposed pairings: the whole batch or nothing of it.

    Sending an event again, as after a broken connection, changes nothing.
    """
    with db.write() as session:
        receipt = service.take(session, batch, principal, now=now)
    response.status_code = 201 if receipt.stored else 200
    return receipt


@router.get(
    "",
    dependencies=[requires(Permission.FEEDBACK_READ)],
    responses=example_response(200, {"items": [STORED], "next_cursor": None}) | problem_responses(400, 503),
)
def list_feedback(query: Annotated[FeedbackQuery, Query()], db: Db, principal: CurrentPrincipal) -> FeedbackPage:
    """Events in the order in which they came in, page by page; a party sees those on its own requests."""
    after_id = 0 if query.cursor is None else int(decode_cursor(query.cursor, int)[0])
    with db.read() as session:
        found = service.search(session, query.as_search(), principal, after_id=after_id, limit=query.limit + 1)
    shown = found[: query.limit]
    next_cursor = encode_cursor(shown[-1][0]) if len(found) > query.limit else None
    return FeedbackPage(items=tuple(stored for _, stored in shown), next_cursor=next_cursor)
