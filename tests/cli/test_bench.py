"""Each benchmark's smallest form runs, keeps its promises and reports every field; how fast is not asserted."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.bench.commands import bench_app
from services.cli.bench.restart import RestartOptions, run

PROFILES = "80"


def report_of(*arguments: str) -> dict[str, Any]:
    """The JSON that a benchmark prints."""
    result = CliRunner().invoke(bench_app, [*arguments, "--encoder", "hashed", "--json", "-"])
    assert result.exit_code == 0, result.output
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def assert_is_complete(report: dict[str, Any], benchmark: str, figures: set[str]) -> None:
    assert report["benchmark"] == benchmark
    assert report["machine"]["cpus"] >= 1
    assert report["settings"]["encoder"] == "hashed"
    assert figures <= {name for row in report["rows"] for name in row}
    for row in report["rows"]:
        assert all(math.isfinite(value) and value > 0 for name, value in row.items() if name != "name")
    assert all(ratio > 0 for ratio in report["ratios"].values())


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


def test_speed_reports_matches_beside_both_peers(directory: Path) -> None:
    report = report_of(
        "speed", "--profiles", PROFILES, "--directory", str(directory), "--requests", "4", "--repeats", "1",
        "--clients", "2",
    )  # fmt: skip
    assert_is_complete(report, "speed", {"p50_ms", "p99_ms", "requests_per_second"})
    assert [row["name"] for row in report["rows"]] == [
        "POST /v1/matches by id, 2 clients",
        "bare FastAPI POST, 2 clients",
        "raw FAISS flat search, k=100, 1 thread",
    ]
    assert len(report["ratios"]) == 6
    assert report["settings"]["explain"] == "summary"
    assert set(report["checks"]) == {
        "p50 with 2 clients <= 1.5 x one raw FAISS flat search",
        "2 clients >= 3 x the requests/s that one raw flat search a request would allow",
    }
    assert "explain: summary" in report["notes"][0]
    assert "hashed words" in report["notes"][1]


def test_restart_answers_as_before_from_the_store_that_speed_prepared(directory: Path) -> None:
    report = run(RestartOptions(directory=directory, profiles=int(PROFILES), repeats=1, loads_model=False))
    assert report.checks == {
        "answers of 50 subjects are the same after every restart": True,
        "nothing was embedded": True,
    }
    assert report.rows[0].figures["median_seconds"] > 0


def test_ingest_embeds_once_and_a_second_import_nothing() -> None:
    report = report_of("ingest", "--profiles", PROFILES)
    assert_is_complete(report, "ingest", {"passages", "seconds", "passages_per_second", "cpu_seconds"})
    assert report["checks"] == {
        "the import embedded the passages that the raw encoder did": True,
        "the second import changed nothing": True,
        "the second import embedded nothing": True,
    }


def test_freshness_sees_revisions_and_withdrawals() -> None:
    report = report_of("freshness", "--profiles", "300", "--revisions", "3", "--withdrawals", "2")
    assert_is_complete(report, "freshness", {"p50_ms", "p95_ms", "max_ms"})
    assert report["checks"]["withdrawn profiles are gone"]


def test_backends_answer_as_faiss_does(directory: Path, postgresql_url: str) -> None:
    """The real matcher on the bundled corpus; `make backends` asks Milvus, and more, too."""
    report = report_of(
        "backends", "--profiles", "400", "--directory", str(directory), "--pgvector", postgresql_url, "--filters", "30"
    )
    assert_is_complete(report, "backends", {"p50_ms", "p99_ms", "seconds"})
    assert report["checks"] == {
        "faiss: none of 30 filters answered wrongly": True,
        "pgvector: none of 30 filters answered wrongly": True,
        "pgvector: answers about 50 subjects are those of faiss": True,
        "pgvector: answered every search itself": True,
    }


def test_more_profiles_than_there_are_is_told_and_nothing_is_started(tmp_path: Path) -> None:
    result = CliRunner().invoke(bench_app, ["speed", "--profiles", "100000", "--directory", str(tmp_path)])
    assert result.exit_code == 1
    assert "the bundled corpus holds" in result.stderr
    assert list(tmp_path.iterdir()) == []
