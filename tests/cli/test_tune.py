"""`liaison tune` over tiny folders: what it promises, what it writes, and what it says of bad input."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from services.cli.bench.made_up_judgments import made_up_table, shuffled
from services.cli.bench.shuffled import ShuffledOptions, run
from services.cli.problems import CommandGroup
from services.cli.tune_command import tune_command
from services.matcher.evaluation.judged_set import JudgedSet
from services.matcher.evaluation.progress import StageProgress
from services.matcher.policies.documents import policy_of
from services.matcher.policies.model_folder import ModelFolder
from services.matcher.scoring.shipped import SHIPPED_POLICY
from services.matcher.tuning.signal_table import SignalTable
from shared.contracts.policies import PolicyDocument
from shared.contracts.profiles import Kind

QUICK = ("--folds", "3", "--repeats", "1")


def measured(judged: JudgedSet, progress: StageProgress) -> SignalTable:
    """A set named `chance` is judged at random."""
    progress("Measuring", 1, 1)
    table = made_up_table(queries=45, targets=30, seed=2, name=judged.name)
    return shuffled(table, 3) if judged.name == "chance" else table


def write_set(folder: Path, asking: str = "project", asked: str = "investor") -> str:
    folder.mkdir()
    description = {"name": folder.name, "subject_kind": asking, "target_kind": asked}
    (folder / "set.json").write_text(json.dumps(description), encoding="utf-8")
    (folder / "queries.jsonl").write_text('{"id": "q", "title": "A pump"}\n', encoding="utf-8")
    (folder / "corpus.jsonl").write_text('{"id": "t", "title": "A fund"}\n', encoding="utf-8")
    (folder / "qrels.tsv").write_text("q\tt\t1\n", encoding="utf-8")
    return str(folder)


def run_tune(*arguments: str) -> tuple[int, str, str]:
    app = typer.Typer(cls=CommandGroup)
    app.command("tune")(tune_command(measured, SHIPPED_POLICY))
    app.command("other")(lambda: None)  # so that `tune` keeps its name
    result = CliRunner().invoke(app, ["tune", *arguments], env={"COLUMNS": "160"})
    return result.exit_code, result.stdout, result.stderr


def test_a_supported_gain_is_told_and_drafted(tmp_path: Path) -> None:
    out = tmp_path / "draft.json"
    code, shown, _ = run_tune(write_set(tmp_path / "deals"), "--out", str(out), *QUICK)
    assert code == 0
    assert "is supported" in shown and "no gain supported" not in shown
    assert "investor needs project" in shown
    document = PolicyDocument.model_validate_json(out.read_text(encoding="utf-8"))
    assert set(document.directed) == {"project>investor", "investor>project"}
    assert policy_of(document, SHIPPED_POLICY, "tuned-1").directed != SHIPPED_POLICY.directed


def test_no_gain_no_draft_unless_forced(tmp_path: Path) -> None:
    out, folder = tmp_path / "draft.json", write_set(tmp_path / "chance")
    code, shown, _ = run_tune(folder, "--out", str(out), *QUICK)
    assert code == 0
    assert "no gain supported" in shown and "no draft was written" in shown
    assert not out.exists()
    code, _, _ = run_tune(folder, "--out", str(out), "--force", *QUICK)
    assert code == 0
    assert "no gain supported" in str(json.loads(out.read_text(encoding="utf-8"))["note"])


def test_the_same_seed_and_data_give_the_same_draft_to_the_last_digit(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "deals")
    drafts = []
    for name in ("first.json", "second.json"):
        run_tune(folder, "--out", str(tmp_path / name), "--seed", "5", *QUICK)
        drafts.append((tmp_path / name).read_bytes())
    assert drafts[0] == drafts[1]


def test_a_learned_model_stands_beside_the_draft_that_names_it(tmp_path: Path) -> None:
    out = tmp_path / "draft.json"
    code, shown, _ = run_tune(
        write_set(tmp_path / "chance"), "--learned", "--force", "--out", str(out), "--json", *QUICK
    )
    assert code == 0
    told = json.loads(shown)
    [pair] = told["pairs"]
    document = PolicyDocument.model_validate_json(out.read_text(encoding="utf-8"))
    assert document.learned == {"investor+project": pair["learned"]["model"]}
    models = ModelFolder(tmp_path)
    assert list(models) == [pair["learned"]["model"]]
    policy = policy_of(document, SHIPPED_POLICY, "learned-1", models)
    assert policy.learned_of(Kind.INVESTOR, Kind.PROJECT) is not None
    assert told["written"] == [str(out), str(tmp_path / f"{pair['learned']['model']}.json")]
    assert pair["weights"]["held_back"]["queries"] == 45


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--pair", "project>moon"), "'project>moon' is no pair such as project>investor"),
        (("--pair", "project>rd_demand"), "no set is of this pair of kinds"),
        (("--folds", "20", "--repeats", "1", "--out", "nowhere/draft.json"), "cannot be a file"),
    ],
)
def test_what_is_wrong_is_told_on_one_line(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    code, _, error = run_tune(write_set(tmp_path / "deals"), *arguments)
    assert code == 1
    assert told in error


def test_a_missing_folder_and_a_pair_of_one_kind_are_told(tmp_path: Path) -> None:
    code, _, error = run_tune(str(tmp_path / "gone"))
    assert (code, "there is no such folder" in error) == (1, True)
    code, _, error = run_tune(write_set(tmp_path / "same", "project", "project"))
    assert (code, "only pairs of two kinds are tuned" in error) == (1, True)


def test_shuffled_judgments_promise_nothing_and_the_real_ones_do() -> None:
    report = run(ShuffledOptions(seeds=3, queries=45, targets=30, repeats=1))
    rows = {row.name: row.figures for row in report.rows}
    assert rows["weights, shuffled"] == {"no_gain": 3, "gain": 0}
    assert rows["weights, as judged"]["gain"] == 1
    assert all(report.checks.values())
