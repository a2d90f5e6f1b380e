"""Whether replicas equal a rebuild: three matchers on one PostgreSQL, killed again and again, also while they save."""

import contextlib
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import httpx

from services.catalog.settings import CatalogSettings
from services.cli.bench.both_services import write_profiles
from services.cli.bench.errors import BenchProblem
from services.cli.bench.prepared_store import subjects_of
from services.cli.bench.report import BenchReport, Row
from services.cli.bench.servers import serve_catalog
from services.cli.bench.sources import profiles_of
from services.cli.soak.catalog_writers import CatalogWriter, start_writers
from services.cli.soak.counted_encoder import Encodes, read_encodes, serve_counted_matcher
from services.cli.soak.processes import ServiceProcesses, running_processes
from services.cli.soak.throwaway_postgres import SAFE, running_server
from services.matcher.evaluation.comparison import StageProgress, no_progress
from services.matcher.settings import MatcherSettings
from shared.contracts.profiles import Kind, Profile
from shared.kit.settings import LogLevel

TOLERANCE = 1e-6
BUNDLED_PROFILES = 500
_CATCH_UP_SECONDS = 300.0
_LONGEST_PAUSE_SECONDS = 1.0
_SAVE_WAIT_SECONDS = 3.0
_ANSWER_LENGTH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaOptions:
    """How many and how often."""

    replicas: int = 3
    kills: int = 50
    profiles: int = 500
    """Of the bundled corpus, imported before the first kill."""
    writers: int = 4
    written: int = 150
    """Profiles of each writer, revised and withdrawn meanwhile."""
    subjects: int = 40
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One answer, as far as it must not depend on who gave it."""

    ids: tuple[str, ...]
    scores: tuple[float, ...]


@dataclass(slots=True)
class Killed:
    """What was killed."""

    processes: set[int]
    mid_save: int = 0


def run(options: ReplicaOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Raises BenchProblem where a replica does not come back or does not catch up."""
    with TemporaryDirectory(prefix="liaison-soak-") as name, running_server(SAFE) as server:
        folder, shared = Path(name), server.url(server.create_database())
        catalog_settings = CatalogSettings(database_url=server.url(server.create_database()), log_level=LogLevel.ERROR)
        with running_processes([(serve_catalog, (catalog_settings,))] * 2) as catalog:
            catalog.wait_until_ready()
            log = folder / "encodes.log"
            log.touch()
            with _replicas(options.replicas, folder, shared, catalog.url, log) as replicas:
                subjects, kind, texts = _import(options, folder, catalog)
                _wait_until_settled(replicas, catalog)
                undisturbed = read_encodes(log, frozenset())
                killed, acknowledged = _kill_while_writing(options, catalog, replicas, folder, texts, progress)
                _wait_until_settled(replicas, catalog)
                answers = [_answers(replica.url, subjects, kind) for replica in replicas]
                encodes = read_encodes(log, frozenset(killed.processes))
            alone = server.url(server.create_database())
            with _replicas(1, folder / "rebuilt", alone, catalog.url, folder / "rebuilt.log") as rebuilt:
                _wait_until_settled(rebuilt, catalog)
                [expected] = [_answers(one.url, subjects, kind) for one in rebuilt]
    return _report(options, killed, acknowledged, undisturbed, encodes, answers, expected)


@contextmanager
def _replicas(
    count: int, folder: Path, database_url: str, catalog_url: str, log: Path
) -> Iterator[list[ServiceProcesses]]:
    """Matchers on one database, each with a folder of its own."""
    with ExitStack() as running:
        replicas = [
            running.enter_context(
                running_processes(
                    [(serve_counted_matcher, (_settings(folder, number, database_url, catalog_url), log))]
                )
            )
            for number in range(count)
        ]
        for replica in replicas:
            replica.wait_until_ready()
        yield replicas


def _settings(folder: Path, number: int, database_url: str, catalog_url: str) -> MatcherSettings:
    return MatcherSettings(
        catalog_url=catalog_url,
        database_url=database_url,
        data_directory=folder / f"replica-{number}",
        feed_page_size=64,
        feed_wait_seconds=0.5,
        settle_seconds=1,
        log_level=LogLevel.ERROR,
    )


def _import(options: ReplicaOptions, folder: Path, catalog: ServiceProcesses) -> tuple[list[str], Kind, list[str]]:
    """Who may ask, for what, and texts that writers may use."""
    profiles = evenly(profiles_of(None, BUNDLED_PROFILES), options.profiles)
    write_profiles(profiles, folder / "profiles.jsonl")
    with (folder / "profiles.jsonl").open("rb") as file:
        answer = httpx.post(f"{catalog.url}/v1/imports", files={"file": ("profiles.jsonl", file)}, timeout=600)
    answer.raise_for_status()
    subjects, kind = subjects_of(profiles)
    return subjects[: options.subjects], kind, [one.description or one.title for one in profiles]


def evenly(profiles: Sequence[Profile], count: int) -> list[Profile]:
    """So many of them, from all kinds: the corpus is ordered by kind."""
    step = max(1, len(profiles) // count)
    return list(profiles[::step])[:count]


def _kill_while_writing(
    options: ReplicaOptions,
    catalog: ServiceProcesses,
    replicas: list[ServiceProcesses],
    folder: Path,
    texts: Sequence[str],
    progress: StageProgress,
) -> tuple[Killed, int]:
    is_over = threading.Event()
    writers = [
        CatalogWriter(number, catalog.url, profiles=options.written, seed=options.seed, texts=texts, pause_seconds=0.02)
        for number in range(options.writers)
    ]
    threads = start_writers(writers, is_over.is_set)
    draw, killed = random.Random(options.seed), Killed(processes=set())  # noqa: S311 - a schedule, no secret
    try:
        for done in range(options.kills):
            number = draw.randrange(len(replicas))
            sleep(draw.uniform(0, _LONGEST_PAUSE_SECONDS))
            if done % 2:
                killed.mid_save += _wait_for_a_save(folder / f"replica-{number}")
            killed.processes.add(replicas[number].pid(0))
            replicas[number].kill_and_start(0)
            progress("Kills", done + 1, options.kills)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    return killed, sum(len(writer.account.acknowledged) for writer in writers)


def _wait_for_a_save(folder: Path) -> bool:
    """Whether a snapshot is being written now."""
    deadline = monotonic() + _SAVE_WAIT_SECONDS
    while monotonic() < deadline:
        if any(folder.glob(".writing-*/*")):
            return True
        sleep(0.001)
    return False


def _wait_until_settled(replicas: Sequence[ServiceProcesses], catalog: ServiceProcesses) -> None:
    """Return once each replica has read the whole feed and merged it into its base."""
    latest_seq = httpx.get(f"{catalog.url}/v1/changes/position", timeout=60).raise_for_status().json()["latest_seq"]
    deadline = monotonic() + _CATCH_UP_SECONDS
    for replica in replicas:
        replica.wait_until_ready()
        while not _is_settled(replica, latest_seq):
            if monotonic() > deadline:
                raise BenchProblem(f"a replica did not settle in {_CATCH_UP_SECONDS:.0f} s")
            sleep(0.1)


def _is_settled(replica: ServiceProcesses, latest_seq: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        status = httpx.get(f"{replica.url}/v1/status", timeout=60).json()
        return bool(status["feed_seq"] == latest_seq and status["snapshot"] == f"s{latest_seq}.{status['documents']}+0")
    return False


def _answers(url: str, subjects: Sequence[str], kind: Kind) -> list[Ranked]:
    with httpx.Client(base_url=url, timeout=60) as http:
        found = []
        for subject in subjects:
            request = {"subject_id": subject, "target_kinds": [kind], "limit": _ANSWER_LENGTH, "floor": 0}
            matches = http.post("/v1/matches", json=request).raise_for_status().json()["matches"]
            found.append(
                Ranked(
                    ids=tuple(match["profile_id"] for match in matches),
                    scores=tuple(match["score"] for match in matches),
                )
            )
    return found


def _largest_difference(answers: Sequence[Ranked], expected: Sequence[Ranked]) -> float:
    """Of the scores at equal ranks."""
    pairs = [
        abs(one - other)
        for answer, wanted in zip(answers, expected, strict=True)
        for one, other in zip(answer.scores, wanted.scores, strict=False)
    ]
    return max(pairs, default=0.0)


def _report(
    options: ReplicaOptions,
    killed: Killed,
    acknowledged: int,
    undisturbed: Encodes,
    encodes: Encodes,
    answers: Sequence[Sequence[Ranked]],
    expected: Sequence[Ranked],
) -> BenchReport:
    differences = [_largest_difference(own, expected) for own in answers]
    same_ids = [[one.ids for one in own] == [one.ids for one in expected] for own in answers]
    figures = {
        "kills": options.kills,
        "kills_while_a_snapshot_was_saved": killed.mid_save,
        "acknowledged_writes_meanwhile": acknowledged,
        "texts": encodes.texts,
        "encodes": encodes.encodes,
        "encodes_lost_with_a_killed_replica": encodes.encodes - encodes.texts,
        "answers_compared": sum(len(own) for own in answers),
        "matches_in_an_answer": sum(len(one.ids) for one in expected) / max(1, len(expected)),
        "largest_difference_of_scores": max(differences),
    }
    return BenchReport(
        benchmark="soak-replicas",
        settings={"replicas": options.replicas, "profiles": options.profiles, "seed": options.seed},
        rows=[Row(name="what was done", figures=figures)],
        ratios={},
        checks={
            f"{options.kills} kills, some of them while a snapshot was saved": killed.mid_save > 0 or options.kills < 2,
            "every replica gives the ids of a full rebuild": all(same_ids),
            f"every score is within {TOLERANCE} of a full rebuild": max(differences) <= TOLERANCE,
            "the answers are not empty": all(one.ids for one in expected),
            "without kills no text was embedded twice": undisturbed.encodes == undisturbed.texts,
            "no text was embedded twice but for those of killed replicas": encodes.twice_needlessly == 0,
        },
        notes=["vectors are hashed words: what is checked here does not depend on the model"],
    )
