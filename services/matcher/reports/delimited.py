"""Reports as CSV: one table after another, each led by its report and name; pure."""

import csv
from collections.abc import Iterable
from io import StringIO

from shared.contracts.reports import Cell, Report

BOM = "\ufeff"
"""Tells spreadsheets that the text is UTF-8."""


def report_csv(reports: Iterable[Report]) -> str:
    """Every table with a header row and an empty line after it; suppressed cells are empty.

    A cell that a spreadsheet would run as a formula is made a text.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for report in reports:
        for table in report.tables:
            writer.writerow([report.name.value, table.name, table.title.en, table.title.zh])
            writer.writerow([column.name for column in table.columns])
            writer.writerows([_inert(cell) for cell in row] for row in table.rows)
            writer.writerow([])
    return BOM + text.getvalue()


def _inert(cell: Cell) -> str:
    told = "" if cell is None else str(cell)
    return f"'{told}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else told
