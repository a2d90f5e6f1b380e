"""GET /v1/suggested-rules: what an owner's refusals would be as rules of its profile."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query

from services.matcher.api.object_access import check_subject, may_know_of
from services.matcher.api.suggestion_examples import SUGGESTIONS_EXAMPLE
from services.matcher.deps import ReadyMatcher
from shared.contracts.base import Identifier
from shared.contracts.suggestions import SuggestedRules
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires

router = APIRouter(prefix="/v1", tags=["matches"])
_SUGGESTED: Responses = {200: {"content": {"application/json": {"example": SUGGESTIONS_EXAMPLE}}}}


@router.get(
    "/suggested-rules",
    dependencies=[requires(Permission.MATCHES_ASK)],
    responses=_SUGGESTED | problem_responses(404, 503),
)
def read_suggested_rules(
    profile_id: Annotated[Identifier, Query(alias="for", description="Id of the stored profile; yours to speak for")],
    matcher: ReadyMatcher,
    principal: CurrentPrincipal,
) -> SuggestedRules:
    """Rules that would have spared the owner refusals it gave a reason for, and nobody it welcomed; none is applied."""
    matchmaker = matcher.line.matchmaker
    check_subject(principal, profile_id, matchmaker.current)
    knows = (lambda _: True) if principal.is_local else partial(may_know_of, principal)
    return matcher.suggestions.suggested(profile_id, matchmaker, knows, sees_members=principal.is_member)
