"""`liaison demo --once` from a shell's point of view: both services, real model, bundled corpus."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


def processes_that_name(path: Path) -> list[str]:
    """Command lines and environments of running processes that hold the path; Linux only."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        if int(folder.name) == os.getpid():
            continue
        try:
            told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:  # it has ended meanwhile, or belongs to somebody else
            continue
        if os.fsencode(path) in told:
            found.append(folder.name)
    return found


@pytest.mark.e2e
def test_demo_finds_the_winners_and_leaves_no_process(tmp_path: Path) -> None:
    directory = tmp_path / "liaison-demo-of-this-test"
    command = [sys.executable, "-m", "services.cli", "demo", "--once", "--directory", str(directory)]
    done = subprocess.run(
        [*command, "--catalog-port", "0", "--matcher-port", "0"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=540,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    overall = re.search(r"│ all +│ +60 │ +(\d\.\d+) │", done.stdout)
    assert overall, done.stdout
    assert float(overall.group(1)) >= 0.5
    assert "golden → project" in done.stdout
    assert re.search(r"is not proposed again, \d+ ms later", done.stdout)
    assert "Traceback" not in done.stdout + done.stderr
    assert processes_that_name(directory) == []
