"""/v1/allocations: timetables of matchmaking days."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query

from services.matcher.allocation.service import Solved
from services.matcher.api.allocation_answers import allocation_answer
from services.matcher.api.allocation_examples import (
    ALLOCATION_EXAMPLE,
    ALLOCATION_EXAMPLES,
    CHANGE_EXAMPLES,
    SUMMARY_EXAMPLE,
)
from services.matcher.bootstrap import Matcher
from services.matcher.deps import ReadyMatcher, RunningMatcher
from services.matcher.models.line import ModelLine
from shared.contracts.allocations import Allocation, AllocationChange, AllocationPage, AllocationRequest
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import Permission, requires
from shared.kit.paging import MAX_CURSOR_LENGTH

router = APIRouter(prefix="/v1", tags=["allocations"])

AllocationId = Annotated[str, Path(description="`id` of an allocation", max_length=200)]
_JSON = "application/json"
_ALLOCATION: Responses = {200: {"content": {_JSON: {"example": ALLOCATION_EXAMPLE}}}}
_MADE: Responses = {201: _ALLOCATION[200]}
_PAGE: Responses = {200: {"content": {_JSON: {"example": {"items": [SUMMARY_EXAMPLE], "next_cursor": None}}}}}


@router.post(
    "/allocations",
    dependencies=[requires(Permission.ALLOCATIONS_WRITE)],
    status_code=201,
    responses=_MADE | problem_responses(404, 503),
)
def allocate_day(
    request: Annotated[AllocationRequest, Body(openapi_examples=ALLOCATION_EXAMPLES)], matcher: ReadyMatcher
) -> Allocation:
    """Solve a matchmaking day: who meets whom in which slot. Takes up to half a minute; the answer is stored."""
    line = matcher.line
    return _kept(matcher.allocations.solve(request, line.matchmaker), matcher, line)


@router.post(
    "/allocations/{allocation_id}:resolve",
    dependencies=[requires(Permission.ALLOCATIONS_WRITE)],
    status_code=201,
    responses=_MADE | problem_responses(404, 503),
)
def resolve_allocation(
    allocation_id: AllocationId,
    change: Annotated[AllocationChange, Body(openapi_examples=CHANGE_EXAMPLES)],
    matcher: ReadyMatcher,
) -> Allocation:
    """Solve a day again after drop-outs: everybody else's meetings stay, and the places that came free are filled."""
    line = matcher.line
    return _kept(matcher.allocations.resolve(allocation_id, change, line.matchmaker), matcher, line)


@router.get(
    "/allocations", dependencies=[requires(Permission.ALLOCATIONS_READ)], responses=_PAGE | problem_responses(400, 503)
)
def list_allocations(
    matcher: RunningMatcher,
    cursor: Annotated[
        str | None, Query(description="`next_cursor` of the page before", max_length=MAX_CURSOR_LENGTH)
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AllocationPage:
    """Every allocation in short, newest first."""
    return matcher.allocations.page(cursor, limit)


@router.get(
    "/allocations/{allocation_id}",
    dependencies=[requires(Permission.ALLOCATIONS_READ)],
    responses=_ALLOCATION | problem_responses(404, 503),
)
def read_allocation(allocation_id: AllocationId, matcher: RunningMatcher) -> Allocation:
    """One allocation as it was answered."""
    return matcher.allocations.read(allocation_id)


def _kept(solved: Solved, matcher: Matcher, line: ModelLine) -> Allocation:
    return matcher.allocations.keep(allocation_answer(solved, line.encoder, matcher.allocations.now()))
