"""`liaison evaluate` over tiny folders: tables, JSON, and what it says of bad input."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from services.cli.evaluate import ProfileById, evaluate_folders
from services.cli.evaluate_command import evaluate_command
from services.matcher.evaluation.comparison import StageProgress
from services.matcher.evaluation.rankers import Ranker
from services.matcher.evaluation.set_folder import JudgedSetProblem
from shared.contracts.profiles import Kind
from tests.matcher.evaluation.sets import CORPUS, write_set


class InOrder:
    """Ranks the targets in the order of their ids, or in the reverse of it."""

    def __init__(self, targets: ProfileById, *, reverse: bool = False) -> None:
        self._ids = sorted((target_id for target_id, _ in targets), reverse=reverse)

    def rank(self, subject_id: str, depth: int) -> Sequence[str]:
        """The same for every subject."""
        return self._ids[:depth]


def build_in_order(subjects: ProfileById, targets: ProfileById, progress: StageProgress) -> Mapping[str, Ranker]:
    """Two rankings that need no model."""
    progress("embedding", len(targets), len(targets))
    return {"served": InOrder(targets), "dense": InOrder(targets, reverse=True)}


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command."""
    app = typer.Typer()
    app.command()(evaluate_command(lambda policies, models: build_in_order))
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "100"})
    return result.exit_code, result.stdout, result.stderr


def test_records_reach_the_rankers_as_profiles_of_the_sets_kinds(tmp_path: Path) -> None:
    seen: list[tuple[str, Kind]] = []

    def build(subjects: ProfileById, targets: ProfileById, progress: StageProgress) -> Mapping[str, Ranker]:
        seen.extend((record_id, profile.kind) for record_id, profile in [*subjects, *targets])
        return {"served": InOrder(targets)}

    list(evaluate_folders([write_set(tmp_path / "tiny")], build_rankers=build))
    assert seen == [
        *((f"q{number}", Kind.RD_DEMAND) for number in range(1, 4)),
        *((f"t{number}", Kind.PROJECT) for number in range(1, 6)),
    ]


def test_table_shows_each_ranking_with_its_interval_and_marks_the_best(tmp_path: Path) -> None:
    code, shown, _ = run(str(write_set(tmp_path / "tiny")))
    assert code == 0
    assert "tiny: 2 queries (1 without a relevant target left out), 5 targets" in shown
    # served: q1 finds t1 at rank 1, q2 finds t5 at rank 5: (1 + 1/5) / 2; dense: t2 at 4, t5 at 1: (1/4 + 1) / 2.
    served, dense = (next(line for line in shown.splitlines() if name in line) for name in ("│ served", "│ dense"))
    assert "0.600 ±" in served
    assert "0.625 ±" in dense
    assert "1.000 ±0.000*" in served
    assert "no target has a track record" in shown


def test_json_on_stdout_is_nothing_but_json(tmp_path: Path) -> None:
    code, shown, errors = run(str(write_set(tmp_path / "tiny")), "--json", "-")
    assert code == 0
    (entry,) = json.loads(shown)["sets"]
    assert (entry["name"], entry["queries"]) == ("tiny", 2)
    assert entry["rankings"]["served"]["mrr@10"] == 0.6
    assert set(entry["rankings"]) == {"served", "dense", "popularity", "random"}
    assert "tiny: 2 queries" in errors


def test_json_file_holds_every_set(tmp_path: Path) -> None:
    first, second = write_set(tmp_path / "first"), write_set(tmp_path / "second")
    code, shown, _ = run(str(first), str(second), "--json", str(tmp_path / "report.json"))
    assert code == 0
    assert shown.count("tiny: 2 queries") == 2
    assert len(json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["sets"]) == 2


def test_html_file_holds_a_section_a_set(tmp_path: Path) -> None:
    first, second = write_set(tmp_path / "first"), write_set(tmp_path / "second")
    code, _, _ = run(str(first), str(second), "--html", str(tmp_path / "report.html"))
    assert code == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<section>") == 2


def test_further_cutoffs_have_a_table_and_stand_in_the_json(tmp_path: Path) -> None:
    code, shown, _ = run(str(write_set(tmp_path / "tiny")), "--cutoff", "1", "--cutoff", "3", "--json", "-")
    assert code == 0
    served = json.loads(shown)["sets"][0]["rankings"]["served"]
    # q1 has t1 first, q2 has t5 last.
    assert (served["hit@1"], served["precision@3"], served["intervals"]["hit@1"]) == (0.5, 1 / 3, [0.0, 1.0])
    assert "at the chosen cutoffs" in run(str(tmp_path / "tiny"), "--cutoff", "1")[1]


def test_reference_is_chosen_by_name_and_an_unknown_one_is_told(tmp_path: Path) -> None:
    folder = str(write_set(tmp_path / "tiny"))
    assert "dense - served, ndcg@10: " in run(folder, "--reference", "dense")[1]
    code, _, errors = run(folder, "--reference", "gone")
    assert code == 1
    assert "Error: no ranking is called 'gone'; name one of served, dense" in errors


def test_report_says_what_it_stands_on(tmp_path: Path) -> None:
    folder = str(write_set(tmp_path / "tiny"))
    code, shown, errors = run(folder, "--seed", "7", "--json", "-")
    assert code == 0
    versions = json.loads(shown)["sets"][0]["versions"]
    assert (versions["seed"], versions["resamples"], versions["permutations"]) == (7, 2_000, 10_000)
    assert versions["set_digest"].startswith("sha256:")
    assert f"code {versions['code']}, set {versions['set_digest'][:19]}, seed 7" in errors


def test_equal_runs_write_equal_reports(tmp_path: Path) -> None:
    folder = str(write_set(tmp_path / "tiny"))
    assert run(folder, "--json", "-")[1] == run(folder, "--json", "-")[1]


def test_queries_are_sliced_by_what_their_profiles_say(tmp_path: Path) -> None:
    [report] = evaluate_folders([write_set(tmp_path / "tiny")], build_rankers=build_in_order)
    slices = report.rankings["served"].slices
    assert {one.facet for one in slices} == {
        "kind", "sector", "region", "stage", "language", "counterparts", "length",
    }  # fmt: skip
    assert {(one.label, one.queries) for one in slices if one.facet == "kind"} == {("rd_demand", 2)}


@pytest.mark.parametrize("place", ["", "gone/report.json"], ids=["a-folder", "in-no-folder"])
@pytest.mark.parametrize("option", ["--json", "--html"])
def test_report_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path, option: str, place: str) -> None:
    code, shown, errors = run(str(write_set(tmp_path / "tiny")), option, str(tmp_path / place))
    assert code == 2
    assert shown == ""
    assert "cannot be a file" in errors


def test_bad_folder_ends_with_one_line_that_names_the_file(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "tiny", qrels="q1\tt1\n")
    code, shown, errors = run(str(folder))
    assert code == 1
    assert shown == ""
    assert f"Error: {folder / 'qrels.tsv'}, line 1: 2 columns where 3 belong" in errors
    assert "Traceback" not in errors


def test_fault_in_the_last_folder_is_found_before_the_first_is_ranked(tmp_path: Path) -> None:
    folders = [write_set(tmp_path / "tiny"), tmp_path / "gone"]
    with pytest.raises(JudgedSetProblem, match="no such folder"):
        next(evaluate_folders(folders, build_rankers=build_in_order))


def test_folder_without_relevant_targets_is_told(tmp_path: Path) -> None:
    code, _, errors = run(str(write_set(tmp_path / "tiny", qrels="q1\tgone\t1\n")))
    assert code == 1
    assert "no query has a relevant target in the corpus" in errors


def test_record_that_stands_for_no_profile_counts_as_missed_and_is_told(tmp_path: Path) -> None:
    corpus = [{"id": "t1"}, *CORPUS[1:]]  # t1 has neither title nor text
    (report,) = evaluate_folders([write_set(tmp_path / "tiny", corpus=corpus)], build_rankers=build_in_order)
    # served ranks t2 to t5: of q1's t1 and t2 one is found, and q2's t5: (1/2 + 1) / 2.
    assert report.rankings["served"].metrics["recall@100"].mean == 0.75
    assert "1 of 5 records stand for no project" in report.warnings[0]
