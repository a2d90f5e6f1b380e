"""Backups of both services on both databases: whole, checked, restored only where nothing is overwritten unasked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from services.catalog.app import create_app, open_catalog
from services.catalog.changes.feed import read_feed
from services.catalog.profiles import service
from services.catalog.schema import VERSION_TABLE
from services.catalog.settings import CatalogSettings
from services.cli.backup.backups import back_up, restore
from services.cli.backup.kept_services import kept_service
from services.cli.clients import Service
from services.cli.main import app
from services.cli.problems import CommandProblem
from shared.contracts.changes import ProfileChange
from shared.kit.database import Database
from tests.factories import make_demand, make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed.following import answers, follow, restored_matcher
from tests.matcher.loopback import served_over_http
from tests.postgres import PostgresServer, running_server

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
CATALOG = kept_service(Service.CATALOG)
ARCHIVED = ("fsync=off", "archive_mode=on", "archive_command='cp %p ../archive/%f'")


def fill(database: Database, first: int, last: int) -> None:
    with database.write() as session:
        for number in range(first, last):
            project = make_project(
                external_id=f"p{number}", title=f"Electrolyte number {number}", contact={"name": "N"}
            )
            service.upsert(session, project, now=NOW)
            service.upsert(session, make_demand(external_id=f"d{number}", title=f"Cell number {number}"), now=NOW)


def feed_of(url: str) -> tuple[tuple[ProfileChange, ...], str | None]:
    database = open_catalog(url)
    page = read_feed(database, after=0, limit=1_000)
    database.close()
    return page.items, page.epoch


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A catalog with six profiles, and an empty database beside it."""
    server: PostgresServer | None = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        names = [server.create_database() for _ in range(2)]
        first, second = (server.url(name) for name in names)
    else:
        first, second = f"sqlite:///{tmp_path / 'catalog.db'}", f"sqlite:///{tmp_path / 'other' / 'catalog.db'}"
    database = open_catalog(first)
    fill(database, 0, 3)
    database.close()
    yield first, second
    if server is not None:
        for name in names:
            server.drop_database(name)


@pytest.fixture
def programs(postgres_server: PostgresServer) -> Path:
    return postgres_server.binaries


def test_restored_catalog_tells_the_same_feed_in_another_epoch(
    urls: tuple[str, str], programs: Path, tmp_path: Path
) -> None:
    back_up(CATALOG, urls[0], tmp_path / "backup", programs=programs)
    counts = restore(CATALOG, urls[1], tmp_path / "backup", programs=programs)
    assert (counts["profiles"], counts["changes"], counts["profile_contacts"]) == (6, 6, 3)
    (before, old_epoch), (after, new_epoch) = feed_of(urls[0]), feed_of(urls[1])
    assert before == after
    assert old_epoch != new_epoch


def test_backup_is_private_and_overwrites_nothing(urls: tuple[str, str], programs: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    back_up(CATALOG, urls[0], target, programs=programs)
    assert target.stat().st_mode & 0o077 == 0
    before = target.read_bytes()
    with pytest.raises(CommandProblem, match="exists"):
        back_up(CATALOG, urls[0], target, programs=programs)
    assert target.read_bytes() == before


def test_database_in_use_is_given_up_only_when_told(urls: tuple[str, str], programs: Path, tmp_path: Path) -> None:
    back_up(CATALOG, urls[0], tmp_path / "backup", programs=programs)
    database = open_catalog(urls[0])
    fill(database, 3, 5)
    database.close()
    with pytest.raises(CommandProblem, match="--replace"):
        restore(CATALOG, urls[0], tmp_path / "backup", programs=programs)
    assert len(feed_of(urls[0])[0]) == 10
    restore(CATALOG, urls[0], tmp_path / "backup", replace=True, programs=programs)
    assert len(feed_of(urls[0])[0]) == 6


def test_damaged_backup_changes_nothing(urls: tuple[str, str], programs: Path, tmp_path: Path) -> None:
    back_up(CATALOG, urls[0], tmp_path / "backup", programs=programs)
    damaged = bytearray((tmp_path / "backup").read_bytes())
    middle = len(damaged) // 2
    damaged[middle : middle + 20_000] = bytes(len(damaged[middle : middle + 20_000]))
    (tmp_path / "damaged").write_bytes(damaged)
    with pytest.raises(CommandProblem):
        restore(CATALOG, urls[1], tmp_path / "damaged", programs=programs)
    restore(CATALOG, urls[1], tmp_path / "backup", programs=programs)


def test_backup_of_a_newer_schema_is_refused_in_words_and_changes_nothing(
    urls: tuple[str, str], programs: Path, tmp_path: Path
) -> None:
    database = open_catalog(urls[0])
    with database.write() as session:
        session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    database.close()
    back_up(CATALOG, urls[0], tmp_path / "backup", programs=programs)
    with pytest.raises(CommandProblem, match="stands at 9999, which this version does not know"):
        restore(CATALOG, urls[1], tmp_path / "backup", programs=programs)
    assert feed_of(urls[1])[0] == ()  # not even a table was there: it opens as a new one


def test_matcher_on_a_restored_catalog_equals_the_one_before(
    urls: tuple[str, str], programs: Path, tmp_path: Path
) -> None:
    """The catalog grows past the backup, is restored, and grows again: longer than what the matcher has read."""
    store, encoder = f"sqlite:///{tmp_path / 'matcher.db'}", HashingEncoder()
    back_up(CATALOG, urls[0], tmp_path / "backup", programs=programs)
    with (
        served_over_http(create_app(CatalogSettings(database_url=urls[0]))) as url,
        restored_matcher(url, store, tmp_path / "saved", encoder) as matcher,
    ):
        follow(matcher)
        before = answers(matcher)
        fill_over(urls[0], "Lost with the failure")
        follow(matcher)
        assert answers(matcher) != before
    restore(CATALOG, urls[1], tmp_path / "backup", programs=programs)
    embedded = len(encoder.encoded)
    with (
        served_over_http(create_app(CatalogSettings(database_url=urls[1]))) as url,
        restored_matcher(url, store, tmp_path / "saved", encoder) as matcher,
    ):
        follow(matcher)
        assert answers(matcher) == before
    assert len(encoder.encoded) == embedded


def fill_over(url: str, title: str) -> None:
    database = open_catalog(url)
    with database.write() as session:
        service.upsert(session, make_project(external_id="p0", title=title), now=NOW)
    database.close()


def test_matcher_database_is_kept_too_and_mixed_up_with_no_other(tmp_path: Path) -> None:
    kept = kept_service(Service.MATCHER)
    url = f"sqlite:///{tmp_path / 'matcher.db'}"
    kept.open(url).close()
    back_up(kept, url, tmp_path / "backup")
    assert restore(kept, f"sqlite:///{tmp_path / 'again.db'}", tmp_path / "backup")["documents"] == 0
    with pytest.raises(CommandProblem, match="holds no catalog"):
        restore(CATALOG, f"sqlite:///{tmp_path / 'catalog.db'}", tmp_path / "backup")


def test_commands_say_what_they_did(tmp_path: Path) -> None:
    url, other = f"sqlite:///{tmp_path / 'catalog.db'}", f"sqlite:///{tmp_path / 'other.db'}"
    database = open_catalog(url)
    fill(database, 0, 2)
    database.close()
    runner = CliRunner()
    saved = runner.invoke(app, ["backup", "catalog", str(tmp_path / "b"), "--database-url", url])
    assert (saved.exit_code, "the catalog's database" in saved.stdout) == (0, True)
    back = runner.invoke(app, ["restore", "catalog", str(tmp_path / "b"), "--database-url", other])
    assert (back.exit_code, "profiles: 4" in back.stdout) == (0, True)
    again = runner.invoke(app, ["restore", "catalog", str(tmp_path / "b"), "--database-url", other])
    assert (again.exit_code, "--replace" in again.stderr) == (1, True)
    missing = runner.invoke(app, ["restore", "catalog", str(tmp_path / "none"), "--database-url", other])
    assert (missing.exit_code, "no such file" in missing.stderr) == (1, True)


def test_server_is_recovered_to_the_moment_before_a_mistake(tmp_path: Path) -> None:
    """A base backup and archived WAL: everything up to a named moment is back, and the index equals the one before."""
    store, encoder = f"sqlite:///{tmp_path / 'matcher.db'}", HashingEncoder()
    with running_server(ARCHIVED) as server:
        server.make_folder("archive")
        catalog_url = server.url(server.create_database())
        database = open_catalog(catalog_url)
        fill(database, 0, 3)
        server.run("pg_basebackup", "-D", server.folder / "base", "-h", server.folder, "-U", "postgres", "-c", "fast")
        fill(database, 3, 6)
        with (
            served_over_http(create_app(CatalogSettings(database_url=catalog_url))) as url,
            restored_matcher(url, store, tmp_path / "saved", encoder) as matcher,
        ):
            follow(matcher)
            before = answers(matcher)
            with server.connect("postgres") as connection:
                connection.execute("SELECT pg_create_restore_point('before_the_mistake')")
                connection.execute("SELECT pg_switch_wal()")
            fill_over(catalog_url, "The mistake")
            follow(matcher)
            assert answers(matcher) != before
        database.close()
        _recover(server)
        items, _ = feed_of(catalog_url)
        assert len(items) == 12
        assert "The mistake" not in {change.profile.title for change in items}
        fill_over(catalog_url, "Electrolyte number 0")  # as it is: no change, and no write that could hide the epoch
        with (
            served_over_http(create_app(CatalogSettings(database_url=catalog_url))) as url,
            restored_matcher(url, store, tmp_path / "saved", encoder) as matcher,
        ):
            follow(matcher)
            assert answers(matcher) == before


def _recover(server: PostgresServer) -> None:
    server.stop()
    server.data.rename(server.folder / "lost")
    (server.folder / "base").rename(server.data)
    with (server.data / "postgresql.auto.conf").open("a") as settings:
        settings.write("restore_command = 'cp ../archive/%f %p'\nrecovery_target_name = 'before_the_mistake'\n")
        settings.write("recovery_target_action = 'promote'\n")
    (server.data / "recovery.signal").touch()
    server.start()
    deadline = monotonic() + 60
    with server.connect("postgres") as connection:  # it answers questions before it has become writable
        while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
            assert monotonic() < deadline
            sleep(0.05)
