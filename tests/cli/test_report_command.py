"""`liaison report` against a running matcher: in the terminal and into files."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.kit.settings import LogLevel
from tests.cli.live_services import served
from tests.cli.test_commands import assert_failed, run
from tests.factories import make_demand, make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed_server import FeedServer


@pytest.fixture(scope="module")
def matcher_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A matcher that knows eight ready projects and six demands."""
    folder = tmp_path_factory.mktemp("reported")
    with FeedServer() as feed:
        for number in range(8):
            ready = make_project(
                title=f"Valve {number}", sectors=["新能源"], trl=8, team_size=30, company_stage="series_b"
            )
            feed.tell(f"p{number}", ready)
        for number in range(6):
            feed.tell(f"d{number}", make_demand(title=f"Wanted: valve {number}", sectors=["新能源"]))
        settings = MatcherSettings(
            catalog_url=feed.url,
            database_url=f"sqlite:///{folder / 'matcher.db'}",
            data_directory=folder / "saved",
            feed_wait_seconds=0.2,
            log_level=LogLevel.ERROR,
        )
        with served(create_matcher(settings, lambda _: HashingEncoder())) as url:
            feed.wait_until_read_to(feed.latest_seq)
            yield url


def test_a_report_is_shown_in_both_languages(matcher_url: str) -> None:
    shown = run("report", "park-ready", "--matcher-url", matcher_url)
    assert shown.exit_code == 0, shown.output
    for part in ("Ready for an industrial park", "可入园项目", "Valve 7"):
        assert part in shown.stdout


def test_all_reports_go_into_one_file_of_each_form(matcher_url: str, tmp_path: Path) -> None:
    for name, told in (("all.html", "Supply and demand"), ("all.csv", "park-ready,ready"), ("all.json", '"supply"')):
        written = run("report", "--out", str(tmp_path / name), "--matcher-url", matcher_url)
        assert written.exit_code == 0, written.output
        assert told in (tmp_path / name).read_text(encoding="utf-8-sig")
    told_as_json = run("report", "supply", "coverage", "--json", "--matcher-url", matcher_url)
    assert [one["name"] for one in json.loads(told_as_json.stdout)] == ["supply", "coverage"]


def test_what_cannot_be_written_is_said(matcher_url: str, tmp_path: Path) -> None:
    assert_failed(run("report", "--out", str(tmp_path / "all.pdf"), "--matcher-url", matcher_url), ".html")
    assert_failed(run("report", "supply", "--since", "yesterday", "--matcher-url", matcher_url), "since")
    assert_failed(run("report", "--out", str(tmp_path / "no" / "all.csv"), "--matcher-url", matcher_url), "cannot be")
