"""POST /v1/matches and /v1/matches:batch."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Body, Response

from services.matcher.api.answers import WrittenAnswer, written_answer
from services.matcher.api.examples import BATCH_EXAMPLES, MATCH_EXAMPLES, MATCH_RESPONSE_EXAMPLE
from services.matcher.deps import ReadyMatcher
from services.matcher.matching.matchmaker import Answer
from services.matcher.runs.answered import AnsweredRun, request_json
from shared.contracts.matches import MatchBatchRequest, MatchBatchResponse, MatchRequest, MatchResponse
from shared.kit.errors import ServiceError
from shared.kit.http import Responses, problem_responses

router = APIRouter(prefix="/v1", tags=["matches"])
_ANSWERED: Responses = {200: {"content": {"application/json": {"example": MATCH_RESPONSE_EXAMPLE}}}}
_BATCH_ANSWERED: Responses = {
    200: {"content": {"application/json": {"example": {"responses": [MATCH_RESPONSE_EXAMPLE]}}}}
}


@router.post("/matches", response_model=MatchResponse, responses=_ANSWERED | problem_responses(404, 503))
def create_matches(
    request: Annotated[MatchRequest, Body(openapi_examples=MATCH_EXAMPLES)], matcher: ReadyMatcher
) -> Response:
    """Propose counterparts for a stored profile, a text or a whole profile; best first, ties by id."""
    line = matcher.line
    answer = line.matchmaker.answer(request, line.matchmaker.current)
    return Response(_recorded(answer, written_answer(answer, line.encoder), matcher), media_type="application/json")


@router.post(
    "/matches:batch", response_model=MatchBatchResponse, responses=_BATCH_ANSWERED | problem_responses(404, 503)
)
def create_match_batch(
    batch: Annotated[MatchBatchRequest, Body(openapi_examples=BATCH_EXAMPLES)], matcher: ReadyMatcher
) -> Response:
    """Answer several requests from one snapshot; a request at fault fails the batch and is named.

    With `rerank.respect_capacity`, what earlier requests of the batch were proposed counts against a target's capacity.
    """
    line = matcher.line
    snapshot = line.matchmaker.current
    taken: Counter[str] = Counter()
    answers = []
    for number, request in enumerate(batch.requests):
        try:
            answer = line.matchmaker.answer(request, snapshot, taken)
        except ServiceError as error:
            error.detail = f"requests.{number}: {error.detail}"
            raise
        taken.update(scored.entry.profile_id for scored in answer.arranged.matches)
        answers.append(_recorded(answer, written_answer(answer, line.encoder), matcher))
    return Response(b'{"responses":[' + b",".join(answers) + b"]}", media_type="application/json")


def _recorded(answer: Answer, written: WrittenAnswer, matcher: ReadyMatcher) -> bytes:
    """The answer's bytes, handed to the recorder as they are sent."""
    request, draft = answer.request, answer.draft
    if request.record_run:
        matcher.runs.record(
            AnsweredRun(
                run_id=written.run_id,
                request=request_json(request),
                answer=written.body,
                subject_id=request.subject_id,
                provenance=written.provenance,
                shown=written.shown,
                draft=draft.recorded if draft else None,
            )
        )
    return written.body
