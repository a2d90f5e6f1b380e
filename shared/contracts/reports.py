"""Reports on the wire: tables with titles in both languages, in which small cells are left out."""

from datetime import datetime
from enum import StrEnum

from shared.contracts.base import WireModel
from shared.contracts.explanations import BilingualText
from shared.contracts.matches import Provenance

Cell = str | int | float | None
"""None where the cell is suppressed, or where there is nothing to tell."""


class ReportName(StrEnum):
    """What a report is about."""

    SUPPLY = "supply"
    """Profiles by kind, sector, stage and region."""
    COVERAGE = "coverage"
    """Who has any match above the floor, and whose demand is unmet."""
    FUNNEL = "funnel"
    """From being shown to an outcome, with times."""
    ACCEPTANCE = "acceptance"
    """Acceptance by rank, and why pairings were declined."""
    EXPOSURE = "exposure"
    """How evenly profiles are shown, and who never was."""
    PLATFORMS = "platforms"
    """How much of the pilot platforms' capacity is used."""
    PARK_READY = "park-ready"
    """Projects that are ready for an industrial park."""


class ReportColumn(WireModel):
    """One column of a table."""

    name: str
    title: BilingualText


class ReportTable(WireModel):
    """Rows of cells; the first column says what a row is about."""

    name: str
    title: BilingualText
    note: BilingualText | None = None
    columns: tuple[ReportColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    suppressed: int = 0
    """Cells left out because they stand for too few, or because others could be told from them."""


class Report(WireModel):
    """One report, from one snapshot and the feedback read so far."""

    name: ReportName
    title: BilingualText
    tables: tuple[ReportTable, ...]
    minimum_cell: int
    """Counts from 1 to one below this are left out."""
    since: datetime | None = None
    until: datetime | None = None
    """Of feedback; what profiles say is as of now."""
    provenance: Provenance
    reported_at: datetime
