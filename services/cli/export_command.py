"""`liaison export`: the catalog's active profiles as JSON lines or CSV."""

import sys
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.cli.clients import CATALOG_URL, CatalogUrl, Service, connected
from services.cli.problems import CommandProblem
from shared.contracts.profiles import Kind


class ExportFormat(StrEnum):
    """JSON lines keep everything; CSV opens in a spreadsheet."""

    JSONL = "jsonl"
    CSV = "csv"


def export_command(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; standard output if left out.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only this kind.")] = None,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    file_format: Annotated[ExportFormat, typer.Option("--format", help="What is written.")] = ExportFormat.JSONL,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """Export profiles, without contacts; hidden and anonymous ones are left out and counted."""
    params = {"format": file_format.value, "kind": kind, "source": source}
    asked = {name: value for name, value in params.items() if value is not None}
    with (
        ExitStack() as opened,
        connected(Service.CATALOG, catalog_url) as catalog,
        catalog.stream("GET", "/v1/exports", params=asked) as response,
    ):
        try:  # opened once the catalog has answered, so that a refusal leaves the old file alone
            file = opened.enter_context(output.open("wb")) if output else sys.stdout.buffer
        except OSError as error:
            raise CommandProblem(f"--output: {output} cannot be written ({error.strerror}). Name another.") from None
        for block in response.iter_bytes():
            file.write(block)
        file.flush()
        left_out = response.headers.get("Liaison-Left-Out", "0")
    typer.echo(f"Left out: {left_out} hidden or anonymous profiles.", err=True)
