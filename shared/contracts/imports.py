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
    """A row worth telling: rejected ones always, written ones where something was left out; with field and fix."""

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
    applied: bool = True
    """False where nothing was written: a dry run, or a strict import with a rejected row; counts tell what would be."""
    warned_rows: tuple[RowReport, ...] = ()
    """The first 1,000 rows that are good but lost a value, such as an unknown stage."""
    ignored_columns: tuple[str, ...] = ()
    """Columns with values that no field was read from; at most 100."""


class ImportProgress(WireModel):
    """A line of the streamed answer while an import runs; `total_rows` is known once the file is read."""

    done_rows: int
    total_rows: int
