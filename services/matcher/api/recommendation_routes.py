"""/v1/recommendations, /v1/recommendation-rounds, /v1/digests: contacts worth making now, and why."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Body, Header, Path, Query, Response
from fastapi.responses import HTMLResponse

from services.matcher.api.object_access import check_subject, may_read_told
from services.matcher.api.recommendation_answers import RoundWriter, round_list, stored_recommendation
from services.matcher.api.recommendation_examples import (
    DIGEST_EXAMPLE,
    LIST_EXAMPLE,
    ROUND_EXAMPLES,
    STORED_EXAMPLE,
)
from services.matcher.bootstrap import Matcher
from services.matcher.deps import ReadyMatcher
from services.matcher.matching.stored import subject_not_found
from services.matcher.recommendations.digest import digest_of
from services.matcher.recommendations.mail import mail_body
from services.matcher.recommendations.question import Question
from services.matcher.recommendations.records import Round
from services.matcher.recommendations.service import Asking, recommendation_not_found
from services.matcher.retrieval.segment import Entry
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.base import Identifier
from shared.contracts.digests import Digest
from shared.contracts.kinds import Kind
from shared.contracts.recommendations import Period, RecommendationList, RoundRequest, StoredRecommendation
from shared.contracts.vocabularies import Language
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, Principal, requires

router = APIRouter(prefix="/v1", tags=["recommendations"])
_JSON = "application/json"
_LIST: Responses = {200: {"content": {_JSON: {"example": LIST_EXAMPLE}}}}
_MADE: Responses = {
    201: _LIST[200],
    200: {"model": RecommendationList, "description": "The round of this period was made before"} | _LIST[200],
}
_STORED: Responses = {200: {"content": {_JSON: {"example": STORED_EXAMPLE}}}}
_DIGEST: Responses = {
    200: {"content": {_JSON: {"example": DIGEST_EXAMPLE}, "text/html": {"schema": {"type": "string"}}}}
}
_ASK = [requires(Permission.MATCHES_ASK)]

For = Annotated[Identifier, Query(alias="for", description="Id of the profile that reads them; you speak for it")]
EveryPeriod = Annotated[Period, Query(description="How often this reader is given recommendations")]
To = Annotated[
    list[Kind] | None, Query(max_length=5, description="Kinds to recommend; every kind it is matched with if left out")
]
Limit = Annotated[int | None, Query(ge=1, le=50, description="No more than this, and never more than the quota")]
Words = Annotated[Language | None, Query(description="Of the words; the profile's own if left out")]
Personalised = Annotated[bool, Query(description="False: nothing that the reader did counts, only what it states")]


class DigestFormat(StrEnum):
    """How a digest is written."""

    JSON = "json"
    HTML = "html"


@router.get("/recommendations", dependencies=_ASK, responses=_LIST | problem_responses(404, 503))
def read_recommendations(
    profile_id: For,
    matcher: ReadyMatcher,
    principal: CurrentPrincipal,
    period: EveryPeriod = Period.WEEKLY,
    to: To = None,
    limit: Limit = None,
    language: Words = None,
    personalised: Personalised = True,
) -> RecommendationList:
    """The round of this day or week, each contact with its reasons for this reader; before it is made, a preview.

    Records nothing: the same call has the same answer until a round is made, the period ends, or the corpus changes.
    """
    question = Question(
        reader_id=profile_id, period=period, kinds=tuple(to or ()), limit=limit, is_personalised=personalised
    )
    return _shown(question, language, matcher, principal, "for")[0]


@router.post(
    "/recommendation-rounds", dependencies=_ASK, status_code=201, responses=_MADE | problem_responses(404, 503)
)
def make_recommendation_round(
    request: Annotated[RoundRequest, Body(openapi_examples=ROUND_EXAMPLES)],
    matcher: ReadyMatcher,
    principal: CurrentPrincipal,
    response: Response,
) -> RecommendationList:
    """Make and record the round of this day or week; 200 with the same round where it was made before.

    There is one round for each profile, period and `personalised`, so no idempotency key is needed.
    """
    line = matcher.line
    snapshot = line.matchmaker.current
    check_subject(principal, request.profile_id, snapshot, "profile_id")
    reader = _reader(request.profile_id, snapshot, "profile_id")
    writer = RoundWriter(line.encoder)
    question = Question(
        reader_id=request.profile_id,
        period=request.period,
        kinds=request.to,
        limit=request.limit,
        is_personalised=request.personalised,
    )
    asking = Asking(matchmaker=line.matchmaker, snapshot=snapshot, write=writer.write, sees_members=principal.is_member)
    made = matcher.recommendations.make(question, request.channel, asking)
    if not made.is_new:
        response.status_code = 200
    elif writer.run is not None and made.round.items:
        matcher.runs.record(writer.run)
    return round_list(made.round, request.language or reader.language)


@router.get(
    "/recommendations/{recommendation_id}",
    dependencies=[requires(Permission.RUNS_READ)],
    responses=_STORED | problem_responses(404, 503),
)
def read_recommendation(
    recommendation_id: Annotated[str, Path(description="`id` of a recommendation", max_length=200)],
    matcher: ReadyMatcher,
    principal: CurrentPrincipal,
    language: Annotated[Language, Query(description="Of the words")] = Language.CHINESE,
) -> StoredRecommendation:
    """Why a contact was recommended, as it was given: scores, reasons, versions, channel and time."""
    made, item = matcher.recommendations.find(recommendation_id)
    if not may_read_told(principal, made.key.reader_id, matcher.publisher.current):
        raise recommendation_not_found(recommendation_id)
    return stored_recommendation(made, item, language)


@router.get("/digests", dependencies=_ASK, response_model=Digest, responses=_DIGEST | problem_responses(404, 503))
def read_digest(
    profile_id: For,
    matcher: ReadyMatcher,
    principal: CurrentPrincipal,
    period: EveryPeriod = Period.WEEKLY,
    language: Words = None,
    personalised: Personalised = True,
    form: Annotated[DigestFormat | None, Query(alias="format", description="As `Accept` says if left out")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Digest | Response:
    """The same round as a letter: JSON, or with `format=html` or `Accept: text/html` the body of a mail."""
    question = Question(reader_id=profile_id, period=period, is_personalised=personalised)
    told, reader = _shown(question, language, matcher, principal, "for")
    digest = digest_of(told, title=_title(reader), organization_id=reader.owner(), language=language or reader.language)
    is_page = form is DigestFormat.HTML or (form is None and accept.startswith("text/html"))
    return HTMLResponse(mail_body(digest)) if is_page else digest


def _shown(
    question: Question, language: Language | None, matcher: Matcher, principal: Principal, field: str
) -> tuple[RecommendationList, Entry]:
    line = matcher.line
    snapshot = line.matchmaker.current
    check_subject(principal, question.reader_id, snapshot, field)
    reader = _reader(question.reader_id, snapshot, field)
    asking = Asking(
        matchmaker=line.matchmaker,
        snapshot=snapshot,
        write=RoundWriter(line.encoder).write,
        sees_members=principal.is_member,
    )
    found: Round = matcher.recommendations.show(question, asking)
    return round_list(found, language or reader.language), reader


def _reader(profile_id: str, snapshot: Snapshot, field: str) -> Entry:
    found = snapshot.find(profile_id)
    if found is None:
        raise subject_not_found(profile_id, field)
    return found[0].entries[found[1]]


def _title(reader: Entry) -> str:
    return reader.profile().title
