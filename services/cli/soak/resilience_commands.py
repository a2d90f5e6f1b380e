"""`liaison soak overload | faults | rolling`: how the services bear load, broken lines and restarts."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from services.cli.bench.report import BenchReport
from services.matcher.evaluation.comparison import StageProgress

STORES = Path("var/soak")
RunSoak = Callable[[Callable[[StageProgress], BenchReport], Path], None]
Reports = Annotated[Path, typer.Option(help="Where the dated report is written.")]
Profiles = Annotated[int, typer.Option(min=100, help="In the index.")]


def add_resilience_commands(soak_app: typer.Typer, run_soak: RunSoak, default_directory: Path) -> None:
    """`run_soak` runs one, writes its report and ends with exit code 1 where a check does not hold."""

    @soak_app.command("overload")
    def overload_command(
        profiles: Profiles = 500,
        data: Annotated[Path | None, typer.Option(help="A folder of profiles; else the bundled corpus.")] = None,
        times: Annotated[float, typer.Option(min=1, help="How many times the measured peak is offered.")] = 5,
        seconds: Annotated[float, typer.Option(min=1, help="How long.")] = 60,
        reports: Reports = default_directory,
    ) -> None:
        """Several times the capacity: what is taken in is answered as fast as ever, the rest is refused at once."""
        from services.cli.soak import overload as soak  # noqa: PLC0415 - the services take seconds

        options = soak.OverloadOptions(
            directory=STORES, profiles=profiles, data=data, times_capacity=times, seconds=seconds
        )
        run_soak(lambda progress: soak.run(options, progress), reports)

    @soak_app.command("faults")
    def faults_command(
        profiles: Profiles = 300,
        seconds: Annotated[float, typer.Option(min=1, help="How long each fault lasts.")] = 25,
        reports: Reports = default_directory,
    ) -> None:
        """Catalog and databases down, slow, swallowed and reset: matches go on, and all is well soon after."""
        from services.cli.soak import faults as soak  # noqa: PLC0415 - the services take seconds

        options = soak.FaultOptions(profiles=profiles, fault_seconds=seconds)
        run_soak(lambda progress: soak.run(options, progress), reports)

    @soak_app.command("rolling")
    def rolling_command(
        replicas: Annotated[int, typer.Option(min=2, help="Matchers behind one balancer.")] = 3,
        restarts: Annotated[int, typer.Option(min=1, help="One after the other.")] = 20,
        rate: Annotated[float, typer.Option(min=1, help="Requests a second.")] = 20,
        reports: Reports = default_directory,
    ) -> None:
        """Replicas are restarted under load, and no request fails."""
        from services.cli.soak import rolling as soak  # noqa: PLC0415 - the services take seconds

        options = soak.RollingOptions(directory=STORES, replicas=replicas, restarts=restarts, requests_per_second=rate)
        run_soak(lambda progress: soak.run(options, progress), reports)
