"""`liaison import`: files of profiles into the catalog, with a bar, and a report of what was left out."""

import json
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.cli.clients import CATALOG_URL, CatalogUrl, Service, connected
from services.cli.evaluation_display import StageBars
from services.cli.import_stream import import_stream
from services.cli.problems import CommandProblem, field_line
from shared.contracts.imports import ImportReport, RowReport
from shared.contracts.profiles import Kind

SHOWN_ROWS = 20


def import_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="JSONL (also gzipped), CSV or XLSX.")],
    kind: Annotated[Kind | None, typer.Option(help="Of every row; else each row names its own.")] = None,
    source: Annotated[str | None, typer.Option(help="Of every row; else each row names its own.")] = None,
    mapping: Annotated[
        str | None, typer.Option(help='`{"their column": "our.field"}` as JSON, or a file that holds it.')
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Of a workbook; the first if left out.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report what would happen, write nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Write every row or, if one is rejected, none.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON, one a line.")] = False,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """Import profiles from files; importing one again changes nothing. Exit code 1 where a row was rejected."""
    missing = [path for path in files if not path.is_file()]
    if missing:
        raise CommandProblem(*(f"{path}: there is no such file. Check the path." for path in missing))
    options = {"kind": kind, "source": source, "mapping": mapping and _mapping(mapping), "sheet": sheet}
    form = {name: str(value) for name, value in options.items() if value is not None}
    form |= {"dry_run": str(dry_run).lower(), "strict": str(strict).lower()}
    reports = []
    with connected(Service.CATALOG, catalog_url) as catalog:
        for path in files:
            with StageBars() as bars, path.open("rb") as file:
                report = import_stream(catalog, file, path.name, form, partial(bars, path.name))
            reports.append(report)
            if as_json:
                typer.echo(report.model_dump_json(exclude_none=True))
            else:
                show_report(path.name, report)
    if any(report.rejected for report in reports):
        raise typer.Exit(1)


def _mapping(given: str) -> str:
    """The mapping itself; what stands in braces is no file."""
    if given.lstrip().startswith("{"):
        return given
    try:
        text = Path(given).read_text(encoding="utf-8-sig")
        json.loads(text)
    except OSError:
        raise CommandProblem(f"--mapping: no file {given!r}. Give a file, or the JSON object itself.") from None
    except ValueError as error:
        raise CommandProblem(f"--mapping: {given} is not JSON ({error}). Write one object in UTF-8.") from None
    return text


def show_report(name: str, report: ImportReport) -> None:
    """Counts, then the rows that were rejected or lost a value."""
    out = Console()
    counts = " · ".join(
        f"{getattr(report, outcome)} {outcome}" for outcome in ("created", "revised", "unchanged", "rejected")
    )
    verb = "would be" if not report.applied else "imported"
    out.print(f"[bold]{escape(name)}[/bold]: {report.total} rows {verb}: {counts}", highlight=False)
    if report.ignored_columns:
        out.print("not read: " + escape(", ".join(report.ignored_columns)), highlight=False)
    for title, rows in (("rejected", report.rejected_rows), ("left out", report.warned_rows)):
        if rows:
            out.print(_rows_table(title, rows))


def _rows_table(title: str, rows: tuple[RowReport, ...]) -> Table:
    more = f" (first {SHOWN_ROWS} of {len(rows)}; --json has them)" if len(rows) > SHOWN_ROWS else ""
    table = Table("line", "id", "what and how to mend it", title=f"{title}{more}", title_justify="left")
    for row in rows[:SHOWN_ROWS]:
        told = "\n".join(field_line(problem) for problem in row.problems)
        table.add_row(str(row.line), escape(row.external_id or ""), escape(told))
    return table
