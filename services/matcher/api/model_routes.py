"""/v1/models: embedding models, built beside the one that answers, switched to and rolled back."""

from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Response
from fastapi.openapi.models import Example

from services.matcher.deps import RunningMatcher
from services.matcher.embedding.encoder import BUNDLED_MODEL
from services.matcher.models.errors import ModelSourceNotFound
from shared.contracts.model_records import ModelActivation, ModelDecision, ModelDraft, ModelList
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import Permission, requires

router = APIRouter(prefix="/v1", tags=["models"])
Name = Annotated[str, Path(description="Name of a model, as GET /v1/models lists it", max_length=100)]
_RECORD: dict[str, Any] = {  # Any: JSON
    "name": "e5-small",
    "source": "/models/multilingual-e5-small",
    "state": "building",
    "languages": ["en", "zh"],
    "query_prompt": "query: ",
    "passage_prompt": "passage: ",
    "vectors_of": "multilingual-e5-small@0f3a91c25d7e/p1",
    "dimension": 384,
    "max_tokens": 507,
    "documents_done": 41_216,
    "documents_total": 100_000,
    "reason": None,
    "created_by": "ranking operator",
    "created_at": "2026-11-24T09:12:00Z",
}
_ACTIVATION: dict[str, Any] = {  # Any: JSON
    "number": 1,
    "action": "activated",
    "model": "e5-small",
    "previous": "all-minilm-l6-v2",
    "by": "ranking operator",
    "reason": "Better on our Chinese demands.",
    "at": "2026-11-24T11:02:00Z",
}
_DRAFTS: dict[str, Example] = {
    "folder": Example(
        summary="A multilingual model in a folder",
        value={
            "name": "e5-small",
            "source": "/models/multilingual-e5-small",
            "languages": ["en", "zh"],
            "query_prompt": "query: ",
            "passage_prompt": "passage: ",
            "by": "ranking operator",
        },
    )
}
_DECISIONS: dict[str, Example] = {
    "better": Example(
        summary="Who and why", value={"by": "ranking operator", "reason": "Better on our Chinese demands."}
    )
}
Decision = Annotated[ModelDecision, Body(openapi_examples=_DECISIONS)]


def _example(example: object) -> Responses:
    return {200: {"content": {"application/json": {"example": example}}}}


_LISTED = _example({"active": "all-minilm-l6-v2", "items": [_RECORD]})
_ACTIVATED = _example(_ACTIVATION)
_ASKED: Responses = {
    202: {"content": {"application/json": {"example": {"active": "all-minilm-l6-v2", "items": [_RECORD]}}}},
    200: {"description": "Asked for before", **_LISTED[200]},
}


@router.get("/models", dependencies=[requires(Permission.RANKING_READ)], responses=_LISTED | problem_responses(503))
def list_models(matcher: RunningMatcher) -> ModelList:
    """Every model as it stands in this replica: building n of m, ready, active, failed with the reason, dropped."""
    return matcher.models.listed()


@router.post(
    "/models",
    dependencies=[requires(Permission.RANKING_WRITE)],
    status_code=202,
    responses=_ASKED | problem_responses(409, 503),
)
def build_model(
    draft: Annotated[ModelDraft, Body(openapi_examples=_DRAFTS)], matcher: RunningMatcher, response: Response
) -> ModelList:
    """Build a model beside the one that answers; ask again to have a failed build tried anew."""
    _check_source(draft.source)
    is_new = matcher.model_records.draft(draft)
    matcher.models.refresh(retry=draft.name)
    response.status_code = 202 if is_new else 200
    return matcher.models.listed()


@router.post(
    "/models/{name}:activate",
    dependencies=[requires(Permission.RANKING_WRITE)],
    responses=_ACTIVATED | problem_responses(404, 409, 503),
)
def activate_model(name: Name, decision: Decision, matcher: RunningMatcher) -> ModelActivation:
    """Have a model answer that is ready here; every other replica switches once its own build is ready."""
    activation = matcher.model_records.activate(name, decision, matcher.models.check_ready)
    matcher.models.refresh()
    return activation


@router.post(
    "/models/{name}:drop",
    dependencies=[requires(Permission.RANKING_WRITE)],
    responses=_LISTED | problem_responses(404, 409, 503),
)
def drop_model(name: Name, decision: Decision, matcher: RunningMatcher) -> ModelList:  # noqa: ARG001 - who and why are asked for, the log line of the request keeps them
    """Let go of a model that does not answer: its memory, its snapshots, its vectors."""
    matcher.model_records.drop(name)
    matcher.models.refresh()
    matcher.model_records.forget_vectors(name)
    return matcher.models.listed()


@router.post(
    "/models:rollback",
    dependencies=[requires(Permission.RANKING_WRITE)],
    responses=_ACTIVATED | problem_responses(409, 503),
)
def roll_back_model(decision: Decision, matcher: RunningMatcher) -> ModelActivation:
    """Take the newest activation back: the model that answered before it answers again."""
    activation = matcher.model_records.roll_back(decision, matcher.models.check_ready)
    matcher.models.refresh()
    return activation


def _check_source(source: str) -> None:
    """A folder that holds a model; a name without a path is looked for in the library's cache when it is loaded."""
    folder = FilePath(source)
    is_path = folder.is_absolute() or source.startswith(".") or folder.exists()
    if source == BUNDLED_MODEL or not is_path:
        return
    if not any((folder / name).is_file() for name in ("modules.json", "config.json")):
        raise ModelSourceNotFound(source)
