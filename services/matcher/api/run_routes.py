"""GET /v1/match-runs/{run_id}: what was answered, with which versions."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from services.matcher.api.examples import MATCH_RESPONSE_EXAMPLE
from services.matcher.api.object_access import may_read_run
from services.matcher.deps import RunningMatcher
from services.matcher.runs.answered import RecordedRun
from shared.contracts.match_runs import MatchRun
from shared.kit.errors import Gone, NotFound
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires

router = APIRouter(prefix="/v1", tags=["matches"])

_RUN_ID = "run_3f6d1c0e9b8a47d2a5c4e1f0b7d69382"
MATCH_RUN_EXAMPLE: dict[str, Any] = {  # Any: JSON
    "run_id": _RUN_ID,
    "request": {"subject_id": "prf_0b5c8d0e7a4f5e0e9d4b5a6c7d8e9f00", "target_kinds": ["project"], "limit": 10},
    "answer": MATCH_RESPONSE_EXAMPLE | {"run_id": _RUN_ID},
    "answered": 3,
    "first_answered_at": "2026-11-23T13:33:51.257731Z",
    "last_answered_at": "2026-11-23T13:41:07.004518Z",
}
_FOUND: Responses = {200: {"content": {"application/json": {"example": MATCH_RUN_EXAMPLE}}}}


class MatchRunNotFound(NotFound):
    """No recorded run has this id."""

    code = "match_run_not_found"


class MatchRunErased(Gone):
    """The run named a profile that was erased, and was deleted with it."""

    code = "match_run_erased"


@router.get(
    "/match-runs/{run_id}",
    dependencies=[requires(Permission.RUNS_READ)],
    response_model=MatchRun,
    responses=_FOUND | problem_responses(404, 410, 503),
)
def read_match_run(
    run_id: Annotated[str, Path(description="`run_id` of an answer")],
    matcher: RunningMatcher,
    principal: CurrentPrincipal,
) -> Response:
    """The answer as it was given, byte by byte, with its request; kept for a time after it was last answered."""
    run = matcher.runs.find(run_id)
    if run is None and (erasure_id := matcher.runs.erasure_of(run_id)) is not None:
        raise MatchRunErased(
            f"run_id: this answer named a profile that was erased ({erasure_id}), and was deleted. Ask again."
        )
    if run is None or not may_read_run(principal, run, matcher.publisher.current):
        raise MatchRunNotFound(
            "run_id: no such run. It was not recorded (`record_run: false`, or too many at once), or it is older than "
            "the retention. Use the run_id of an answer, or ask again."
        )
    return Response(_match_run_json(run), media_type="application/json")


def _match_run_json(run: RecordedRun) -> bytes:
    """A MatchRun whose `request` and `answer` are the stored bytes, never read and written anew."""
    told = {
        "run_id": run.run_id,
        "answered": run.answered,
        "first_answered_at": _utc(run.first_answered_at),
        "last_answered_at": _utc(run.last_answered_at),
    }
    opening = json.dumps(told, separators=(",", ":"))[:-1].encode()
    return b'%b,"request":%b,"answer":%b}' % (opening, run.request, run.answer)


def _utc(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
