"""Replicas are restarted one after the other under load, and no request fails."""

import os
import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.errors import BenchProblem
from services.cli.bench.hashed_encoder import encoder_factory
from services.cli.bench.prepared_store import PreparedStore, matcher_settings, prepare_store
from services.cli.bench.processes import Child, closed_url
from services.cli.bench.report import BenchReport, Row
from services.cli.soak.balancer import Balancer
from services.cli.soak.open_load import OpenLoad, OpenLoadResult, open_load
from services.cli.soak.overload import bodies_of
from services.matcher.evaluation.comparison import StageProgress
from services.matcher.settings import MatcherSettings

_LONGEST_START_SECONDS = 120.0
_LONGEST_LOAD_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RollingOptions:
    """How many of what."""

    directory: Path
    profiles: int = 500
    replicas: int = 3
    restarts: int = 20
    requests_per_second: float = 20.0
    drain_seconds: float = 1.0


class Replica:
    """A matcher on a port of its own, in a process that is told to end by SIGTERM, as `liaison serve` is."""

    def __init__(self, settings: MatcherSettings) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._settings = settings.model_copy(update={"port": self.port})
        self._child = Child(serve_replica, self._settings)

    def restart(self) -> float:
        """End it in order and start it anew; the seconds that it took to end. Raises BenchProblem."""
        began = monotonic()
        os.kill(self._child.pid, signal.SIGTERM)
        self._child.wait(_LONGEST_START_SECONDS)
        seconds = monotonic() - began
        self._child.stop()
        self._child = Child(serve_replica, self._settings)
        return seconds

    def stop(self) -> None:
        """End it for good."""
        self._child.stop()


def serve_replica(settings: MatcherSettings, pipe: Connection) -> None:
    """What a replica's process runs: the matcher as `liaison serve matcher` runs it, with cheap vectors."""
    from services.cli.serving import listen, run_service  # noqa: PLC0415 - only this child needs it
    from services.matcher.app import create_app  # noqa: PLC0415

    def end_with_parent() -> None:
        try:
            pipe.recv()
        except (EOFError, OSError):
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)  # nobody is left to drain for

    threading.Thread(target=end_with_parent, daemon=True).start()
    factory = encoder_factory(EncoderChoice.HASHED, loads_model=False)
    listening = listen(settings.host, settings.port)
    run_service("matcher", lambda: create_app(settings, factory), settings, listening)


def run(options: RollingOptions, progress: StageProgress) -> BenchReport:
    """Restart every replica in turn while requests come at a steady rate. Raises BenchProblem."""
    store = prepare_store(
        options.directory, profiles=options.profiles, data=None, encoder=EncoderChoice.HASHED, progress=progress
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="liaison-rolling-")))
        catalog_url = stack.enter_context(closed_url())
        replicas = [
            stack.enter_context(_replica(options, store, folder / str(n), catalog_url)) for n in range(options.replicas)
        ]
        balancer = stack.enter_context(Balancer([replica.port for replica in replicas]))
        _wait_until_ready(balancer, {replica.port for replica in replicas})
        return _restarted(options, store, replicas, balancer, progress)


@contextmanager
def _replica(options: RollingOptions, store: PreparedStore, folder: Path, catalog_url: str) -> Iterator[Replica]:
    shutil.copytree(store.folder, folder)
    settings = matcher_settings(folder, catalog_url).model_copy(
        update={"shutdown_drain_seconds": options.drain_seconds}
    )
    replica = Replica(settings)
    try:
        yield replica
    finally:
        replica.stop()


def _restarted(
    options: RollingOptions,
    store: PreparedStore,
    replicas: list[Replica],
    balancer: Balancer,
    progress: StageProgress,
) -> BenchReport:
    load = OpenLoad(
        port=balancer.port,
        path="/v1/matches",
        bodies=bodies_of(store),
        per_second=options.requests_per_second,
        seconds=_LONGEST_LOAD_SECONDS,
    )
    with open_load(load) as ending:
        endings = []
        for number in range(options.restarts):
            endings.append(replicas[number % len(replicas)].restart())
            _wait_until_ready(balancer, {replica.port for replica in replicas})
            progress("Restarts", number + 1, options.restarts)
        result = ending()
    return _report(options, result, balancer, endings)


def _wait_until_ready(balancer: Balancer, ports: set[int]) -> None:
    deadline = monotonic() + _LONGEST_START_SECONDS
    while not ports <= balancer.ready:
        if monotonic() > deadline:
            raise BenchProblem(f"not ready after {_LONGEST_START_SECONDS:.0f} s: {sorted(ports - balancer.ready)}")
        sleep(0.02)


def _report(options: RollingOptions, result: OpenLoadResult, balancer: Balancer, endings: list[float]) -> BenchReport:
    failed = result.sent - result.statuses[200]
    return BenchReport(
        benchmark="soak-rolling",
        settings={
            "replicas": options.replicas,
            "restarts": options.restarts,
            "requests_per_second": options.requests_per_second,
            "drain_seconds": options.drain_seconds,
            "profiles": options.profiles,
        },
        rows=[
            Row(name="requests", figures=result.figures() | {"slowest_ms": 1000 * result.slowest_seconds}),
            Row(name="balancer", figures={"asked_again": balancer.retried, "unanswered": balancer.unanswered}),
            Row(name="endings", figures={"restarts": len(endings), "slowest_s": max(endings)}),
        ],
        ratios={},
        checks={
            "no request failed": failed == 0,
            f"{options.restarts} restarts": len(endings) == options.restarts,
            "requests came all the while": result.sent >= 0.9 * options.requests_per_second * result.seconds,
        },
        notes=[
            "Each replica is told to end with SIGTERM, is not ready at once, drains, and ends; then it starts anew."
        ],
    )
