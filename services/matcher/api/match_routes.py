"""POST /v1/matches and /v1/matches:batch."""

from typing import Annotated

from fastapi import APIRouter, Body

from services.matcher.api.answers import match_response
from services.matcher.api.examples import BATCH_EXAMPLES, MATCH_EXAMPLES, MATCH_RESPONSE_EXAMPLE
from services.matcher.deps import ReadyMatchmaker
from shared.contracts.matches import MatchBatchRequest, MatchBatchResponse, MatchRequest, MatchResponse
from shared.kit.errors import ServiceError
from shared.kit.http import Responses, problem_responses

router = APIRouter(prefix="/v1", tags=["matches"])
_ANSWERED: Responses = {200: {"content": {"application/json": {"example": MATCH_RESPONSE_EXAMPLE}}}}


@router.post("/matches", responses=_ANSWERED | problem_responses(404, 503))
def create_matches(
    request: Annotated[MatchRequest, Body(openapi_examples=MATCH_EXAMPLES)], matchmaker: ReadyMatchmaker
) -> MatchResponse:
    """Propose counterparts for a stored profile, a text or a whole profile; best first, ties by id."""
    return match_response(matchmaker.answer(request, matchmaker.current))


@router.post("/matches:batch", responses=problem_responses(404, 503))
def create_match_batch(
    batch: Annotated[MatchBatchRequest, Body(openapi_examples=BATCH_EXAMPLES)], matchmaker: ReadyMatchmaker
) -> MatchBatchResponse:
    """Answer several requests from one snapshot; a request at fault fails the batch and is named."""
    snapshot = matchmaker.current
    responses = []
    for number, request in enumerate(batch.requests):
        try:
            responses.append(match_response(matchmaker.answer(request, snapshot)))
        except ServiceError as error:
            error.detail = f"requests.{number}: {error.detail}"
            raise
    return MatchBatchResponse(responses=tuple(responses))
