"""The command `liaison`: one file a command, put together here."""

from functools import partial
from pathlib import Path

import typer

from services.cli.bench.commands import bench_app
from services.cli.comparison_commands import comparison_app
from services.cli.demo.command import demo_command
from services.cli.evaluate_command import evaluate_command
from services.cli.evaluation_rankers import ServedRankers
from services.cli.export_command import export_command
from services.cli.golden_commands import golden_app
from services.cli.import_command import import_command
from services.cli.match_command import match_command
from services.cli.model_commands import model_app
from services.cli.policy_commands import policy_app
from services.cli.problems import CommandGroup
from services.cli.serve_command import serve_app
from services.cli.tune_command import tune_command
from services.cli.tune_sets import PipelineMeasure
from services.matcher.scoring.shipped import SHIPPED_POLICY

EVALUATION_VECTORS = Path("var/evaluation/vectors.db")

app = typer.Typer(
    cls=CommandGroup,
    name="liaison",
    help="Matches startups with the resources they need.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.command("demo")(demo_command)
app.add_typer(serve_app, name="serve")
app.command("import")(import_command)
app.command("export")(export_command)
app.command("match")(match_command)
app.add_typer(policy_app, name="policy")
app.add_typer(model_app, name="model")
app.add_typer(comparison_app, name="comparison")
app.command("evaluate")(evaluate_command(partial(ServedRankers, EVALUATION_VECTORS)))
app.command("tune")(tune_command(PipelineMeasure(EVALUATION_VECTORS, SHIPPED_POLICY), SHIPPED_POLICY))
app.add_typer(golden_app, name="golden")
app.add_typer(bench_app, name="bench")
