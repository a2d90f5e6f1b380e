"""`liaison soak`: the long runs and their options."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console

from services.cli.bench.report import BenchReport, as_tables
from services.cli.evaluation_display import StageBars
from services.cli.problems import CommandGroup
from services.cli.soak.durability_commands import add_durability_commands
from services.cli.soak.reports import DEFAULT_DIRECTORY, holds, write_report
from services.cli.soak.resilience_commands import add_resilience_commands
from services.matcher.evaluation.comparison import StageProgress

soak_app = typer.Typer(
    cls=CommandGroup,
    help="Break the services on purpose, on this machine, and check that nothing is lost. Each ends by itself.",
    no_args_is_help=True,
)


def run_soak(soak: Callable[[StageProgress], BenchReport], directory: Path) -> None:
    """Run it, show and write its report; exit code 1 where a check does not hold."""
    with StageBars() as bars:
        report = soak(bars)
    Console().print(as_tables(report))
    path = write_report(report, directory, now=datetime.now(UTC))
    typer.echo(f"Written: {path}")
    if not holds(report):
        raise typer.Exit(1)


add_resilience_commands(soak_app, run_soak, DEFAULT_DIRECTORY)
add_durability_commands(soak_app, run_soak, DEFAULT_DIRECTORY)
