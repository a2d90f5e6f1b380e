"""Whether every event reaches every receiver: some are down, slow, failing or lying, and the catalog is killed."""

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import httpx
from pydantic import SecretStr
from sqlalchemy import func, select

from services.catalog.app import open_catalog
from services.catalog.introduction_tables import IntroductionEventRow
from services.catalog.settings import CatalogSettings
from services.catalog.webhook_tables import WebhookDeliveryRow
from services.cli.bench.errors import BenchProblem
from services.cli.bench.report import BenchReport, Row, percentile
from services.cli.bench.servers import serve_catalog
from services.cli.soak.backend import Backend
from services.cli.soak.introducers import STEPS, Introducer, introduce_all
from services.cli.soak.processes import ServiceProcesses, running_processes
from services.cli.soak.throwaway_postgres import SAFE, running_server
from services.cli.soak.webhook_audit import Audit, Step, audit
from services.cli.soak.webhook_receivers import Answer, Receiver
from services.matcher.evaluation.comparison import StageProgress, no_progress
from shared.contracts.introductions import IntroductionState
from shared.contracts.webhooks import DeliveryState
from shared.kit.database import Database
from shared.kit.settings import LogLevel

ATTEMPT_SECONDS = 1.0
_LONGEST_SECONDS_TO_DELIVER = 900.0
_LIES = (Answer.CUT, Answer.GARBAGE, Answer.CLOSE, Answer.TWICE, Answer.OK)
_KEY = "a key for the time of one soak, on loopback alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOptions:
    """How much and how hard."""

    backend: Backend
    introductions: int = 200
    """Of seven events each; a third as many come first without any receiver, to compare."""
    kills: int = 10
    clients: int = 4
    workers: int = 3
    """Catalog processes on PostgreSQL; SQLite has one."""
    hangs: int = 20
    """Requests to which the slow receiver says nothing."""
    seed: int = 0


@dataclass(slots=True, kw_only=True)
class _Run:
    alone: list[float]
    introducers: list[Introducer]
    audits: dict[str, Audit]
    expected: int
    kills: int
    seconds_to_deliver: float
    states: dict[str, int]


def run(options: WebhookOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Raises BenchProblem where a service does not come back."""
    with _database_url(options.backend) as url:
        workers = options.workers if options.backend is Backend.POSTGRESQL else 1
        with running_processes([(serve_catalog, (_settings(url),))] * workers) as catalog:
            catalog.wait_until_ready()
            database = open_catalog(url)
            try:
                done = _run(options, catalog, database, progress)
            finally:
                database.close()
    return _report(options, workers, done)


def _settings(url: str) -> CatalogSettings:
    return CatalogSettings(
        database_url=url,
        log_level=LogLevel.ERROR,
        webhook_secret_key=SecretStr(_KEY),
        webhook_allow_http=True,
        webhook_allowed_networks=(ip_network("127.0.0.0/8"),),
        webhook_timeout_seconds=ATTEMPT_SECONDS,
        webhook_poll_seconds=0.1,
        webhook_retry_seconds=0.1,
        webhook_longest_wait_seconds=1,
        webhook_rest_seconds=0.5,
        webhook_attempts=100,
    )


@contextmanager
def _database_url(backend: Backend) -> Iterator[str]:
    if backend is Backend.SQLITE:
        with TemporaryDirectory(prefix="liaison-soak-") as folder:
            yield f"sqlite:///{Path(folder) / 'catalog.db'}"
    else:
        with running_server(SAFE) as server:
            yield server.url(server.create_database())


def _run(options: WebhookOptions, catalog: ServiceProcesses, database: Database, progress: StageProgress) -> _Run:
    compared = max(options.introductions // 3, 1)
    pairs = _register_pairs(catalog.url, options.introductions + compared)
    alone = introduce_all(catalog.url, pairs[:compared], options.clients)
    for one in alone:
        one.join()
    with ExitStack() as opened:
        receivers, secrets = _receivers(options, catalog.url, opened)
        already = _events(database, after=0)
        introducers = introduce_all(catalog.url, pairs[compared:], options.clients)
        kills = _kill_meanwhile(options, catalog, introducers, progress)
        opened.enter_context(receivers["down"])
        began = monotonic()
        states = _wait_until_delivered(database, progress)
        seconds = monotonic() - began
        expected = _events(database, after=len(already))
        audits = {name: audit(one.heard, expected, secrets[name]) for name, one in receivers.items()}
    return _Run(
        alone=[seconds for one in alone for seconds in one.seconds],
        introducers=introducers,
        audits=audits,
        expected=len(expected),
        kills=kills,
        seconds_to_deliver=seconds,
        states=states,
    )


def _register_pairs(url: str, number: int) -> list[tuple[str, str]]:
    """Profiles with names of their own, each in one pair: quotas are not what this is about."""
    with httpx.Client(base_url=url, timeout=30) as http:

        def register(kind: str, name: str) -> str:
            body = {"kind": kind, "source": "soak", "external_id": name, "title": f"Soak {name} (fictional)"}
            return str(http.post("/v1/profiles", json=body).raise_for_status().json()["id"])

        return [(register("project", f"asks-{one}"), register("rd_demand", f"asked-{one}")) for one in range(number)]


def _receivers(options: WebhookOptions, url: str, opened: ExitStack) -> tuple[dict[str, Receiver], dict[str, str]]:
    """All but the one that is down are there; each has a webhook, and the secret that it got."""
    receivers = {
        "well": Receiver(),
        "down": Receiver(),
        "slow": Receiver(lambda number: Answer.HANG if number < options.hangs else Answer.OK),
        "failing": Receiver(lambda number: Answer.FAIL if number % 3 < 2 else Answer.OK),
        "lying": Receiver(lambda number: _LIES[number % len(_LIES)]),
    }
    secrets = {}
    for name, receiver in receivers.items():
        answer = httpx.post(f"{url}/v1/webhooks", json={"url": receiver.url, "description": name}, timeout=30)
        secrets[name] = answer.raise_for_status().json()["secret"]
        if name != "down":
            opened.enter_context(receiver)
    return receivers, secrets


def _kill_meanwhile(
    options: WebhookOptions, catalog: ServiceProcesses, introducers: Sequence[Introducer], progress: StageProgress
) -> int:
    """Kill a process at random moments, spread over the steps; those that are left come while it delivers."""
    draw, kills = random.Random(options.seed), 0  # noqa: S311 - a schedule, no secret
    while kills < options.kills or any(one.is_alive() for one in introducers):
        sleep(draw.uniform(0.1, 0.6))
        if kills < options.kills:
            catalog.kill_and_start(draw.randrange(len(catalog)))
            catalog.wait_until_ready()
            kills += 1
            progress("Kills", kills, options.kills)
    for one in introducers:
        one.join()
    return kills


def _wait_until_delivered(database: Database, progress: StageProgress) -> dict[str, int]:
    deadline = monotonic() + _LONGEST_SECONDS_TO_DELIVER
    while monotonic() < deadline:
        states = _states(database)
        progress("Delivered", states.get(DeliveryState.DELIVERED.value, 0), max(sum(states.values()), 1))
        if not states.get(DeliveryState.PENDING.value):
            return states
        sleep(0.2)
    raise BenchProblem(f"not everything was delivered after {_LONGEST_SECONDS_TO_DELIVER:.0f} s: {_states(database)}")


def _states(database: Database) -> dict[str, int]:
    query = select(WebhookDeliveryRow.state, func.count()).group_by(WebhookDeliveryRow.state)
    with database.read() as session:
        return {str(state): int(number) for state, number in session.execute(query)}


def _events(database: Database, *, after: int) -> list[Step]:
    """What happened, without the first so many; drafts too, since nobody owns these profiles."""
    known = {state.value for state in IntroductionState}
    query = select(IntroductionEventRow).order_by(IntroductionEventRow.id).offset(after)
    with database.read() as session:
        return [(row.introduction_id, row.revision) for row in session.scalars(query) if row.to_state in known]


def _report(options: WebhookOptions, workers: int, done: _Run) -> BenchReport:
    busy = [seconds for one in done.introducers for seconds in one.seconds]
    unexpected = [line for one in done.introducers for line in one.unexpected]
    audits = done.audits.values()
    rows = [
        Row(
            name="what was done",
            figures={
                "introductions": sum(len(one.done) for one in done.introducers),
                "events": done.expected,
                "kills": done.kills,
                "requests_sent_again": sum(one.repeated for one in done.introducers),
                "seconds_to_deliver_after_all_was_up": done.seconds_to_deliver,
                **{f"deliveries_{state}": number for state, number in done.states.items()},
            },
        ),
        *(Row(name=name, figures=_figures(one)) for name, one in done.audits.items()),
        Row(name="answers of the catalog, no webhook", figures=_latencies(done.alone)),
        Row(name="answers of the catalog, all receivers", figures=_latencies(busy)),
    ]
    return BenchReport(
        benchmark="soak-webhooks",
        settings={
            "backend": options.backend,
            "workers": workers,
            "clients": options.clients,
            "attempt_seconds": ATTEMPT_SECONDS,
            "hangs": options.hangs,
            "seed": options.seed,
        },
        rows=rows,
        ratios={},
        checks={
            f"all {options.introductions} introductions took every step": sum(len(one.done) for one in done.introducers)
            == options.introductions
            and done.expected == options.introductions * (2 + len(STEPS)),
            "every event reached every receiver": all(one.lost == 0 for one in audits),
            "nobody heard of what did not happen": all(one.unknown == 0 for one in audits),
            "order was kept for each introduction": all(one.out_of_order == 0 for one in audits),
            "every request was signed, and new": all(one.unsigned == 0 for one in audits),
            "no answer of the catalog waited for a receiver": percentile(busy, 50) < ATTEMPT_SECONDS,
            "every request was answered as documented": not unexpected,
        },
        notes=[
            *unexpected[:5],
            "Answers include those that waited for a killed process to be back; delays count from the event.",
        ],
    )


def _figures(one: Audit) -> dict[str, float]:
    return {
        "attempts": one.attempts,
        "taken": one.taken,
        "repeated": one.repeated,
        "lost": one.lost,
        "out_of_order": one.out_of_order,
        "p50_seconds": percentile(one.delays, 50),
        "p99_seconds": percentile(one.delays, 99),
    }


def _latencies(seconds: Sequence[float]) -> dict[str, float]:
    return {
        "requests": len(seconds),
        "p50_ms": 1000 * percentile(seconds, 50),
        "p99_ms": 1000 * percentile(seconds, 99),
    }
