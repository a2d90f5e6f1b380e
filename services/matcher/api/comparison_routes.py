"""/v1/comparisons: two policies on live requests."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query

from services.matcher.api.comparison_examples import COMPARISON_EXAMPLE, COMPARISON_EXAMPLES, STOP_EXAMPLES
from services.matcher.deps import RunningMatcher
from shared.contracts.comparisons import Comparison, ComparisonDraft, ComparisonPage
from shared.contracts.policy_records import PolicyDecision
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import Permission, requires
from shared.kit.paging import MAX_CURSOR_LENGTH

router = APIRouter(prefix="/v1", tags=["comparisons"])

ComparisonId = Annotated[str, Path(description="`id` of a comparison", max_length=200)]
_JSON = "application/json"
_COMPARISON: Responses = {200: {"content": {_JSON: {"example": COMPARISON_EXAMPLE}}}}
_STARTED: Responses = {201: _COMPARISON[200]}
_PAGE: Responses = {200: {"content": {_JSON: {"example": {"items": [COMPARISON_EXAMPLE], "next_cursor": None}}}}}


@router.get(
    "/comparisons", dependencies=[requires(Permission.RANKING_READ)], responses=_PAGE | problem_responses(400, 503)
)
def list_comparisons(
    matcher: RunningMatcher,
    cursor: Annotated[
        str | None, Query(description="`next_cursor` of the page before", max_length=MAX_CURSOR_LENGTH)
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ComparisonPage:
    """Every comparison, newest first, with what readers have said."""
    return matcher.comparisons.page(cursor, limit)


@router.post(
    "/comparisons",
    dependencies=[requires(Permission.RANKING_WRITE)],
    status_code=201,
    responses=_STARTED | problem_responses(404, 409, 503),
)
def start_comparison(
    draft: Annotated[ComparisonDraft, Body(openapi_examples=COMPARISON_EXAMPLES)], matcher: RunningMatcher
) -> Comparison:
    """Draft the lists of a share of the subjects from two policies from now on, until readers have decided."""
    started = matcher.comparisons.start(draft)
    matcher.served_comparisons.refresh()
    return started


@router.get(
    "/comparisons/{comparison_id}",
    dependencies=[requires(Permission.RANKING_READ)],
    responses=_COMPARISON | problem_responses(404, 503),
)
def read_comparison(comparison_id: ComparisonId, matcher: RunningMatcher) -> Comparison:
    """One comparison, counted now while it runs."""
    return matcher.comparisons.read(comparison_id)


@router.post(
    "/comparisons/{comparison_id}:stop",
    dependencies=[requires(Permission.RANKING_WRITE)],
    responses=_COMPARISON | problem_responses(404, 409, 503),
)
def stop_comparison(
    comparison_id: ComparisonId,
    decision: Annotated[PolicyDecision, Body(openapi_examples=STOP_EXAMPLES)],
    matcher: RunningMatcher,
) -> Comparison:
    """End it undecided: every request is ranked by one policy again, as before."""
    stopped = matcher.comparisons.stop(comparison_id, decision)
    matcher.served_comparisons.refresh()
    return stopped
