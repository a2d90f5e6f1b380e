"""How soon a write is served by every replica, at a steady rate of writes."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import httpx

from services.catalog.profiles.rules import profile_id
from services.catalog.settings import CatalogSettings
from services.cli.bench.both_services import write_profiles
from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.errors import BenchProblem
from services.cli.bench.report import BenchReport, Row, percentile
from services.cli.bench.servers import serve_catalog, serve_matcher
from services.cli.bench.sources import profiles_of
from services.cli.soak.processes import running_processes
from services.cli.soak.replicas import BUNDLED_PROFILES, evenly
from services.cli.soak.throwaway_postgres import SAFE, running_server
from services.matcher.evaluation.comparison import StageProgress, no_progress
from services.matcher.settings import MatcherSettings
from shared.contracts.profiles import Profile
from shared.kit.settings import LogLevel

GOAL_SECONDS = 2.0
_WRITERS = 16
_TOLD_EVERY = 50
_LOOK_EVERY_SECONDS = 0.05
"""Every look costs the machine that is measured; a delay is told up to this much too long."""
_CATCH_UP_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshnessOptions:
    """At what rate and for how long."""

    replicas: int = 2
    writes_per_second: float = 100
    seconds: float = 60
    encoder: EncoderChoice = EncoderChoice.BUNDLED
    profiles: int = 500


@dataclass(slots=True)
class Served:
    """When a replica was first seen to serve each position: pairs of position and monotonic time, both rising."""

    positions: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def at(self, position: int) -> float:
        """When it was served."""
        return next(time for held, time in zip(self.positions, self.times, strict=True) if held >= position)


def run(options: FreshnessOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Raises BenchProblem where a replica does not catch up."""
    with TemporaryDirectory(prefix="liaison-soak-") as name, running_server(SAFE) as server, ExitStack() as running:
        folder = Path(name)
        settings = CatalogSettings(database_url=server.url(server.create_database()), log_level=LogLevel.ERROR)
        catalog = running.enter_context(running_processes([(serve_catalog, (settings,))] * 2))
        catalog.wait_until_ready()
        profiles = evenly(profiles_of(None, BUNDLED_PROFILES), options.profiles)
        shared = server.url(server.create_database())
        replicas = [
            running.enter_context(
                running_processes(
                    [(serve_matcher, (_settings(folder, number, shared, catalog.url), options.encoder, False))]
                )
            )
            for number in range(options.replicas)
        ]
        for replica in replicas:
            replica.wait_until_ready()
        _import(profiles, folder, catalog.url)
        urls = [replica.url for replica in replicas]
        _wait_until_served(urls, _latest(catalog.url))
        sent, served = _write_steadily(options, profiles, catalog.url, urls, progress)
        positions = _positions(catalog.url)
        mine_is_read = all(_reads_own_write(url, catalog.url, profiles[0]) for url in urls)
    delays = [[one.at(positions[key]) - began for key, began in sent.items() if key in positions] for one in served]
    return _report(options, sent, delays, mine_is_read=mine_is_read)


def _settings(folder: Path, number: int, database_url: str, catalog_url: str) -> MatcherSettings:
    return MatcherSettings(
        catalog_url=catalog_url,
        database_url=database_url,
        data_directory=folder / f"replica-{number}",
        log_level=LogLevel.ERROR,
    )


def _import(profiles: Sequence[Profile], folder: Path, catalog_url: str) -> None:
    write_profiles(profiles, folder / "profiles.jsonl")
    with (folder / "profiles.jsonl").open("rb") as file:
        answer = httpx.post(f"{catalog_url}/v1/imports", files={"file": ("profiles.jsonl", file)}, timeout=600)
    answer.raise_for_status()


def _write_steadily(
    options: FreshnessOptions,
    profiles: Sequence[Profile],
    catalog_url: str,
    replicas: Sequence[str],
    progress: StageProgress,
) -> tuple[dict[tuple[str, int], float], list[Served]]:
    """When each revision was sent, and when each replica served which position."""
    is_over = threading.Event()
    served = [Served() for _ in replicas]
    lookers = [
        threading.Thread(target=_look, args=(url, one, is_over), daemon=True)
        for url, one in zip(replicas, served, strict=True)
    ]
    for looker in lookers:
        looker.start()
    total = int(options.writes_per_second * options.seconds)
    began = monotonic()
    with httpx.Client(base_url=catalog_url, timeout=60, limits=httpx.Limits(max_connections=_WRITERS)) as http:

        def write(number: int) -> tuple[tuple[str, int], float]:
            sleep(max(0.0, began + number / options.writes_per_second - monotonic()))
            if number % _TOLD_EVERY == 0:
                progress("Writes", number + 1, total)
            return _revise(http, profiles[number % len(profiles)], number)

        with ThreadPoolExecutor(_WRITERS) as pool:
            sent = dict(pool.map(write, range(total)))
    _wait_until_served(replicas, _latest(catalog_url))
    sleep(10 * _LOOK_EVERY_SECONDS)
    is_over.set()
    for looker in lookers:
        looker.join()
    return sent, served


def _revise(http: httpx.Client, profile: Profile, number: int) -> tuple[tuple[str, int], float]:
    """A new wording of one profile; its key, and when it was sent."""
    key = profile_id(profile.source, profile.external_id)
    wording = profile.model_copy(update={"title": f"{profile.title[:400]} (wording {number})"})
    body = wording.model_dump(mode="json", exclude_none=True)
    began = monotonic()
    answer = http.put(f"/v1/profiles/{key}", json=body, headers={"If-Match": "*"}).raise_for_status()
    return (key, answer.json()["revision"]), began


def _look(url: str, served: Served, is_over: threading.Event) -> None:
    with httpx.Client(base_url=url, timeout=60) as http:
        while not is_over.is_set():
            position = http.get("/v1/status").json()["feed_seq"]
            if not served.positions or position > served.positions[-1]:
                served.positions.append(position)
                served.times.append(monotonic())
            is_over.wait(_LOOK_EVERY_SECONDS)


def _positions(catalog_url: str) -> dict[tuple[str, int], int]:
    """The position of every revision in the feed."""
    found: dict[tuple[str, int], int] = {}
    after = 0
    with httpx.Client(base_url=catalog_url, timeout=60) as http:
        while items := http.get("/v1/changes", params={"after": after, "limit": 1_000}).json()["items"]:
            found |= {(item["profile_id"], item["revision"]): item["feed_seq"] for item in items}
            after = items[-1]["feed_seq"]
    return found


def _reads_own_write(matcher_url: str, catalog_url: str, profile: Profile) -> bool:
    """A write with its position, and the question about it that names the position."""
    key = profile_id(profile.source, profile.external_id)
    body = profile.model_copy(update={"keywords": ("own-write",)}).model_dump(mode="json", exclude_none=True)
    headers = {"If-Match": "*", "Prefer": "feed-position"}
    written = httpx.put(f"{catalog_url}/v1/profiles/{key}", json=body, headers=headers, timeout=60).raise_for_status()
    request = {
        "text": {"text": profile.title},
        "target_kinds": [profile.kind],
        "filters": [{"op": "overlaps", "attribute": "keyword", "values": ["own-write"]}],
        "floor": 0,
        "min_feed_seq": int(written.headers["Feed-Position"]),
    }
    answer = httpx.post(f"{matcher_url}/v1/matches", json=request, timeout=60).raise_for_status().json()
    return bool([one["profile_id"] for one in answer["matches"]] == [key])


def _latest(catalog_url: str) -> int:
    return int(httpx.get(f"{catalog_url}/v1/changes/position", timeout=60).raise_for_status().json()["latest_seq"])


def _wait_until_served(replicas: Sequence[str], latest_seq: int) -> None:
    deadline = monotonic() + _CATCH_UP_SECONDS
    for url in replicas:
        while httpx.get(f"{url}/v1/status", timeout=60).json()["feed_seq"] < latest_seq:
            if monotonic() > deadline:
                raise BenchProblem(f"a replica did not serve position {latest_seq} in {_CATCH_UP_SECONDS:.0f} s")
            sleep(0.05)


def _report(
    options: FreshnessOptions,
    sent: dict[tuple[str, int], float],
    delays: Sequence[Sequence[float]],
    *,
    mine_is_read: bool,
) -> BenchReport:
    slowest = [max(of_one) for of_one in zip(*delays, strict=True)]
    rate = len(sent) / (max(sent.values()) - min(sent.values()))
    rows = [
        Row(
            name=name,
            figures={
                "writes": len(seconds),
                "p50_ms": 1000 * percentile(seconds, 50),
                "p99_ms": 1000 * percentile(seconds, 99),
                "max_ms": 1000 * max(seconds),
            },
        )
        for name, seconds in [
            *((f"sent until served by replica {number}", one) for number, one in enumerate(delays, start=1)),
            ("sent until served by every replica", slowest),
        ]
    ]
    return BenchReport(
        benchmark="soak-freshness",
        settings={
            "replicas": options.replicas,
            "encoder": options.encoder,
            "profiles": options.profiles,
            "asked_writes_per_second": options.writes_per_second,
            "reached_writes_per_second": round(rate, 1),
        },
        rows=rows,
        ratios={"p99 / 2 seconds": percentile(slowest, 99) / GOAL_SECONDS},
        checks={
            "the rate was reached": rate >= 0.95 * options.writes_per_second,
            f"p99 is within {GOAL_SECONDS:.0f} seconds on every replica": percentile(slowest, 99) <= GOAL_SECONDS,
            "a write is in the answer that asks for its position, on every replica": mine_is_read,
        },
    )
