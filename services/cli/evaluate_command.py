"""`liaison evaluate`: scores the served ranking, its rivals and other policies over folders of judged data."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.cli.evaluate import RankerFactory, evaluate_folders
from services.cli.evaluation_display import StageBars
from services.cli.evaluation_rankers import ComparedModel
from services.cli.evaluation_tables import set_tables
from services.cli.match_display import terminal_or_wide
from services.cli.problems import CommandProblem
from services.matcher.evaluation.comparison import FaultyRanking, NothingToEvaluate, UnknownReference
from services.matcher.evaluation.report import SetReport, report_json
from services.matcher.evaluation.set_folder import JudgedSetProblem
from shared.contracts.vocabularies import Language

RankersOfPolicies = Callable[[Sequence[Path], Sequence[ComparedModel]], RankerFactory]
"""From files of policies and models to the rankings of a set, theirs among them; raises CommandProblem."""


def evaluate_command(rankers_of: RankersOfPolicies) -> Callable[..., None]:
    """The command `evaluate` over the given rankings, ready for typer to register."""

    def evaluate(
        folders: Annotated[
            list[Path], typer.Argument(metavar="SETDIR...", help="Folders of judged data: see docs/evaluation.md.")
        ],
        policies: Annotated[
            list[Path] | None,
            typer.Option("--policy", metavar="FILE", help="A policy document to compare; may be repeated."),
        ] = None,
        models: Annotated[
            list[str] | None,
            typer.Option("--model", metavar="PATH", help="A model's folder to compare; may be repeated."),
        ] = None,
        model_languages: Annotated[
            list[Language] | None,
            typer.Option("--model-language", help="Languages that those models read; may be repeated; en if left out."),
        ] = None,
        reference: Annotated[
            str | None, typer.Option(metavar="NAME", help="The ranking that the others are compared with.")
        ] = None,
        cutoffs: Annotated[
            list[int] | None,
            typer.Option("--cutoff", metavar="K", min=1, max=1_000, help="Every metric at K too; may be repeated."),
        ] = None,
        json_file: Annotated[
            Path | None, typer.Option("--json", metavar="FILE", help="Write the report as JSON; - for stdout.")
        ] = None,
        html_file: Annotated[
            Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one HTML page with plots.")
        ] = None,
        qrels: Annotated[str, typer.Option(help="Name of the judgments' file in each folder.")] = "qrels.tsv",
        seed: Annotated[int, typer.Option(min=0, help="Seed of the random ordering, the intervals and the tests.")] = 0,
    ) -> None:
        """Score the served ranking, its legs, the baselines and other policies over judged data."""
        is_json_on_stdout = json_file is not None and str(json_file) == "-"
        _check_writable("--json", None if is_json_on_stdout else json_file)
        _check_writable("--html", html_file)
        tables = Console(stderr=True) if is_json_on_stdout else terminal_or_wide()
        reports: list[SetReport] = []
        try:
            with StageBars() as bars:
                for report in evaluate_folders(
                    folders,
                    build_rankers=rankers_of(
                        policies or [],
                        [
                            ComparedModel(source=source, languages=tuple(model_languages or (Language.ENGLISH,)))
                            for source in models or []
                        ],
                    ),
                    progress=bars,
                    qrels=qrels,
                    seed=seed,
                    cutoffs=cutoffs or [],
                    reference=reference,
                ):
                    bars.clear()
                    reports.append(report)
                    tables.print(set_tables(report))
                    # After every set: a later one may fail.
                    _write(reports, None if is_json_on_stdout else json_file, html_file)
        except (JudgedSetProblem, NothingToEvaluate, UnknownReference, FaultyRanking, CommandProblem) as problem:
            for line in str(problem).splitlines():
                typer.echo(f"Error: {line}", err=True)
            raise typer.Exit(1) from None
        if is_json_on_stdout:
            typer.echo(_as_text(reports))

    return evaluate


def _check_writable(option: str, file: Path | None) -> None:
    if file is not None and (file.is_dir() or not file.parent.is_dir()):
        typer.echo(f"Error: {option}: {file} cannot be a file. Name one in a folder that exists.", err=True)
        raise typer.Exit(2)  # as typer does for a bad option, whose box would break a long path into pieces


def _write(reports: Sequence[SetReport], json_file: Path | None, html_file: Path | None) -> None:
    if json_file is not None:
        json_file.write_text(_as_text(reports) + "\n", encoding="utf-8")
    if html_file is not None:
        from services.cli.evaluation_page import evaluation_page  # noqa: PLC0415 - the plot library takes a second

        html_file.write_text(evaluation_page(reports), encoding="utf-8")


def _as_text(reports: Sequence[SetReport]) -> str:
    return json.dumps(report_json(reports), indent=2, ensure_ascii=False, allow_nan=False)
