"""Alert rules and dashboard name measures that exist, rules fire when they should, and every alert has a runbook."""

import json
import re
import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # comes with uvicorn[standard], which has no types for it
from starlette.testclient import TestClient

from services.catalog.app import create_app as create_catalog
from services.catalog.settings import CatalogSettings
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed_server import FeedServer

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "deploy" / "observability"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
RULES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
_NAME = re.compile(r"\b(?:liaison|process|python)_[a-z_]+")
_OF_PROMETHEUS = re.compile(r"_(?:total|bucket|count|sum|created)$")


def named_metrics() -> set[str]:
    """Every metric that a rule or a panel reads."""
    expressions = [rule["expr"] for rule in RULES]
    expressions += [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return {name for expression in expressions for name in _NAME.findall(expression)}


def served_metrics(metrics: str) -> set[str]:
    """Every metric of a page, by the names that queries use."""
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", metrics, re.MULTILINE))
    parts = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("_count", "_sum")}
    return {f"{name}{part}" for name, kind in kinds.items() for part in parts.get(kind, ("",))}


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The pages of both services together."""
    folder = tmp_path_factory.mktemp("metrics")
    catalog = create_catalog(CatalogSettings(database_url=f"sqlite:///{folder / 'catalog.db'}"))
    with FeedServer() as feed:
        settings = MatcherSettings(
            catalog_url=feed.url,
            database_url=f"sqlite:///{folder / 'matcher.db'}",
            data_directory=folder / "saved",
            feed_wait_seconds=0.1,
        )
        with TestClient(create_matcher(settings, lambda _: HashingEncoder())) as matcher, TestClient(catalog) as client:
            return str(client.get("/metrics").text + matcher.get("/metrics").text)


def test_every_metric_that_is_watched_exists(metrics: str) -> None:
    named = named_metrics()
    assert len(named) > 15
    assert named - served_metrics(metrics) == set()


def test_every_metric_of_ours_stands_in_operations(metrics: str) -> None:
    ours = set(re.findall(r"^# TYPE (liaison_\S+) \S+$", metrics, re.MULTILINE))
    assert len(ours) > 15
    assert {name for name in ours if not name.endswith("_created") and f"`{name}`" not in OPERATIONS} == set()


def test_every_alert_has_a_runbook_that_says_what_to_do() -> None:
    sections = dict(re.findall(r"^#### (Liaison\w+)\n+(.+?)(?=^#|\Z)", OPERATIONS, re.MULTILINE | re.DOTALL))
    assert set(sections) == {rule["alert"] for rule in RULES}
    for rule in RULES:
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
        assert len(sections[rule["alert"]].split()) > 25


def test_every_alert_is_tested() -> None:
    tests = yaml.safe_load((FOLDER / "alerts.test.yaml").read_text())["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    alerts = {rule["alert"] for rule in RULES}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == alerts
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == alerts  # and it stays silent before


@pytest.mark.parametrize("command", ["check rules alerts.yaml", "test rules alerts.test.yaml"])
def test_promtool_agrees(command: str) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    told = subprocess.run([promtool, *command.split()], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_dashboard_is_what_its_script_writes() -> None:
    assert runpy.run_path(str(FOLDER / "make_dashboard.py"))["dashboard"]() == DASHBOARD
    assert not re.search(r"https?://", json.dumps(DASHBOARD))
