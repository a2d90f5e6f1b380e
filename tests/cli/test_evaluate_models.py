"""`liaison evaluate --model`: another model ranks the same set beside the settings' one."""

import json
from functools import partial
from pathlib import Path

import typer
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from services.cli.evaluate_command import evaluate_command
from services.cli.evaluation_rankers import ServedRankers
from services.cli.problems import CommandGroup
from services.matcher.bootstrap import open_database
from services.matcher.tables import VectorRow
from tests.matcher.evaluation.sets import write_set
from tests.matcher.models.small_model import DIMENSION, save_small_model


def run(folder: Path, *arguments: str) -> Result:
    """The command with vectors kept in a file of the test's own."""
    app = typer.Typer(cls=CommandGroup)
    app.callback()(lambda: None)
    app.command("evaluate")(evaluate_command(partial(ServedRankers, folder / "vectors.db")))
    return CliRunner().invoke(app, ["evaluate", *arguments], env={"COLUMNS": "160"})


def test_a_second_model_ranks_beside_the_first_and_keeps_its_vectors_apart(tmp_path: Path) -> None:
    judged, model = write_set(tmp_path / "tiny"), save_small_model(tmp_path / "small")
    result = run(tmp_path, str(judged), "--model", str(model), "--json", "-")
    assert result.exit_code == 0, result.stderr
    rankings = json.loads(result.stdout)["sets"][0]["rankings"]
    assert {"served", "dense", "served@model", "dense@model"} <= rankings.keys()
    with open_database(f"sqlite:///{tmp_path / 'vectors.db'}").read() as session:
        kept = set(session.execute(select(VectorRow.model_id, func.length(VectorRow.vector)).distinct()).all())
    assert len({model for model, _ in kept}) == 2
    assert {length for _, length in kept} == {4 * 384, 4 * DIMENSION}  # bytes of float32


def test_a_folder_that_holds_no_model_is_named(tmp_path: Path) -> None:
    result = run(tmp_path, str(write_set(tmp_path / "tiny")), "--model", str(tmp_path / "nothing"))
    assert result.exit_code == 1
    assert f"--model: {tmp_path / 'nothing'} cannot be loaded" in " ".join(result.stderr.split())
