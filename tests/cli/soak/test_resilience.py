"""The short forms of the long runs: broken lines, restarts under load, more than can be answered."""

from pathlib import Path

import pytest

from services.cli.bench.report import BenchReport
from services.cli.soak import faults, overload, rolling
from services.cli.soak.fault_proxy import Fault


def failed_checks(report: BenchReport) -> list[str]:
    return [claim for claim, holds in report.checks.items() if not holds]


@pytest.mark.e2e
def test_matches_go_on_behind_broken_lines_and_all_is_well_soon_after() -> None:
    options = faults.FaultOptions(profiles=40, fault_seconds=1.0, pause_seconds=0.1, faults=(Fault.DOWN,))
    report = faults.run(options, lambda *_: None)
    assert failed_checks(report) == []
    rows = {row.name: row.figures for row in report.rows}
    assert rows["catalog - its database: down"]["acknowledged"] < rows["catalog - its database: down"]["writes"]


@pytest.mark.e2e
def test_no_request_fails_while_replicas_restart(tmp_path: Path) -> None:
    options = rolling.RollingOptions(
        directory=tmp_path, profiles=120, replicas=2, restarts=1, requests_per_second=5, drain_seconds=0.5
    )
    report = rolling.run(options, lambda *_: None)
    assert failed_checks(report) == []


@pytest.mark.e2e
def test_what_is_too_much_is_refused_and_nothing_else_fails(tmp_path: Path) -> None:
    options = overload.OverloadOptions(directory=tmp_path, profiles=120, seconds=4, peak_requests=60, times_capacity=5)
    report = overload.run(options, lambda *_: None)
    # How fast is a question to a machine that does nothing else: `make soak` asks it.
    assert report.checks["every other request was refused with 503"]
    rows = {row.name: row.figures for row in report.rows}
    assert rows["offered, half 2"]["shed"] > 0
    assert rows["offered, half 2"]["accepted"] > 0
    assert rows["liveness"]["failed"] == 0
