"""Whether the feed loses nothing: writers in several processes, rollbacks, slow commits, killed stampers, a restore."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from services.catalog.app import open_catalog
from services.catalog.changes.feed import read_feed
from services.catalog.profiles import service
from services.cli.backup.backups import back_up, restore
from services.cli.backup.kept_services import kept_service
from services.cli.bench.report import BenchReport, Row
from services.cli.clients import Service
from services.cli.soak.backend import Backend
from services.cli.soak.catalog_writers import SOURCE
from services.cli.soak.feed_audit import count_out_of_order, whole_feed
from services.cli.soak.feed_processes import stamp_and_read, write_transactions
from services.cli.soak.processes import KilledProcess
from services.cli.soak.throwaway_postgres import SAFE, running_server
from services.matcher.evaluation.comparison import StageProgress, no_progress
from shared.contracts.changes import ProfileChange
from shared.contracts.profiles import Project
from shared.kit.database import Database

_LONGEST_PAUSE_SECONDS = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions:
    """How much."""

    backend: Backend = Backend.POSTGRESQL
    events: int = 100_000
    processes: int = 4
    threads: int = 2
    """Of each writing process."""
    batch: int = 25
    """Profiles a transaction."""
    stamper_kills: int = 20


def run(options: FeedOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Raises BenchProblem where a process ends early."""
    kept = kept_service(Service.CATALOG)
    with _two_databases(options.backend) as (url, other_url, folder, programs):
        database = open_catalog(url)
        began = monotonic()
        followed, committed = _write_and_follow(options, url, database, progress)
        seconds = monotonic() - began
        feed = whole_feed(database)
        before = read_feed(database, after=0, limit=1).epoch
        database.close()
        back_up(kept, url, folder / "catalog.backup", programs=programs)
        restore(kept, other_url, folder / "catalog.backup", programs=programs)
        restored = open_catalog(other_url)
        told, after = whole_feed(restored), read_feed(restored, after=0, limit=1).epoch
        goes_on = _write_one(restored) == len(feed) + 1
        restored.close()
    return _report(
        options,
        committed,
        followed,
        feed,
        seconds=seconds,
        is_restored=told == feed and goes_on,
        renewed=before != after,
    )


@contextmanager
def _two_databases(backend: Backend) -> Iterator[tuple[str, str, Path, Path | None]]:
    with TemporaryDirectory(prefix="liaison-soak-") as name:
        folder = Path(name)
        if backend is Backend.SQLITE:
            yield f"sqlite:///{folder / 'catalog.db'}", f"sqlite:///{folder / 'restored.db'}", folder, None
        else:
            with running_server(SAFE) as server:
                yield (
                    server.url(server.create_database()),
                    server.url(server.create_database()),
                    folder,
                    server.binaries,
                )


def _write_and_follow(
    options: FeedOptions, url: str, database: Database, progress: StageProgress
) -> tuple[list[tuple[int, str, int]], list[tuple[str, int]]]:
    """What a reader was told while it was written, and what the writers committed."""
    writers = [
        KilledProcess(
            write_transactions, url, process, options.threads, options.events // options.processes, options.batch
        )
        for process in range(options.processes)
    ]
    is_over = threading.Event()
    followed: list[tuple[int, str, int]] = []
    reader = threading.Thread(target=_follow, args=(database, followed, is_over), daemon=True)
    reader.start()
    committed: list[tuple[str, int]] = []
    kills = 0
    try:
        stamper = _stamper(url)
        while len(committed) < options.events and any(not writer.pipe.poll() for writer in writers):
            sleep(_LONGEST_PAUSE_SECONDS * (kills % 4 + 1) / 4)
            if kills < options.stamper_kills:
                stamper.kill()
                stamper = _stamper(url)
                kills += 1
            progress("Events in the feed", min(len(followed), options.events), options.events)
        for writer in writers:
            committed += writer.pipe.recv()
        for _ in range(kills, options.stamper_kills):
            stamper.kill()
            stamper = _stamper(url)
        stamper.stop()
    finally:
        for writer in writers:
            writer.stop()
        is_over.set()
        reader.join()
    return followed, committed


def _stamper(url: str) -> KilledProcess:
    stamper = KilledProcess(stamp_and_read, url)
    stamper.pipe.recv()
    return stamper


def _follow(database: Database, followed: list[tuple[int, str, int]], is_over: threading.Event) -> None:
    is_last_look = False
    while True:
        page = read_feed(database, after=followed[-1][0] if followed else 0, limit=1_000)
        followed += [(change.feed_seq, change.profile_id, change.revision) for change in page.items]
        if is_last_look and not page.items:
            return
        is_last_look = is_over.is_set()
        if not page.items:
            is_over.wait(0.01)


def _write_one(database: Database) -> int:
    """The position of one more profile."""
    with database.write() as session:
        service.upsert(session, Project(source=SOURCE, external_id="after", title="After"), now=datetime.now(UTC))
    return whole_feed(database)[-1].feed_seq


def _report(
    options: FeedOptions,
    committed: Sequence[tuple[str, int]],
    followed: Sequence[tuple[int, str, int]],
    feed: Sequence[ProfileChange],
    *,
    seconds: float,
    is_restored: bool,
    renewed: bool,
) -> BenchReport:
    told = [(profile_id, revision) for _, profile_id, revision in followed]
    lost, extra = set(committed) - set(told), set(told) - set(committed)
    faults = {
        "lost": len(lost),
        "rolled_back_but_told": len(extra),
        "told_twice": len(told) - len(set(told)),
        "profiles_out_of_order": count_out_of_order(told),
    }
    figures = {
        "events": len(committed),
        "read_meanwhile": len(followed),
        "kills_of_the_stamping_process": options.stamper_kills,
        "seconds": seconds,
        "events_per_second": len(committed) / seconds,
    }
    return BenchReport(
        benchmark="soak-feed",
        settings={
            "backend": options.backend,
            "writers": options.processes * options.threads,
            "processes": options.processes,
            "batch": options.batch,
        },
        rows=[Row(name="what was done", figures=figures), Row(name="faults", figures=faults)],
        ratios={},
        checks={
            f"{options.events} events were committed": len(committed) >= options.events,
            "the reader was told every committed event, once": not lost and not extra and len(told) == len(set(told)),
            "revisions of each profile came in order": faults["profiles_out_of_order"] == 0,
            "read anew, the feed tells the same at the same positions": [
                (change.feed_seq, change.profile_id, change.revision) for change in feed
            ]
            == list(followed),
            "a restored backup tells the same, and goes on": is_restored,
            "a restored backup names another epoch": renewed,
        },
    )
