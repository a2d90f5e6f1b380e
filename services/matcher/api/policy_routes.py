"""/v1/policies: ranking policies as records, and which of them ranks."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from services.matcher.api.policy_examples import (
    ACTIVATION_EXAMPLE,
    ACTIVATION_EXAMPLES,
    DECISION_EXAMPLES,
    DRAFT_EXAMPLES,
    EVALUATION_EXAMPLE,
    EVALUATION_EXAMPLES,
    REVISION_EXAMPLE,
)
from services.matcher.deps import RunningMatcher
from shared.contracts.policy_records import (
    Activation,
    ActivationPage,
    ActivationRequest,
    EvaluationDraft,
    PolicyDecision,
    PolicyDraft,
    PolicyEvaluation,
    PolicyPage,
    PolicyRevision,
)
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import Permission, requires
from shared.kit.paging import MAX_CURSOR_LENGTH

router = APIRouter(prefix="/v1", tags=["policies"])

Revision = Annotated[str, Path(description="Name of a revision, such as policy-7", max_length=200)]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before", max_length=MAX_CURSOR_LENGTH)]
PageSize = Annotated[int, Query(ge=1, le=200)]


def _example(example: object) -> dict[str, object]:
    return {"content": {"application/json": {"example": example}}}


_REVISION: Responses = {200: _example(REVISION_EXAMPLE)}
_DRAFTED: Responses = {201: _example(REVISION_EXAMPLE), 200: {"description": "Drafted before", **_REVISION[200]}}
_PAGE: Responses = {200: _example({"items": [REVISION_EXAMPLE], "next_cursor": None})}
_EVALUATION: Responses = {201: _example(EVALUATION_EXAMPLE)}
_ACTIVATION: Responses = {200: _example(ACTIVATION_EXAMPLE)}
_ACTIVATIONS: Responses = {200: _example({"items": [ACTIVATION_EXAMPLE], "next_cursor": None})}


@router.get(
    "/policies", dependencies=[requires(Permission.RANKING_READ)], responses=_PAGE | problem_responses(400, 503)
)
def list_policies(matcher: RunningMatcher, cursor: Cursor = None, limit: PageSize = 50) -> PolicyPage:
    """Every revision, newest first, with its state and its evaluations."""
    return matcher.policies.page(cursor, limit)


@router.post(
    "/policies",
    dependencies=[requires(Permission.RANKING_WRITE)],
    status_code=201,
    responses=_DRAFTED | problem_responses(404, 409, 503),
)
def draft_policy(
    draft: Annotated[PolicyDraft, Body(openapi_examples=DRAFT_EXAMPLES)], matcher: RunningMatcher, response: Response
) -> PolicyRevision:
    """Store a new revision; one that makes an equal policy is given back instead, with 200."""
    record, is_new = matcher.policies.draft(draft)
    response.status_code = 201 if is_new else 200
    return record


@router.get(
    "/policies/{revision}",
    dependencies=[requires(Permission.RANKING_READ)],
    responses=_REVISION | problem_responses(404, 503),
)
def read_policy(revision: Revision, matcher: RunningMatcher) -> PolicyRevision:
    """One revision."""
    return matcher.policies.read(revision)


@router.post(
    "/policies/{revision}/evaluations",
    dependencies=[requires(Permission.RANKING_WRITE)],
    status_code=201,
    responses=_EVALUATION | problem_responses(404, 409, 503),
)
def attach_evaluation(
    revision: Revision,
    evaluation: Annotated[EvaluationDraft, Body(openapi_examples=EVALUATION_EXAMPLES)],
    matcher: RunningMatcher,
) -> PolicyEvaluation:
    """Keep what `liaison evaluate --json` found of a revision; it may be activated from then on."""
    return matcher.policies.attach(revision, evaluation)


@router.post(
    "/policies/{revision}:activate",
    dependencies=[requires(Permission.RANKING_WRITE)],
    responses=_ACTIVATION | problem_responses(404, 409, 503),
)
def activate_policy(
    revision: Revision,
    request: Annotated[ActivationRequest, Body(openapi_examples=ACTIVATION_EXAMPLES)],
    matcher: RunningMatcher,
) -> Activation:
    """Have a revision rank from now on, in every replica within about a second; refused without an evaluation."""
    activation = matcher.policies.activate(revision, request)
    matcher.served_policies.refresh()
    return activation


@router.post(
    "/policies/{revision}:retire",
    dependencies=[requires(Permission.RANKING_WRITE)],
    responses=_REVISION | problem_responses(404, 409, 503),
)
def retire_policy(
    revision: Revision,
    decision: Annotated[PolicyDecision, Body(openapi_examples=DECISION_EXAMPLES)],
    matcher: RunningMatcher,
) -> PolicyRevision:
    """Take a revision out of use; answers it gave, and requests that name it, still find it."""
    return matcher.policies.retire(revision, decision)


@router.post(
    "/policies:rollback",
    dependencies=[requires(Permission.RANKING_WRITE)],
    responses=_ACTIVATION | problem_responses(404, 409, 503),
)
def roll_back_policy(
    decision: Annotated[PolicyDecision, Body(openapi_examples=DECISION_EXAMPLES)], matcher: RunningMatcher
) -> Activation:
    """Take the newest activation back: what ranked before it ranks again."""
    activation = matcher.policies.roll_back(decision)
    matcher.served_policies.refresh()
    return activation


@router.get(
    "/policy-activations",
    dependencies=[requires(Permission.RANKING_READ)],
    responses=_ACTIVATIONS | problem_responses(400, 503),
)
def list_activations(matcher: RunningMatcher, cursor: Cursor = None, limit: PageSize = 50) -> ActivationPage:
    """What ranked when, on whose word and on which evaluation, newest first."""
    return matcher.policies.activations(cursor, limit)
