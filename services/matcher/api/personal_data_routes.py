"""GET /v1/personal-data: what the matcher has derived from an organisation's profiles."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.matcher.deps import ReadyMatcher
from services.matcher.privacy.export import export, whose
from shared.contracts.base import Identifier, WireModel
from shared.contracts.personal_data import MatcherPersonalData
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires

router = APIRouter(prefix="/v1", tags=["privacy"])

_PROFILE = "prf_0b5c8d0e7a4f5e0e9d4b5a6c7d8e9f00"
PERSONAL_DATA_EXAMPLE: dict[str, Any] = {
    "organization_id": "org-northgate",
    "profile_ids": [_PROFILE],
    "exported_at": "2026-11-24T09:30:00Z",
    "records": [{"table": "exposures", "columns": {"profile_id": _PROFILE, "shown": 12}}],
    "runs": [
        {
            "run_id": "run_3f6d1c0e9b8a47d2a5c4e1f0b7d69382",
            "is_subject": False,
            "profile_ids": [_PROFILE],
            "first_answered_at": "2026-11-23T13:33:51Z",
            "last_answered_at": "2026-11-23T13:41:07Z",
            "answered": 3,
        }
    ],
}
_FOUND: Responses = {200: {"content": {"application/json": {"example": PERSONAL_DATA_EXAMPLE}}}}


class PersonalDataQuery(WireModel):
    """Whose data; your own organisation's where neither is given."""

    organization_id: Identifier | None = None
    profile_id: Identifier | None = None
    """This profile alone."""


@router.get(
    "/personal-data",
    dependencies=[requires(Permission.PERSONAL_DATA_EXPORT)],
    responses=_FOUND | problem_responses(403, 404, 503),
)
def export_derived_data(
    query: Annotated[PersonalDataQuery, Query()],
    matcher: ReadyMatcher,
    principal: CurrentPrincipal,
    response: Response,
) -> MatcherPersonalData:
    """Documents, recorded answers, exposures, judgments and whatever else is derived, for its owner and administrators.

    It reads every recorded answer, so it may take some seconds. Of answers to others it tells only that there are some.
    """
    response.headers["Cache-Control"] = "no-store"
    of = whose(principal, query.organization_id, query.profile_id, matcher.publisher.current)
    return export(matcher.database, of, now=datetime.now(UTC))
