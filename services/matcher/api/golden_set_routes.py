"""/v1/golden-sets: sets of judged pairs."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query

from services.matcher.api.golden_set_examples import GOLDEN_SET_EXAMPLE, SET_EXAMPLES
from services.matcher.deps import RunningMatcher
from shared.contracts.golden_sets import GoldenSet, GoldenSetDraft, GoldenSetPage
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import Permission, requires
from shared.kit.paging import MAX_CURSOR_LENGTH

router = APIRouter(prefix="/v1/golden-sets", tags=["golden sets"])

SetId = Annotated[
    str, Path(description="`id` of a golden set", max_length=36, pattern=r"^[a-z0-9_]+$", examples=["gst_5b6f0a7c"])
]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before", max_length=MAX_CURSOR_LENGTH)]
PageSize = Annotated[int, Query(ge=1, le=500)]


def answer_example(status: int, body: object) -> Responses:
    """What a successful answer looks like."""
    return {status: {"content": {"application/json": {"example": body}}}}


_SET = answer_example(200, GOLDEN_SET_EXAMPLE)
_CREATED = answer_example(201, GOLDEN_SET_EXAMPLE)
_PAGE = answer_example(200, {"items": [GOLDEN_SET_EXAMPLE], "next_cursor": None})


@router.post(
    "",
    dependencies=[requires(Permission.RANKING_WRITE)],
    status_code=201,
    responses=_CREATED | problem_responses(409, 503),
)
def create_golden_set(
    draft: Annotated[GoldenSetDraft, Body(openapi_examples=SET_EXAMPLES)], matcher: RunningMatcher
) -> GoldenSet:
    """A new, empty set for pairs of two kinds."""
    return matcher.golden_sets.create(draft)


@router.get("", dependencies=[requires(Permission.RANKING_READ)], responses=_PAGE | problem_responses(400, 503))
def list_golden_sets(
    matcher: RunningMatcher, with_archived: bool = False, cursor: Cursor = None, limit: PageSize = 50
) -> GoldenSetPage:
    """Sets by id, with their judgments counted by source."""
    return matcher.golden_sets.page(cursor, limit, with_archived=with_archived)


@router.get("/{set_id}", dependencies=[requires(Permission.RANKING_READ)], responses=_SET | problem_responses(404, 503))
def read_golden_set(set_id: SetId, matcher: RunningMatcher) -> GoldenSet:
    """One set."""
    return matcher.golden_sets.read(set_id)


@router.delete(
    "/{set_id}",
    dependencies=[requires(Permission.RANKING_WRITE)],
    status_code=204,
    responses=problem_responses(404, 503),
)
def archive_golden_set(set_id: SetId, matcher: RunningMatcher) -> None:
    """Archive a set: it leaves the lists and takes no more judgments; it can still be read and exported."""
    matcher.golden_sets.archive(set_id)
