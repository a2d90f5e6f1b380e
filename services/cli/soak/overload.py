"""What is asked beyond capacity is refused at once, and what is taken in is answered about as fast as ever."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import httpx

from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.load import LoadPlan, run_load
from services.cli.bench.prepared_store import PreparedStore, prepare_store
from services.cli.bench.processes import Server, closed_url, running
from services.cli.bench.report import BenchReport, Row, percentile
from services.cli.bench.servers import serve_matcher
from services.cli.soak.open_load import OpenLoad, OpenLoadResult, run_open_load
from services.matcher.evaluation.comparison import StageProgress
from shared.contracts.vocabularies import Explain

LEAST_GOODPUT = 0.8
MOST_SLOWER = 2.0
LONGEST_LIVENESS_MS = 100.0
MOST_MEMORY_GROWTH = 1.1
"""Over the second half of the overload: the first fills pools and buffers."""
_PROBE_SECONDS = 0.05
_ONSET_SECONDS = 3.0
"""Before each half: the service takes the first for a burst, in which a request may wait for a second."""
_PATH = "/v1/matches"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverloadOptions:
    """How much, and for how long."""

    directory: Path
    profiles: int = 20_000
    data: Path | None = None
    times_capacity: float = 5.0
    seconds: float = 60.0
    peak_requests: int = 1_000
    in_work: int = 8


@dataclass(slots=True)
class Liveness:
    """What `/healthz` took while the service was asked too much."""

    seconds: list[float]
    failures: int = 0


def run(options: OverloadOptions, progress: StageProgress) -> BenchReport:
    """Measure the peak, then offer several times as much; raises BenchProblem."""
    store = prepare_store(
        options.directory,
        profiles=options.profiles,
        data=options.data,
        encoder=EncoderChoice.HASHED,
        progress=progress,
    )
    with closed_url() as catalog_url:
        settings = store.settings(catalog_url).model_copy(
            update={
                "max_requests_in_work": options.in_work,
                "request_patience_seconds": 1.0,
                "overload_patience_seconds": 0.1,
            }
        )
        with running(serve_matcher, settings, store.encoder, False) as matcher:
            matcher.wait_until_ready()
            return _measured(options, store, matcher, progress)


def _measured(options: OverloadOptions, store: PreparedStore, matcher: Server, progress: StageProgress) -> BenchReport:
    bodies = bodies_of(store)
    _peak(matcher, bodies, options, options.peak_requests // 4)  # warms up
    progress("Overload", 1, 4)
    peak = _peak(matcher, bodies, options, options.peak_requests)
    rate = options.times_capacity * peak["requests_per_second"]
    progress("Overload", 2, 4)
    first, liveness, _ = _offered(matcher, bodies, rate, options.seconds / 2)
    settled_bytes = memory_bytes(matcher.child.pid)
    progress("Overload", 3, 4)
    second, later, highest = _offered(matcher, bodies, rate, options.seconds / 2)
    liveness = Liveness(liveness.seconds + later.seconds, liveness.failures + later.failures)
    after = _peak(matcher, bodies, options, options.peak_requests)
    progress("Overload", 4, 4)
    return _report(options, peak, after, (first, second), liveness, (settled_bytes, highest))


def bodies_of(store: PreparedStore) -> list[bytes]:
    """Requests that ask with stored profiles."""
    return [
        json.dumps({"subject_id": subject, "target_kinds": [store.target_kind], "explain": Explain.SUMMARY}).encode()
        for subject in store.subjects
    ]


def _peak(matcher: Server, bodies: Sequence[bytes], options: OverloadOptions, requests: int) -> dict[str, float]:
    """As many clients as requests may be in work: nobody waits, nobody is refused."""
    plan = LoadPlan(port=matcher.port, path=_PATH, bodies=bodies, clients=options.in_work, requests=requests)
    return run_load(plan).figures()


def _offered(
    matcher: Server, bodies: Sequence[bytes], rate: float, seconds: float
) -> tuple[OpenLoadResult, Liveness, int]:
    """What came of a rate, how soon liveness answered meanwhile, and the most memory seen."""
    liveness, ended, highest = Liveness([]), threading.Event(), [0]

    def probe() -> None:
        with httpx.Client(base_url=matcher.url, timeout=10) as http:
            while not ended.wait(_PROBE_SECONDS):
                began = perf_counter()
                try:
                    liveness.failures += http.get("/healthz").status_code != httpx.codes.OK
                except httpx.TransportError:
                    liveness.failures += 1
                liveness.seconds.append(perf_counter() - began)
                highest[0] = max(highest[0], memory_bytes(matcher.child.pid))

    prober = threading.Thread(target=probe, daemon=True)
    prober.start()
    load = OpenLoad(
        port=matcher.port,
        path=_PATH,
        bodies=bodies,
        per_second=rate,
        seconds=seconds + _ONSET_SECONDS,
        onset_seconds=_ONSET_SECONDS,
    )
    result = run_open_load(load)
    ended.set()
    prober.join()
    return result, liveness, highest[0]


def memory_bytes(process: int) -> int:
    """Resident memory of a process; Linux only."""
    return 4096 * int(Path(f"/proc/{process}/statm").read_text().split()[1])


def _report(
    options: OverloadOptions,
    peak: dict[str, float],
    after: dict[str, float],
    offered: tuple[OpenLoadResult, OpenLoadResult],
    liveness: Liveness,
    memory: tuple[int, int],
) -> BenchReport:
    accepted = [seconds for one in offered for seconds in one.accepted_seconds]
    goodput = sum(one.statuses[200] for one in offered) / sum(one.seconds for one in offered)
    told = [part for one in offered for part in (one, one.onset) if part is not None]
    failed = sum(part.sent - part.statuses[200] - part.statuses[503] for part in told)
    normal = max(peak["p99_ms"], after["p99_ms"])
    best = max(peak["requests_per_second"], after["requests_per_second"])
    alive_ms = 1000 * percentile(liveness.seconds, 99)
    p99 = 1000 * percentile(accepted, 99)
    settled, highest = memory
    return BenchReport(
        benchmark="soak-overload",
        settings={
            "profiles": options.profiles,
            "times_capacity": options.times_capacity,
            "seconds": options.seconds,
            "in_work": options.in_work,
        },
        rows=[
            Row(name=f"{options.in_work} clients, before", figures=peak),
            Row(name=f"{options.in_work} clients, after", figures=after),
            *(Row(name=f"offered, half {half}", figures=one.figures()) for half, one in enumerate(offered, start=1)),
            *(
                Row(name=f"onset of half {half}", figures=one.onset.figures())
                for half, one in enumerate(offered, start=1)
                if one.onset is not None
            ),
            Row(
                name="liveness",
                figures={
                    "probes": len(liveness.seconds),
                    "failed": liveness.failures,
                    "p50_ms": 1000 * percentile(liveness.seconds, 50),
                    "p99_ms": alive_ms,
                    "slowest_ms": 1000 * max(liveness.seconds),
                },
            ),
            Row(name="memory", figures={"settled_mb": settled / 1e6, "highest_after_mb": highest / 1e6}),
        ],
        ratios={"goodput / peak": goodput / best, "accepted p99 / normal p99": p99 / normal},
        checks={
            f"goodput >= {LEAST_GOODPUT:.0%} of the peak": goodput >= LEAST_GOODPUT * best,
            f"accepted p99 <= {MOST_SLOWER:.0f} x normal": p99 <= MOST_SLOWER * normal,
            f"liveness p99 < {LONGEST_LIVENESS_MS:.0f} ms, none failed": alive_ms < LONGEST_LIVENESS_MS
            and not liveness.failures,
            f"memory grows by less than {MOST_MEMORY_GROWTH - 1:.0%}": highest <= MOST_MEMORY_GROWTH * settled,
            "every other request was refused with 503": failed == 0,
        },
        notes=[
            "Normal is the p99 with as many clients as requests may be in work. The first 3 s of each half are its "
            "onset, told apart: a burst is taken in. The load generator, the probe and the service share the machine.",
        ],
    )
