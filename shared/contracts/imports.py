"""What a bulk import reports, row by row."""

from enum import StrEnum

from shared.contracts.base import WireModel
from shared.contracts.problems import FieldProblem


class RowOutcome(StrEnum):
    """What became of a row; in a dry run, what would become of it."""

    CREATED = "created"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class RowReport(WireModel):
    """A row worth telling: rejected ones always, with the line, the field and the fix."""

    line: int
    """1-based line (JSONL, CSV) or sheet row (XLSX) in the file."""
    outcome: RowOutcome
    external_id: str | None = None
    problems: tuple[FieldProblem, ...] = ()


class ImportReport(WireModel):
    """The whole import; `created + revised + unchanged + rejected == total`."""

    dry_run: bool
    total: int
    created: int
    revised: int
    unchanged: int
    rejected: int
    rejected_rows: tuple[RowReport, ...] = ()
    """The first 1,000 rejected rows."""


class ImportProgress(WireModel):
    """A line of the streamed answer while an import runs; `total_rows` is known once the file is read."""

    done_rows: int
    total_rows: int
