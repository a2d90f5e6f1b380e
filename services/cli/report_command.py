"""`liaison report`: reports of a running matcher in the terminal, or as a page, CSV or JSON in a file."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from services.cli.clients import MATCHER_URL, MatcherUrl, Service, ServiceClient, connected
from services.cli.match_display import terminal_or_wide
from services.cli.problems import CommandProblem
from shared.contracts.reports import Report, ReportName, ReportTable

MAKING_SECONDS = 300
_FORMATS = {".html": "html", ".csv": "csv", ".json": "json"}


def report_command(
    names: Annotated[list[ReportName] | None, typer.Argument(help="What about; everything if left out.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write a page, CSV or JSON: .html, .csv or .json.")] = None,
    since: Annotated[str | None, typer.Option(help="Only feedback since then, such as 2026-01-01T00:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Only feedback before then.")] = None,
    sample: Annotated[int, typer.Option(min=1, max=1_000, help="Profiles a kind that are asked for coverage.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print the matcher's answers as JSON.")] = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Supply, coverage, funnel, acceptance, exposure, platforms, park-ready projects; small cells are left out."""
    params: dict[str, str | int | float] = {"sample": sample}
    params |= {name: value for name, value in (("since", since), ("until", until)) if value is not None}
    chosen = names or list(ReportName)
    with connected(Service.MATCHER, matcher_url, answer_seconds=MAKING_SECONDS) as matcher:
        if out is not None:
            _write(matcher, names, params, out)
            return
        documents = [matcher.get(f"/v1/reports/{name}", **params) for name in chosen]
    if as_json:
        typer.echo(json.dumps(documents, ensure_ascii=False, indent=2))
        return
    for document in documents:
        report = Report.model_validate(document)
        for table in report.tables:
            terminal_or_wide().print(_shown(report, table))


def _write(
    matcher: ServiceClient, names: list[ReportName] | None, params: dict[str, str | int | float], out: Path
) -> None:
    form = _FORMATS.get(out.suffix.lower())
    if form is None or len(names or ()) > 1:
        raise CommandProblem("--out: name one report or none, and a file that ends in .html, .csv or .json.")
    path = f"/v1/reports/{names[0]}" if names else "/v1/reports"
    with matcher.stream("GET", path, params=params | {"format": form}) as response:
        content = response.read()
    try:
        out.write_bytes(content)
    except OSError as error:
        raise CommandProblem(f"--out: {out} cannot be written ({error.strerror}). Check the path.") from None
    typer.echo(f"Wrote {out}")


def _shown(report: Report, table: ReportTable) -> Table:
    shown = Table(title=Text(f"{report.title.en} {report.title.zh}: {table.title.en}"), title_justify="left")
    for place, column in enumerate(table.columns):
        shown.add_column(Text(f"{column.title.en}\n{column.title.zh}"), justify="right" if place else "left")
    for row in table.rows:
        shown.add_row(*(Text("–" if cell is None else str(cell)) for cell in row))
    if table.note:
        shown.caption = table.note.en
    return shown
