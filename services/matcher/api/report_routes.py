"""/v1/reports: tables for the platform and the district, as JSON, CSV or a printable page."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import AwareDatetime

from services.matcher.api.report_examples import REPORT_EXAMPLE
from services.matcher.bootstrap import Matcher
from services.matcher.deps import ReadyMatcher
from services.matcher.reports.delimited import report_csv
from services.matcher.reports.service import ReportQuery
from shared.contracts.reports import Report, ReportName
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import Permission, requires

router = APIRouter(prefix="/v1", tags=["reports"])
_FORMS: Responses = {
    200: {
        "content": {
            "application/json": {"example": REPORT_EXAMPLE},
            "text/csv": {"schema": {"type": "string"}},
            "text/html": {"schema": {"type": "string"}},
        }
    }
}
_ALL: Responses = {
    200: {
        "content": {
            "application/json": {"example": [REPORT_EXAMPLE]},
            "text/html": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}},
        }
    }
}


class ReportFormat(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"


Since = Annotated[AwareDatetime | None, Query(description="Only feedback of this moment or later")]
Until = Annotated[AwareDatetime | None, Query(description="Only feedback of before this moment")]
Sample = Annotated[int, Query(ge=1, le=1_000, description="Profiles of each kind that are asked for coverage")]


@router.get(
    "/reports/{report}",
    dependencies=[requires(Permission.REPORTS_READ)],
    response_model=Report,
    responses=_FORMS | problem_responses(503),
)
def read_report(
    report: Annotated[ReportName, Path(description="What it is about")],
    matcher: ReadyMatcher,
    form: Annotated[ReportFormat, Query(alias="format", description="How it is written")] = ReportFormat.JSON,
    since: Since = None,
    until: Until = None,
    sample: Sample = 200,
) -> Report | Response:
    """One report, made now. Small cells are left out, and what would tell them."""
    made = _made(report, matcher, ReportQuery(since=since, until=until, sample=sample))
    return made if form is ReportFormat.JSON else _written([made], form)


@router.get("/reports", dependencies=[requires(Permission.REPORTS_READ)], responses=_ALL | problem_responses(503))
def read_reports(
    matcher: ReadyMatcher,
    form: Annotated[ReportFormat, Query(alias="format", description="How they are written")] = ReportFormat.JSON,
    since: Since = None,
    until: Until = None,
    sample: Sample = 200,
) -> list[Report]:
    """Every report, made now."""
    query = ReportQuery(since=since, until=until, sample=sample)
    made = [_made(name, matcher, query) for name in ReportName]
    return made if form is ReportFormat.JSON else _written(made, form)  # type: ignore[return-value]  # a response


def _made(name: ReportName, matcher: Matcher, query: ReportQuery) -> Report:
    return matcher.reports.report(name, query, matcher.line.matchmaker, matcher.served_policies.active)


def _written(reports: list[Report], form: ReportFormat) -> Response:
    name = reports[0].name.value if len(reports) == 1 else "reports"
    if form is ReportFormat.CSV:
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return Response(report_csv(reports), media_type="text/csv; charset=utf-8", headers=headers)
    from services.matcher.reports.page import report_page  # noqa: PLC0415 - the plot library takes a second

    return HTMLResponse(report_page(reports))
