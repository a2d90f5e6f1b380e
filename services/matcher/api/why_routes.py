"""GET /v1/matches/why: where one pair stands, and what would change it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.matcher.api.degraded import DEGRADED_RESPONSES, degraded_headers
from services.matcher.api.examples import WHY_EXAMPLE
from services.matcher.api.object_access import check_subject, check_target
from services.matcher.api.why_answers import why_answer
from services.matcher.deps import ReadyMatcher
from shared.contracts.base import Identifier, Share
from shared.contracts.matches import MatchRequest
from shared.contracts.vocabularies import Explain
from shared.contracts.why import WhyAnswer
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires

router = APIRouter(prefix="/v1", tags=["matches"])
_EXPLAINED: Responses = {200: {"content": {"application/json": {"example": WHY_EXAMPLE}}, **DEGRADED_RESPONSES[200]}}


@router.get(
    "/matches/why", dependencies=[requires(Permission.MATCHES_ASK)], responses=_EXPLAINED | problem_responses(404, 503)
)
def read_why(  # noqa: PLR0913, PLR0917 - its parameters are those of the query
    subject: Annotated[Identifier, Query(description="Id of the stored profile that asks")],
    target: Annotated[Identifier, Query(description="Id of the stored profile that is, or is not, proposed")],
    matcher: ReadyMatcher,
    principal: CurrentPrincipal,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=200, description="Places of the list that is asked about")] = 10,
    floor: Annotated[Share | None, Query(description="The policy's floor where it is not given")] = None,
    as_of: Annotated[date | None, Query(description="The day that deadlines are judged on")] = None,
    personalised: Annotated[bool, Query(description="Whether what the subject did before counts")] = True,
    policy: Annotated[Identifier | None, Query(description="A revision; the active policy where not given")] = None,
) -> WhyAnswer:
    """Explain any pair: the stage at which it dropped out, the rule and whose it was, the rank it has, the remedy."""
    line = matcher.line
    current = line.matchmaker.current
    check_subject(principal, subject, current)
    check_target(principal, target, current)
    request = MatchRequest(
        subject_id=subject,
        target_kinds=(line.matchmaker.kind_of(target, current),),
        limit=limit,
        floor=floor,
        as_of=as_of,
        personalised=personalised,
        policy=policy,
        explain=Explain.FULL,
    )
    response.headers.update(degraded_headers(matcher))
    found = line.matchmaker.why(request, target, current, sees_members=principal.is_member)
    return why_answer(found, request, line.encoder)
