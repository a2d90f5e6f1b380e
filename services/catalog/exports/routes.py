"""GET /v1/exports: every active profile as JSON lines or CSV, streamed."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import structlog
from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from services.catalog.deps import Db, Settings
from services.catalog.exports.documents import ExportScope, count_left_out, document_pages
from services.catalog.exports.flat_columns import csv_lines
from shared.contracts.base import Identifier
from shared.contracts.profiles import Kind
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import Permission, requires

LEFT_OUT_HEADER = "Liaison-Left-Out"
_JSONL_EXAMPLE = '{"kind":"investor","source":"example","external_id":"yuanhang","title":"远航早期基金（虚构）"}\n'
_CSV_EXAMPLE = "kind,source,external_id,title\ninvestor,example,yuanhang,Yuanhang Early Fund (fictional)\n"
_ANSWERS: Responses = {
    200: {
        "description": "One profile a line, in the wire format of `Profile`, or one a CSV row.",
        "content": {
            "application/x-ndjson": {"schema": {"type": "string"}, "example": _JSONL_EXAMPLE},
            "text/csv": {"schema": {"type": "string"}, "example": _CSV_EXAMPLE},
        },
        "headers": {LEFT_OUT_HEADER: {"schema": {"type": "integer"}, "description": "Hidden and anonymous profiles."}},
    }
}

router = APIRouter(tags=["exports"])


class ExportFormat(StrEnum):
    """JSON lines keep everything; CSV opens in a spreadsheet."""

    JSONL = "jsonl"
    CSV = "csv"


_MEDIA_TYPES = {ExportFormat.JSONL: "application/x-ndjson", ExportFormat.CSV: "text/csv"}


@router.get(
    "/v1/exports",
    dependencies=[requires(Permission.PROFILES_EXPORT)],
    response_class=StreamingResponse,
    responses=_ANSWERS | problem_responses(503),
)
def export_profiles(
    db: Db,
    settings: Settings,
    kind: Annotated[Kind | None, Query()] = None,
    source: Annotated[Identifier | None, Query()] = None,
    file_format: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.JSONL,
) -> StreamingResponse:
    """Without contacts; hidden and anonymous profiles are left out and counted. Importing an export changes nothing."""
    scope = ExportScope(kind=kind, source=source, is_private=settings.export_private)
    with db.read() as session:
        left_out = count_left_out(session, scope)
    structlog.get_logger("exports").info("export_started", kind=kind, format=file_format, left_out=left_out)
    pages = document_pages(db, scope)
    lines = _json_lines(pages) if file_format is ExportFormat.JSONL else csv_lines(pages, kind)
    headers = {
        LEFT_OUT_HEADER: str(left_out),
        "Content-Disposition": f'attachment; filename="profiles.{file_format.value}"',
    }
    return StreamingResponse(lines, media_type=_MEDIA_TYPES[file_format], headers=headers)


def _json_lines(pages: Iterator[list[str]]) -> Iterator[str]:
    for page in pages:
        yield "".join(document + "\n" for document in page)
