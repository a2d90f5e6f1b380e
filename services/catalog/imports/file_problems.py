"""Why a whole file cannot be imported, and one row of it that cannot be read."""

from dataclasses import dataclass

from services.catalog.imports.record_fields import RecordProblem
from shared.contracts.problems import FieldProblem
from shared.kit.errors import InvalidRequest


class UnreadableFile(InvalidRequest):
    """The file is no well-formed JSONL, CSV or XLSX; the detail names the place and the fix."""

    code = "unreadable_file"

    def __init__(self, message: str, fix: str, *, field: str = "file") -> None:
        super().__init__(f"{field}: {message}. {fix}", errors=(FieldProblem(field=field, message=message, fix=fix),))


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One row as the file holds it: its line (or sheet row), and its values or the problem that hides them."""

    line: int
    values: dict[str, object]
    problem: RecordProblem | None = None


def unreadable_row(line: int, message: str, fix: str, *, field: str = "row") -> RawRow:
    """A row that is reported and skipped; the rows after it are read."""
    return RawRow(line=line, values={}, problem=RecordProblem((FieldProblem(field=field, message=message, fix=fix),)))
