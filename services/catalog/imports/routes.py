"""POST /v1/imports: a file in, a report out, or a stream of progress lines that ends with the report."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Header, Response, UploadFile
from fastapi.responses import StreamingResponse

from services.catalog.deps import Db, Now, Settings
from services.catalog.imports.importer import ImportOptions, count_rows, import_rows
from services.catalog.imports.mapping import parse_mapping
from services.catalog.imports.readers import FileFormat, format_of
from shared.contracts.base import Identifier, Line
from shared.contracts.imports import ImportProgress, ImportReport
from shared.contracts.problems import Problem
from shared.contracts.profiles import Kind
from shared.kit.errors import ServiceError
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires

NDJSON = "application/x-ndjson"
_REPORT_EXAMPLE = {
    "dry_run": False,
    "total": 3,
    "created": 2,
    "revised": 0,
    "unchanged": 0,
    "rejected": 1,
    "rejected_rows": [
        {
            "line": 3,
            "outcome": "rejected",
            "problems": [{"field": "title", "message": "Field required", "fix": "Add this field."}],
        }
    ],
}
_LINES_EXAMPLE = '{"done_rows":2,"total_rows":2}\n{"dry_run":false,"total":2,"created":2,"revised":0,...}\n'
_ANSWERS: Responses = {
    200: {
        "model": ImportReport,
        "content": {
            "application/json": {"example": _REPORT_EXAMPLE},
            NDJSON: {"schema": {"type": "string"}, "example": _LINES_EXAMPLE},
        },
    }
}

router = APIRouter(tags=["imports"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportForm:
    """The form fields beside the file."""

    kind: Annotated[Kind | None, Form(description="Of every row; else each row names its own.")] = None
    source: Annotated[Identifier | None, Form(description="Of every row; else each row names its own.")] = None
    format: Annotated[FileFormat | None, Form(description="By the file's name if left out.")] = None
    mapping: Annotated[str | None, Form(description='`{"their column": "our.field"}` as JSON.')] = None
    sheet: Annotated[Line | None, Form(description="Of a workbook; the first if left out.")] = None
    dry_run: Annotated[bool, Form(description="Report what would happen and write nothing.")] = False
    strict: Annotated[bool, Form(description="Write every row or, if one is rejected, none.")] = False

    def options(self, file_name: str, max_unpacked_bytes: int) -> ImportOptions:
        return ImportOptions(
            file_format=self.format or format_of(file_name),
            max_unpacked_bytes=max_unpacked_bytes,
            mapping=parse_mapping(self.mapping),
            kind=self.kind,
            source=self.source,
            sheet=self.sheet,
            dry_run=self.dry_run,
            strict=self.strict,
        )


@router.post(
    "/v1/imports",
    dependencies=[requires(Permission.PROFILES_WRITE)],
    response_model=ImportReport,
    responses=_ANSWERS | problem_responses(400, 413, 415, 503),
)
def import_file(
    db: Db,
    settings: Settings,
    now: Now,
    principal: CurrentPrincipal,
    form: Annotated[ImportForm, Depends()],
    file: Annotated[UploadFile, File(description="JSONL (also gzipped), CSV or XLSX; a row a profile.")],
    accept: Annotated[str, Header(description=f"`{NDJSON}` asks for progress lines, the report last.")] = "",
) -> Response | ImportReport:
    """Good rows are written, bad ones reported with line, field and fix; importing a file again changes nothing."""
    options = form.options(file.filename or "", settings.max_unpacked_import_bytes)
    lines = import_rows(file.file, options, count_rows(file.file, options), db, now, principal)
    if NDJSON in accept.casefold():
        return StreamingResponse(_as_ndjson(lines), media_type=NDJSON)
    *_, report = lines
    assert isinstance(report, ImportReport)
    return report


def _as_ndjson(lines: Iterator[ImportProgress | ImportReport]) -> Iterator[str]:
    """The status is sent by then, so an error becomes the last line; batches before it are written."""
    try:
        for line in lines:
            yield line.model_dump_json(exclude_none=True) + "\n"
    except ServiceError as error:
        title = HTTPStatus(error.status).phrase
        problem = Problem(title=title, status=error.status, code=error.code, detail=error.detail, errors=error.errors)
        yield problem.model_dump_json(exclude_none=True) + "\n"
