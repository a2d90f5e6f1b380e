"""Every acknowledged commit on SQLite has been synced to the disk: counted by strace, since a kill would not tell."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COMMITS = 20
_COMMITTING = """
import sys
from sqlalchemy import text
from shared.kit.database import create_database
database = create_database(sys.argv[1])
with database.write() as session:
    session.execute(text("CREATE TABLE t (n INTEGER)"))
for number in range(int(sys.argv[2])):
    with database.write() as session:
        session.execute(text("INSERT INTO t VALUES (:n)"), {"n": number})
"""


def synced(tmp_path: Path, commits: int) -> int:
    """Calls of fsync and fdatasync by a process that commits so many times."""
    trace = tmp_path / f"trace-{commits}"
    url = f"sqlite:///{tmp_path / f'{commits}.db'}"
    command = ["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", str(trace)]
    subprocess.run([*command, sys.executable, "-c", _COMMITTING, url, str(commits)], check=True, timeout=120)
    return len(re.findall(r"\b(?:fsync|fdatasync)\(\d+\)\s+= 0", trace.read_text()))


def test_each_commit_is_synced_before_it_is_acknowledged(tmp_path: Path) -> None:
    if not shutil.which("strace") or subprocess.run(["strace", "-o", "/dev/null", "true"], check=False).returncode:
        pytest.skip("strace is not installed, or may not trace here: apt-get install strace")
    assert synced(tmp_path, COMMITS) - synced(tmp_path, 0) >= COMMITS
