"""One file that holds a database at one moment, taken while services run, and a database made of it again."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, inspect, make_url

from services.cli.backup.kept_services import KeptService, row_counts
from services.cli.problems import CommandProblem
from shared.kit.database import create_database
from shared.kit.migrations import SchemaAheadError, check_known

_PRIVATE = 0o600
"""A backup holds what nobody may read: contacts, hidden profiles."""


def back_up(kept: KeptService, database_url: str, target: Path, *, programs: Path | None = None) -> None:
    """Write `target` whole or not at all; `programs` is the folder of pg_dump. Raises CommandProblem."""
    if target.exists():
        raise CommandProblem(f"{target} exists. Name another file, or move it away.")
    aside = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)
        aside.touch(_PRIVATE)
        url = make_url(database_url)
        if url.get_backend_name() == "sqlite":
            _copy_sqlite(Path(url.database or ""), aside)
            _check_sqlite(kept, aside)
        else:
            _run_postgresql(url, programs, "pg_dump", "--format=custom", "--no-owner", f"--file={aside}")
        _sync(aside)
        aside.rename(target)
        _sync(target.parent)
    except OSError as error:
        raise CommandProblem(f"{target}: {error.strerror or error}. Give a folder that can be written.") from None
    finally:
        aside.unlink(missing_ok=True)


def restore(
    kept: KeptService, database_url: str, source: Path, *, replace: bool = False, programs: Path | None = None
) -> dict[str, int]:
    """Make a database of a backup, bring it to the newest schema; rows by table. Raises CommandProblem.

    The database must be empty; with `replace`, what it holds is given up. No service may use it meanwhile.
    """
    if not source.is_file():
        raise CommandProblem(f"{source}: there is no such file. Check the path.")
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        _restore_sqlite(kept, Path(url.database or ""), source, replace=replace)
    else:
        _restore_postgresql(kept, url, source, replace=replace, programs=programs)
    database = kept.open(database_url)
    try:
        kept.after_restore(database)
        return row_counts(database)
    finally:
        database.close()


def _check_revision(kept: KeptService, source: Path, revision: str) -> None:
    try:
        check_known(revision, kept.migrations)
    except SchemaAheadError as error:
        raise CommandProblem(f"{source}: {error} Nothing was changed.") from None


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.is_file():
        raise CommandProblem(f"--database-url: {source} does not exist. Check the path.")
    with closing(sqlite3.connect(source)) as running, closing(sqlite3.connect(target)) as copy:
        running.backup(copy)


def _check_sqlite(kept: KeptService, path: Path) -> None:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            [(found,)] = connection.execute("PRAGMA integrity_check(1)").fetchall()
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.DatabaseError as error:
            found, tables = str(error), set()
    if found != "ok":
        raise CommandProblem(f"{path} is damaged or no SQLite database ({found}). Take another backup.")
    if kept.version_table not in tables:
        raise CommandProblem(f"{path} holds no {kept.service}. Name the {kept.service}'s backup.")


def _restore_sqlite(kept: KeptService, target: Path, source: Path, *, replace: bool) -> None:
    _check_sqlite(kept, source)
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as connection:
        for (revision,) in connection.execute(f"SELECT version_num FROM {kept.version_table}"):  # noqa: S608 - our table
            _check_revision(kept, source, revision)
    if target.exists() and not replace:
        raise CommandProblem(f"--database-url: {target} exists. Stop its service and add --replace to give it up.")
    aside = target.with_name(f".{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, aside)
    aside.chmod(_PRIVATE)
    _sync(aside)
    for left_over in (f"{target.name}-wal", f"{target.name}-shm"):
        target.with_name(left_over).unlink(missing_ok=True)  # else SQLite would play it into the restored file
    aside.rename(target)
    _sync(target.parent)


def _restore_postgresql(kept: KeptService, url: URL, source: Path, *, replace: bool, programs: Path | None) -> None:
    for revision in _dumped_revisions(kept, source, programs):
        _check_revision(kept, source, revision)
    database = create_database(url.render_as_string(hide_password=False))
    is_empty = not inspect(database.engine).get_table_names()
    database.close()
    if not is_empty and not replace:
        raise CommandProblem(
            f"--database-url: {url.database} is not empty. Create another database, or stop its service and add "
            "--replace to give up what it holds."
        )
    clean = ("--clean", "--if-exists") if replace else ()
    options = ("--exit-on-error", "--single-transaction", "--no-owner", *clean)
    _run_postgresql(url, programs, "pg_restore", *options, str(source))


def _dumped_revisions(kept: KeptService, source: Path, programs: Path | None) -> list[str]:
    """Where the schema of a dump stands, read out of it: lines between COPY and its end."""
    script = _run(programs, "pg_restore", "--data-only", f"--table={kept.version_table}", "--file=-", str(source))
    rows = script.partition(f"{kept.version_table} (version_num) FROM stdin;\n")[2].partition("\\.")[0]
    return rows.split()


def _run_postgresql(url: URL, programs: Path | None, program: str, *arguments: str) -> None:
    """With the password in the environment, where no list of processes shows it."""
    address = url.set(drivername="postgresql", password=None).render_as_string()
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    _run(programs, program, f"--dbname={address}", *arguments, **password)


def _run(programs: Path | None, program: str, *arguments: str, **environment: str) -> str:
    """What the program wrote; raises CommandProblem."""
    command = [str(programs / program) if programs else program, *arguments]
    try:
        return subprocess.run(  # noqa: S603 - our arguments
            command, check=True, env=os.environ | environment, capture_output=True, text=True
        ).stdout
    except FileNotFoundError:
        raise CommandProblem(
            f"{program} is not here. Install PostgreSQL's client programs, of the server's version or newer, "
            "or say where they are with --programs."
        ) from None
    except subprocess.CalledProcessError as error:
        told = (error.stderr or "").strip().splitlines() or [f"exit code {error.returncode}"]
        raise CommandProblem(f"{program}: {told[0]}. Nothing was changed; mend this and try again.") from None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
