"""POST /v1/matches and /v1/matches:batch."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Body, Response

from services.matcher.api.answers import WrittenAnswer, written_answer
from services.matcher.api.degraded import DEGRADED_RESPONSES, degraded_headers
from services.matcher.api.examples import BATCH_EXAMPLES, MATCH_EXAMPLES, MATCH_RESPONSE_EXAMPLE
from services.matcher.api.match_telemetry import MatchTelemetry, Telemetry
from services.matcher.api.object_access import check_subject
from services.matcher.bootstrap import Matcher
from services.matcher.deps import ReadyMatcher
from services.matcher.matching.matchmaker import Answer
from services.matcher.matching.stages import Stage, stage
from services.matcher.models.line import ModelLine
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.runs.answered import AnsweredRun, request_json
from shared.contracts.matches import MatchBatchRequest, MatchBatchResponse, MatchRequest, MatchResponse
from shared.kit.errors import ServiceError
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, Principal, requires

router = APIRouter(prefix="/v1", tags=["matches"])
_HEADERS = DEGRADED_RESPONSES[200]
_ANSWERED: Responses = {200: {"content": {"application/json": {"example": MATCH_RESPONSE_EXAMPLE}}, **_HEADERS}}
_BATCH_ANSWERED: Responses = {
    200: {"content": {"application/json": {"example": {"responses": [MATCH_RESPONSE_EXAMPLE]}}}, **_HEADERS}
}


@router.post(
    "/matches",
    dependencies=[requires(Permission.MATCHES_ASK)],
    response_model=MatchResponse,
    responses=_ANSWERED | problem_responses(404, 503),
)
def create_matches(
    request: Annotated[MatchRequest, Body(openapi_examples=MATCH_EXAMPLES)],
    matcher: ReadyMatcher,
    telemetry: Telemetry,
    principal: CurrentPrincipal,
) -> Response:
    """Propose counterparts for a stored profile, a text or a whole profile; best first, ties by id."""
    line = matcher.line
    matcher.position_waits.wait(line.publisher, request.min_feed_seq)
    with telemetry.listening():
        body = _answered(line, request, line.matchmaker.current, matcher, telemetry, principal)
    return _json(body, matcher)


@router.post(
    "/matches:batch",
    dependencies=[requires(Permission.MATCHES_ASK)],
    response_model=MatchBatchResponse,
    responses=_BATCH_ANSWERED | problem_responses(404, 503),
)
def create_match_batch(
    batch: Annotated[MatchBatchRequest, Body(openapi_examples=BATCH_EXAMPLES)],
    matcher: ReadyMatcher,
    telemetry: Telemetry,
    principal: CurrentPrincipal,
) -> Response:
    """Answer several requests from one snapshot; a request at fault fails the batch and is named.

    With `rerank.respect_capacity`, what earlier requests of the batch were proposed counts against a target's capacity.
    """
    line = matcher.line
    matcher.position_waits.wait(line.publisher, max((one.min_feed_seq or 0 for one in batch.requests), default=0))
    snapshot = line.matchmaker.current
    taken: Counter[str] = Counter()
    answers = []
    with telemetry.listening():
        for number, request in enumerate(batch.requests):
            try:
                answers.append(_answered(line, request, snapshot, matcher, telemetry, principal, taken))
            except ServiceError as error:
                error.detail = f"requests.{number}: {error.detail}"
                raise
    return _json(b'{"responses":[' + b",".join(answers) + b"]}", matcher)


def _answered(
    line: ModelLine,
    request: MatchRequest,
    snapshot: Snapshot,
    matcher: Matcher,
    telemetry: MatchTelemetry,
    principal: Principal,
    taken: Counter[str] | None = None,
) -> bytes:
    """One request's answer, recorded, logged and counted; what it proposes is added to `taken`."""
    check_subject(principal, request.subject_id, snapshot)
    answer = line.matchmaker.answer(request, snapshot, taken, sees_members=principal.is_member)
    if taken is not None:
        taken.update(scored.entry.profile_id for scored in answer.arranged.matches)
    with stage(Stage.WRITING):
        written = written_answer(answer, line.encoder)
    telemetry.answered(answer, written.run_id)
    return _recorded(answer, written, matcher)


def _json(body: bytes, matcher: Matcher) -> Response:
    return Response(body, media_type="application/json", headers=degraded_headers(matcher))


def _recorded(answer: Answer, written: WrittenAnswer, matcher: Matcher) -> bytes:
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
