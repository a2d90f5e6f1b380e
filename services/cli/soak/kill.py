"""Whether acknowledged means kept: writers on real catalog processes, which are killed with SIGKILL again and again."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import httpx

from services.catalog.app import open_catalog
from services.catalog.settings import CatalogSettings
from services.cli.bench.report import BenchReport, Row
from services.cli.bench.servers import serve_catalog
from services.cli.soak.backend import Backend
from services.cli.soak.catalog_writers import Account, CatalogWriter, start_writers
from services.cli.soak.feed_audit import FeedAudit, audit_feed, whole_feed
from services.cli.soak.processes import ServiceProcesses, running_processes
from services.cli.soak.throwaway_postgres import SAFE, PostgresServer, running_server
from services.matcher.evaluation.comparison import StageProgress, no_progress
from shared.kit.settings import LogLevel

_LONGEST_PAUSE_SECONDS = 1.0
_SERVER_KILL_EVERY = 5
"""Of the kills on PostgreSQL, one in so many is the whole server's, and one a backend's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KillOptions:
    """How long and how hard."""

    backend: Backend
    kills: int = 100
    writes: int = 50_000
    """Acknowledged ones; the run ends once both numbers are reached."""
    longest_seconds: float = 3_600
    writers: int = 8
    profiles: int = 40
    """Of each writer."""
    workers: int = 3
    """Catalog processes on PostgreSQL; SQLite has one."""
    seed: int = 0


@dataclass(slots=True)
class Kills:
    """How often what was killed."""

    catalog: int = 0
    backend: int = 0
    server: int = 0

    @property
    def total(self) -> int:
        """Of every sort."""
        return self.catalog + self.backend + self.server


def run(options: KillOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Raises BenchProblem where a service does not come back."""
    with _database(options.backend) as (url, server):
        workers = options.workers if server else 1
        settings = CatalogSettings(database_url=url, log_level=LogLevel.ERROR)
        with running_processes([(serve_catalog, (settings,))] * workers) as catalog:
            catalog.wait_until_ready()
            accounts, kills, told, seconds = _kill_while_writing(options, catalog, server, progress)
        database = open_catalog(url)
        audit = audit_feed(database, accounts)
        is_prefix = told == [(one.feed_seq, one.profile_id, one.revision) for one in whole_feed(database)][: len(told)]
        database.close()
    return _report(options, accounts, kills, audit, is_prefix=is_prefix, told=len(told), seconds=seconds)


@contextmanager
def _database(backend: Backend) -> Iterator[tuple[str, PostgresServer | None]]:
    if backend is Backend.SQLITE:
        with TemporaryDirectory(prefix="liaison-soak-") as folder:
            yield f"sqlite:///{Path(folder) / 'catalog.db'}", None
    else:
        with running_server(SAFE) as server:
            yield server.url(server.create_database()), server


def _kill_while_writing(
    options: KillOptions, catalog: ServiceProcesses, server: PostgresServer | None, progress: StageProgress
) -> tuple[list[Account], Kills, list[tuple[int, str, int]], float]:
    is_over = threading.Event()
    writers = [
        CatalogWriter(number, catalog.url, profiles=options.profiles, seed=options.seed)
        for number in range(options.writers)
    ]
    threads = start_writers(writers, is_over.is_set)
    reader = FeedReader(catalog.url, is_over.is_set)
    reader.start()
    draw, kills, began = random.Random(options.seed), Kills(), monotonic()  # noqa: S311 - a schedule, no secret
    try:
        while monotonic() - began < options.longest_seconds:
            sleep(draw.uniform(0, _LONGEST_PAUSE_SECONDS))
            acknowledged = sum(len(writer.account.acknowledged) for writer in writers)
            progress("Acknowledged writes", min(acknowledged, options.writes), options.writes)
            if kills.total < options.kills:
                _kill_something(draw, kills, catalog, server)
                progress("Kills", kills.total, options.kills)
            elif acknowledged >= options.writes:
                break
        catalog.wait_until_ready()
    finally:
        is_over.set()
        for thread in (*threads, reader):
            thread.join()
    return [writer.account for writer in writers], kills, reader.told, monotonic() - began


def _kill_something(
    draw: random.Random, kills: Kills, catalog: ServiceProcesses, server: PostgresServer | None
) -> None:
    turn = kills.total % _SERVER_KILL_EVERY
    if server is not None and turn == _SERVER_KILL_EVERY - 1:
        server.kill()
        sleep(draw.uniform(0, 0.2))
        server.start()
        kills.server += 1
    elif server is not None and turn == _SERVER_KILL_EVERY - 2:
        kills.backend += server.kill_backend(draw.randrange(1_000))
    else:
        catalog.kill_and_start(draw.randrange(len(catalog)))
        kills.catalog += 1
    catalog.wait_until_ready()


class FeedReader(threading.Thread):
    """Follows the feed meanwhile: what it was told once must be told for ever, at the same positions."""

    def __init__(self, url: str, is_over: Callable[[], bool]) -> None:
        super().__init__(name="feed-reader", daemon=True)
        self._http = httpx.Client(base_url=url, timeout=30)
        self._is_over = is_over
        self.told: list[tuple[int, str, int]] = []
        """Position, profile and revision."""

    def run(self) -> None:
        """Read page after page."""
        with self._http:
            while not self._is_over():
                try:
                    self._read()
                except httpx.HTTPError:
                    sleep(0.05)

    def _read(self) -> None:
        after = self.told[-1][0] if self.told else 0
        answer = self._http.get("/v1/changes", params={"after": after, "limit": 500, "wait_seconds": 0.2})
        items = answer.raise_for_status().json()["items"]
        self.told += [(item["feed_seq"], item["profile_id"], item["revision"]) for item in items]


def _report(
    options: KillOptions,
    accounts: list[Account],
    kills: Kills,
    audit: FeedAudit,
    *,
    is_prefix: bool,
    told: int,
    seconds: float,
) -> BenchReport:
    acknowledged = sum(len(account.acknowledged) for account in accounts)
    unexpected = [line for account in accounts for line in account.unexpected]
    rows = [
        Row(
            name="what was done",
            figures={
                "kills": kills.total,
                "kills_of_catalog_processes": kills.catalog,
                "kills_of_backends": kills.backend,
                "kills_of_the_database_server": kills.server,
                "acknowledged_writes": acknowledged,
                "unanswered_writes": sum(account.unanswered for account in accounts),
                "refused_writes": sum(account.refused for account in accounts),
                "events_in_the_feed": audit.events,
                "events_read_meanwhile": told,
                "seconds": seconds,
            },
        ),
        Row(name="faults", figures=audit.faults),
    ]
    return BenchReport(
        benchmark="soak-kill",
        settings={
            "backend": options.backend,
            "writers": options.writers,
            "workers": options.workers if options.backend is Backend.POSTGRESQL else 1,
            "seed": options.seed,
        },
        rows=rows,
        ratios={},
        checks={
            f"{options.kills} kills and {options.writes} acknowledged writes were reached": kills.total >= options.kills
            and acknowledged >= options.writes,
            "no acknowledged write is lost": audit.lost == 0,
            "no write is torn": audit.torn == 0,
            "the state equals the feed": audit.differing == 0 and audit.unsent == 0,
            "the feed is complete and in order for each profile": audit.gaps == 0 and audit.out_of_order == 0,
            "what the feed told meanwhile it still tells": is_prefix,
            "every write was answered as documented": not unexpected,
        },
        notes=[*unexpected[:5], "A kill of a process leaves the machine's file cache: see the count of fsync calls."],
    )
