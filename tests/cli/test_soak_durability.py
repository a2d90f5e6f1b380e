"""Each long run of durability in its shortest form: it ends by itself, and every check holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.main import app


def report_of(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    """The JSON that a soak writes beside its page."""
    result = CliRunner().invoke(app, ["soak", *arguments, "--reports", str(tmp_path)])
    assert result.exit_code == 0, result.output
    [path] = tmp_path.glob("*.json")
    assert path.with_suffix(".md").read_text().startswith("# soak-")
    report: dict[str, Any] = json.loads(path.read_text())
    assert report["holds"] is True
    return report


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_acknowledged_writes_outlive_kills(tmp_path: Path, database: str) -> None:
    report = report_of(tmp_path, "kill", "--database", database, "--kills", "5", "--writes", "60")
    assert report["rows"][0]["kills"] >= 5
    assert {name: value for name, value in report["rows"][1].items() if name != "name"} == dict.fromkeys(
        ("lost", "unsent", "out_of_order", "gaps", "differing", "torn"), 0
    )


def test_feed_loses_nothing(tmp_path: Path) -> None:
    report = report_of(tmp_path, "feed", "--events", "800", "--stamper-kills", "2")
    assert report["rows"][0]["events"] >= 800


def test_every_event_reaches_receivers_that_are_down_slow_failing_and_lying(tmp_path: Path) -> None:
    report = report_of(tmp_path, "webhooks", "--database", "sqlite", "--introductions", "4", "--kills", "0")
    assert {row["name"]: row["taken"] for row in report["rows"][1:6]} == dict.fromkeys(
        ("well", "down", "slow", "failing", "lying"), 4 * 7
    )


def test_killed_replicas_equal_a_rebuild(tmp_path: Path) -> None:
    report = report_of(tmp_path, "replicas", "--replicas", "2", "--kills", "1", "--profiles", "100")
    assert report["rows"][0]["matches_in_an_answer"] > 0
