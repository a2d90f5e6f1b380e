"""/v1/golden-sets/{set_id}/judgments: judged by hand, from files, from feedback; and out again."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from services.matcher.api.golden_set_examples import (
    CSV_EXAMPLE,
    DERIVE_EXAMPLES,
    DERIVED_EXAMPLE,
    IMPORTED_EXAMPLE,
    JUDGMENT_EXAMPLE,
    JUDGMENT_EXAMPLES,
    QRELS_EXAMPLE,
)
from services.matcher.api.golden_set_routes import Cursor, PageSize, SetId, answer_example
from services.matcher.deps import RunningMatcher
from shared.contracts.golden_sets import (
    DerivedJudgments,
    DeriveRequest,
    ImportedJudgments,
    JudgeName,
    Judgment,
    JudgmentDraft,
    JudgmentFormat,
    JudgmentPage,
    JudgmentSource,
    PairId,
)
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import Permission, requires

router = APIRouter(prefix="/v1/golden-sets/{set_id}", tags=["golden sets"])

Sources = Annotated[list[JudgmentSource], Query(description="Left out, all of them")]
Format = Annotated[JudgmentFormat, Query()]
_MEDIA_TYPES = {JudgmentFormat.QRELS: "text/plain", JudgmentFormat.CSV: "text/csv"}
_TEXT = {"schema": {"type": "string"}}
_FILE = {
    "requestBody": {
        "required": True,
        "content": {"text/plain": _TEXT | {"example": QRELS_EXAMPLE}, "text/csv": _TEXT | {"example": CSV_EXAMPLE}},
    }
}
_EXPORTED: Responses = {
    200: {"content": {"text/plain": {"example": QRELS_EXAMPLE}, "text/csv": {"example": CSV_EXAMPLE}}}
}


@router.put(
    "/judgments",
    dependencies=[requires(Permission.RANKING_WRITE)],
    responses=answer_example(200, JUDGMENT_EXAMPLE) | problem_responses(404, 409, 503),
)
def put_judgment(
    set_id: SetId, draft: Annotated[JudgmentDraft, Body(openapi_examples=JUDGMENT_EXAMPLES)], matcher: RunningMatcher
) -> Judgment:
    """Judge a pair by hand; the same judge's earlier judgment of it is replaced."""
    return matcher.golden_sets.judge(set_id, draft)


@router.get(
    "/judgments",
    dependencies=[requires(Permission.RANKING_READ)],
    responses=answer_example(200, {"items": [JUDGMENT_EXAMPLE], "next_cursor": None})
    | problem_responses(400, 404, 503),
)
def list_judgments(
    set_id: SetId,
    matcher: RunningMatcher,
    source: Annotated[JudgmentSource | None, Query()] = None,
    subject_id: Annotated[PairId | None, Query()] = None,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> JudgmentPage:
    """Judgments in the order in which they were first made, page by page."""
    sources = tuple(JudgmentSource) if source is None else (source,)
    return matcher.golden_sets.judgments(set_id, sources, subject_id, cursor, limit)


@router.delete(
    "/judgments",
    dependencies=[requires(Permission.RANKING_WRITE)],
    status_code=204,
    responses=problem_responses(404, 409, 503),
)
def delete_judgment(
    set_id: SetId,
    subject_id: Annotated[PairId, Query()],
    target_id: Annotated[PairId, Query()],
    by: Annotated[JudgeName, Query()],
    matcher: RunningMatcher,
    source: Annotated[JudgmentSource, Query()] = JudgmentSource.MANUAL,
) -> None:
    """Take one judgment back."""
    matcher.golden_sets.forget(set_id, (subject_id, target_id, source.value, by))


@router.post(
    "/judgments:import",
    dependencies=[requires(Permission.RANKING_WRITE)],
    responses=answer_example(200, IMPORTED_EXAMPLE) | problem_responses(400, 404, 409, 413, 422, 503),
    openapi_extra=_FILE,
)
async def import_judgments(
    set_id: SetId,
    request: Request,
    matcher: RunningMatcher,
    by: Annotated[JudgeName, Query(description="Who judged, where a row does not say")],
    format: Format = JudgmentFormat.QRELS,  # noqa: A002 - the parameter's name on the wire
) -> ImportedJudgments:
    """Take a file of judgments, all of it or nothing; every line at fault is named with its fix."""
    data = await request.body()
    return await run_in_threadpool(matcher.golden_sets.import_file, set_id, data, format, by=by)


@router.get(
    "/judgments:export",
    dependencies=[requires(Permission.RANKING_READ)],
    response_class=Response,
    responses=_EXPORTED | problem_responses(404, 503),
)
def export_judgments(
    set_id: SetId,
    matcher: RunningMatcher,
    source: Sources = list(JudgmentSource),  # noqa: B006 - FastAPI copies it
    format: Format = JudgmentFormat.QRELS,  # noqa: A002 - the parameter's name on the wire
) -> Response:
    """TREC qrels with one grade a pair, the first of the sources, in their order, that judged it; or CSV with all."""
    text = matcher.golden_sets.export_file(set_id, format, source)
    return Response(text, media_type=_MEDIA_TYPES[format])


@router.post(
    "/judgments:derive",
    dependencies=[requires(Permission.RANKING_WRITE)],
    responses=answer_example(200, DERIVED_EXAMPLE) | problem_responses(404, 409, 503),
)
def derive_judgments(
    set_id: SetId, request: Annotated[DeriveRequest, Body(openapi_examples=DERIVE_EXAMPLES)], matcher: RunningMatcher
) -> DerivedJudgments:
    """Make judgments of what people did: outcomes, answers, and clicks corrected for position.

    They take the place of what was derived before; judgments by hand stay.
    """
    return matcher.golden_sets.derive(set_id, request)
