"""The lines between the services and their databases are cut, slowed, swallowed and reset; matches go on."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import httpx

from services.catalog.settings import CatalogSettings
from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.errors import BenchProblem
from services.cli.bench.processes import Server, running
from services.cli.bench.report import BenchReport, Row, percentile
from services.cli.bench.servers import serve_catalog, serve_matcher
from services.cli.bench.sources import profiles_of
from services.cli.soak.fault_proxy import Fault, FaultProxy
from services.cli.soak.throwaway_postgres import running_server
from services.matcher.evaluation.comparison import StageProgress
from services.matcher.settings import MatcherSettings
from shared.kit.settings import LogLevel

LEAST_ANSWERED = 0.98
LONGEST_RECOVERY_SECONDS = 10.0
LONGEST_CALL_SECONDS = 30.0
"""Connecting, one statement and the wait for its answer, twice: more is no time limit."""
_CLIENT_SECONDS = 60.0
_MATCH_EVERY_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 120.0
_FAULTS = (Fault.DOWN, Fault.SLOW, Fault.BLACK_HOLE, Fault.RESET)
LINES = ("matcher - catalog", "catalog - its database", "matcher - its database")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultOptions:
    """How long each fault lasts, and on what."""

    profiles: int = 300
    fault_seconds: float = 25.0
    pause_seconds: float = 2.0
    lines: Sequence[str] = LINES
    faults: Sequence[Fault] = _FAULTS


@dataclass(slots=True)
class Asked:
    """What came of one client's requests while a fault lasted and until everything was well again."""

    answered: int = 0
    refused: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def all(self) -> int:
        """Requests."""
        return self.answered + self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One fault on one line."""

    line: str
    fault: Fault
    matches: Asked
    writes: Asked
    recovery_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    catalog: Server
    matcher: Server
    proxies: dict[str, FaultProxy]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


def run(options: FaultOptions, progress: StageProgress) -> BenchReport:
    """Every fault on every line. Raises BenchProblem, CommandProblem."""
    outcomes = []
    with _staged() as stage:
        subjects = _load(stage, options)
        plan = [(line, fault) for line in options.lines for fault in options.faults]
        for line, fault in plan:
            outcomes.append(_outcome(stage, line, fault, subjects, options))
            progress("Faults", len(outcomes), len(plan))
    return _report(options, outcomes)


@contextmanager
def _staged() -> Iterator[_Stage]:
    """Both services on one PostgreSQL, every line through a proxy."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="liaison-faults-")))
        server = stack.enter_context(running_server())
        to_database = {line: stack.enter_context(FaultProxy(server.folder / ".s.PGSQL.5432")) for line in LINES[1:]}
        urls = [
            f"postgresql://postgres@127.0.0.1:{proxy.port}/{server.create_database()}" for proxy in to_database.values()
        ]
        catalog = stack.enter_context(
            running(serve_catalog, CatalogSettings(database_url=urls[0], log_level=LogLevel.ERROR))
        )
        feed = stack.enter_context(FaultProxy(catalog.port))
        settings = MatcherSettings(
            catalog_url=feed.url, database_url=urls[1], data_directory=folder / "saved", log_level=LogLevel.ERROR
        )
        matcher = stack.enter_context(running(serve_matcher, settings, EncoderChoice.HASHED, False))
        catalog.wait_until_ready()
        matcher.wait_until_ready()
        yield _Stage(catalog=catalog, matcher=matcher, proxies={LINES[0]: feed, **to_database})


def _load(stage: _Stage, options: FaultOptions) -> list[str]:
    """Register profiles and wait until they are served; ids to ask with."""
    ids: list[str] = []
    with httpx.Client(base_url=stage.catalog.url, timeout=_CLIENT_SECONDS) as catalog:
        for profile in profiles_of(None, options.profiles):
            answer = catalog.post("/v1/profiles", json=profile.model_dump(mode="json", exclude_none=True))
            if answer.is_success:
                ids.append(answer.json()["id"])
        _write(catalog, next(stage.numbers))
    with httpx.Client(base_url=stage.matcher.url, timeout=_CLIENT_SECONDS) as matcher:
        deadline = monotonic() + _LONGEST_WAIT_SECONDS
        while not _is_well(matcher, ids[0], None):
            if monotonic() > deadline:
                raise BenchProblem("the matcher did not serve the profiles in time")
            threading.Event().wait(_MATCH_EVERY_SECONDS)
    return ids


def _outcome(stage: _Stage, line: str, fault: Fault, subjects: Sequence[str], options: FaultOptions) -> Outcome:
    matches, writes, ended = Asked(), Asked(), threading.Event()
    clients = [
        threading.Thread(target=_match_steadily, args=(stage.matcher.url, subjects, matches, ended)),
        threading.Thread(target=_write_steadily, args=(stage, writes, ended)),
    ]
    for client in clients:
        client.start()
    proxy = stage.proxies[line]
    proxy.fault = fault
    threading.Event().wait(options.fault_seconds)
    proxy.fault = Fault.NONE
    recovery = _recovery(stage, subjects[0])
    ended.set()
    for client in clients:
        client.join()
    threading.Event().wait(options.pause_seconds)
    return Outcome(line=line, fault=fault, matches=matches, writes=writes, recovery_seconds=recovery)


def _recovery(stage: _Stage, subject: str) -> float:
    """Seconds until a new write is acknowledged, and a match that has read it lacks nothing."""
    began = monotonic()
    with (
        httpx.Client(base_url=stage.catalog.url, timeout=_CLIENT_SECONDS) as catalog,
        httpx.Client(base_url=stage.matcher.url, timeout=_CLIENT_SECONDS) as matcher,
    ):
        written: int | None = None
        while monotonic() - began < _LONGEST_WAIT_SECONDS:
            if written is None and _write(catalog, next(stage.numbers)):
                written = int(catalog.get("/v1/changes", params={"after": 2**62 - 1}).json()["latest_seq"])
            if written is not None and _is_well(matcher, subject, written):
                return monotonic() - began
            threading.Event().wait(0.02)
    return _LONGEST_WAIT_SECONDS


def _is_well(matcher: httpx.Client, subject: str, written: int | None) -> bool:
    asked = {"subject_id": subject, "target_kinds": ["project"]} | ({"min_feed_seq": written} if written else {})
    answer = matcher.post("/v1/matches", json=asked)
    return answer.status_code == httpx.codes.OK and "liaison-degraded" not in answer.headers


def _write(catalog: httpx.Client, number: int) -> bool:
    body = {"kind": "project", "source": "soak", "external_id": str(number), "title": f"Fictional project {number}"}
    try:
        return catalog.post("/v1/profiles", json=body).is_success
    except httpx.TransportError:
        return False


def _match_steadily(url: str, subjects: Sequence[str], asked: Asked, ended: threading.Event) -> None:
    with httpx.Client(base_url=url, timeout=_CLIENT_SECONDS) as matcher:
        for number in count():
            if ended.wait(_MATCH_EVERY_SECONDS):
                return
            body = {"subject_id": subjects[number % len(subjects)], "target_kinds": ["project"]}
            _tell(asked, partial(_is_answered, matcher, body))


def _is_answered(matcher: httpx.Client, body: Mapping[str, object]) -> bool:
    return matcher.post("/v1/matches", json=body).status_code == httpx.codes.OK


def _write_steadily(stage: _Stage, asked: Asked, ended: threading.Event) -> None:
    with httpx.Client(base_url=stage.catalog.url, timeout=_CLIENT_SECONDS) as catalog:
        while not ended.wait(_MATCH_EVERY_SECONDS):
            _tell(asked, lambda: _write(catalog, next(stage.numbers)))


def _tell(asked: Asked, ask: Callable[[], bool]) -> None:
    began = monotonic()
    try:
        is_answered = ask()
    except httpx.TransportError:
        is_answered = False
    asked.seconds.append(monotonic() - began)
    asked.answered += is_answered
    asked.refused += not is_answered


def _report(options: FaultOptions, outcomes: Sequence[Outcome]) -> BenchReport:
    matches = sum(one.matches.all for one in outcomes)
    answered = sum(one.matches.answered for one in outcomes)
    slowest = max(seconds for one in outcomes for seconds in (*one.matches.seconds, *one.writes.seconds))
    recovery = max(one.recovery_seconds for one in outcomes)
    return BenchReport(
        benchmark="soak-faults",
        settings={
            "profiles": options.profiles,
            "fault_seconds": options.fault_seconds,
            "lines": len(options.lines),
            "faults": ", ".join(options.faults),
        },
        rows=[_row(one) for one in outcomes],
        ratios={"matches answered": answered / matches},
        checks={
            f">= {LEAST_ANSWERED:.0%} of matches are answered": answered >= LEAST_ANSWERED * matches,
            f"recovery <= {LONGEST_RECOVERY_SECONDS:.0f} s": recovery <= LONGEST_RECOVERY_SECONDS,
            f"no call takes longer than {LONGEST_CALL_SECONDS:.0f} s": slowest <= LONGEST_CALL_SECONDS,
        },
        notes=[
            "Recovered: a new write is acknowledged, and a match that has read it is not marked degraded. Writes are "
            "refused while the catalog's database is away, as they must be.",
        ],
    )


def _row(outcome: Outcome) -> Row:
    matches, writes = outcome.matches, outcome.writes
    return Row(
        name=f"{outcome.line}: {outcome.fault.replace('_', ' ')}",
        figures={
            "matches": matches.all,
            "answered": matches.answered,
            "match_p99_ms": 1000 * percentile(matches.seconds, 99),
            "writes": writes.all,
            "acknowledged": writes.answered,
            "slowest_write_s": max(writes.seconds, default=0.0),
            "recovery_s": outcome.recovery_seconds,
        },
    )
