"""Commands that rank in their own process: they need what the extra `matcher` installs."""

from functools import partial
from pathlib import Path

import typer

from services.cli.bench.commands import bench_app
from services.cli.evaluate_command import evaluate_command
from services.cli.evaluation_rankers import ServedRankers
from services.cli.soak.commands import soak_app
from services.cli.tune_command import tune_command
from services.cli.tune_sets import PipelineMeasure
from services.matcher.scoring.shipped import SHIPPED_POLICY

EVALUATION_VECTORS = Path("var/evaluation/vectors.db")


def add_ranking_commands(app: typer.Typer) -> None:
    """`liaison evaluate`, `tune`, `bench` and `soak`."""
    app.command("evaluate")(evaluate_command(partial(ServedRankers, EVALUATION_VECTORS)))
    app.command("tune")(tune_command(PipelineMeasure(EVALUATION_VECTORS, SHIPPED_POLICY), SHIPPED_POLICY))
    app.add_typer(bench_app, name="bench")
    app.add_typer(soak_app, name="soak")
