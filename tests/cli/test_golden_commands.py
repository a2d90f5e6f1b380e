"""`liaison golden` against a matcher on the loopback."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli.evaluate import ProfileById, evaluate_folders
from services.cli.main import app
from services.matcher.app import create_app
from services.matcher.evaluation.progress import StageProgress
from services.matcher.evaluation.rankers import RandomRanker, Ranker
from services.matcher.evaluation.set_folder import read_judged_set
from services.matcher.settings import MatcherSettings
from shared.kit.settings import LogLevel
from tests.cli.live_services import served
from tests.factories import make_investor, make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed_server import FeedServer
from tests.matcher.judgments.events import make_event, on_the_wire


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('matcher') / 'matcher.db'}"


@pytest.fixture(scope="module")
def matcher_url(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A matcher that has read two projects, two funds and some feedback."""
    with FeedServer() as feed:
        for number in (1, 2):
            feed.tell(f"p{number}", make_project(external_id=f"p{number}"))
            feed.tell(f"i{number}", make_investor(external_id=f"i{number}"))
        feed.tell_feedback(on_the_wire(make_event("accepted", "i2", "p1")))
        settings = MatcherSettings(
            catalog_url=feed.url,
            database_url=database_url,
            data_directory=tmp_path_factory.mktemp("saved"),
            feed_wait_seconds=0.2,
            log_level=LogLevel.ERROR,
        )
        with served(create_app(settings, lambda _: HashingEncoder())) as url:
            feed.wait_until_read_to(4)
            yield url


@pytest.fixture
def run(matcher_url: str, request: pytest.FixtureRequest) -> Iterator["Command"]:
    command = Command(matcher_url, request.node.name[5:12])
    command("create", command.name, "--from", "project", "--to", "investor")
    yield command


class Command:
    """`liaison golden`, and the name of a set of this test's own."""

    def __init__(self, matcher_url: str, name: str) -> None:
        self._matcher_url = matcher_url
        self.name = name

    def __call__(self, *arguments: str, exit_code: int = 0) -> Result:
        done = CliRunner().invoke(
            app,
            ["golden", *arguments, "--matcher-url", self._matcher_url],
            env={"COLUMNS": "200", "TERM": "dumb", "LIAISON_OPERATOR": "ann"},
        )
        assert done.exit_code == exit_code, done.output
        return done


def test_judged_pairs_are_listed_and_exported(run: Command) -> None:
    assert "p1 and i1: 2, by ann" in run("judge", run.name, "p1", "i1", "2", "--note", "fits").stdout
    assert run("export", run.name).stdout == "p1 0 i1 2\n"
    assert run("export", run.name, "--format", "csv").stdout.splitlines()[1] == "p1,i1,2,fits,ann,manual"
    listed = json.loads(run("list", "--json").stdout)["items"]
    [found] = [one for one in listed if one["name"] == run.name]
    assert found["judgments"]["manual"] == 1
    assert run.name in run("list").stdout


def test_imported_file_is_told_and_a_faulty_one_is_refused_by_line(run: Command, tmp_path: Path) -> None:
    file = tmp_path / "qrels.tsv"
    file.write_text("p1 0 i1 2\np2 0 gone 1\n")
    told = run("import", run.name, str(file)).stdout
    assert "2 rows: 2 new" in told
    assert "1 targets are no active profiles" in told
    file.write_text("p1 0 i1\nx\n")
    refused = run("import", run.name, str(file), exit_code=1)
    assert "line 1, grade" in refused.stderr
    assert "line 2: has 1 columns" in refused.stderr
    assert "cannot be read" in run("import", run.name, str(tmp_path / "gone"), exit_code=1).stderr


def test_derived_judgments_are_told(run: Command) -> None:
    assert "1 from response" in run("derive", run.name).stdout
    assert run("export", run.name, "--source", "response").stdout == "p1 0 i2 2\n"
    assert run("export", run.name, "--source", "manual").stdout == ""


def test_folder_holds_what_evaluate_reads(run: Command, database_url: str, tmp_path: Path) -> None:
    run("judge", run.name, "p1", "i1", "3")
    told = run("folder", run.name, str(tmp_path / "set"), "--database-url", database_url).stdout
    assert "1 queries, 2 targets" in told
    judged = read_judged_set(tmp_path / "set")
    assert judged.evaluated() == {"p1": {"i1": 3}}


def test_evaluate_reads_the_folder(run: Command, database_url: str, tmp_path: Path) -> None:
    run("judge", run.name, "p1", "i2", "3")
    run("folder", run.name, str(tmp_path / "set"), "--database-url", database_url)

    def by_id(subjects: ProfileById, targets: ProfileById, progress: StageProgress) -> Mapping[str, Ranker]:
        assert [profile.title for _, profile in subjects] == [make_project().title]
        return {"served": RandomRanker([target_id for target_id, _ in targets])}

    [report] = evaluate_folders([tmp_path / "set"], build_rankers=by_id, resamples=10)
    assert (report.name, report.queries, report.targets, report.warnings) == (run.name, 1, 2, ())


def test_unknown_set_is_told(run: Command) -> None:
    assert "No golden set is called 'gone'" in run("export", "gone", exit_code=1).stderr
