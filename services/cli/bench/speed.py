"""How fast POST /v1/matches answers by stored id, beside raw FAISS and a bare FastAPI endpoint."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.load import LoadPlan, run_load
from services.cli.bench.prepared_store import PreparedStore, prepare_store
from services.cli.bench.processes import answer_in_child, closed_url, running
from services.cli.bench.raw_libraries import search_flat
from services.cli.bench.report import BenchReport, Row, median, percentile
from services.cli.bench.servers import serve_bare, serve_matcher
from services.matcher.evaluation.comparison import StageProgress, no_progress
from shared.contracts.vocabularies import Explain

_TOP_K = 100
_MOST_OF_A_SEARCH = 1.5
"""What a match may take at most, in raw flat searches of the same vectors."""
_LEAST_OF_SEARCHES = 3.0
"""How many matches must be answered in the time of one raw flat search a request, with many clients."""
_BARE_REQUESTS_FACTOR = 5
"""The bare endpoint is so much faster that it needs more requests for as steady a figure."""
_ASKED_NOTE = "requests ask for explain: summary, and every answer is recorded for GET /v1/match-runs, as by default"
HASHED_NOTE = (
    "vectors are hashed words, not the model's: exact search reads every row whatever its values, "
    "though how many candidates the lexical leg adds depends on them a little"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedOptions:
    """What to measure."""

    directory: Path
    profiles: int = 12_000
    data: Path | None = None
    encoder: EncoderChoice = EncoderChoice.HASHED
    clients: tuple[int, ...] = (1, 8, 32)
    requests: int = 300
    repeats: int = 3


Figures = Mapping[str, float]


def run(options: SpeedOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Raises BenchProblem."""
    store = prepare_store(
        options.directory,
        profiles=options.profiles,
        data=options.data,
        encoder=options.encoder,
        progress=progress,
    )
    searches: list[float] = []
    served: dict[int, list[Figures]] = {clients: [] for clients in options.clients}
    bare: dict[int, list[Figures]] = {clients: [] for clients in options.clients}
    with ExitStack() as stack:
        catalog_url = stack.enter_context(closed_url())
        matcher = stack.enter_context(running(serve_matcher, store.settings(catalog_url), store.encoder, False))
        bare_server = stack.enter_context(running(serve_bare))
        matcher.wait_until_ready()
        bare_server.wait_until_ready()
        # Peers take turns with the service, so that a busy minute of the machine falls on all of them.
        for repeat in range(options.repeats):
            progress("Measuring", repeat, options.repeats)
            searches += answer_in_child(search_flat, store.vectors_file, options.requests, _TOP_K)
            for clients in options.clients:
                served[clients].append(_load(matcher.port, "/v1/matches", _bodies(store), clients, options.requests))
                bare[clients].append(
                    _load(
                        bare_server.port,
                        "/v1/bare",
                        [b'{"subject_id":"one"}'],
                        clients,
                        _BARE_REQUESTS_FACTOR * options.requests,
                    )
                )
        progress("Measuring", options.repeats, options.repeats)
    return _report(options, searches, _medians(served), _medians(bare))


def _load(port: int, path: str, bodies: Sequence[bytes], clients: int, requests: int) -> Figures:
    return run_load(LoadPlan(port=port, path=path, bodies=bodies, clients=clients, requests=requests)).figures()


def _bodies(store: PreparedStore) -> list[bytes]:
    return [
        json.dumps({"subject_id": subject, "target_kinds": [store.target_kind], "explain": Explain.SUMMARY}).encode()
        for subject in store.subjects
    ]


def _medians(repeats: Mapping[int, Sequence[Figures]]) -> dict[int, Figures]:
    return {
        clients: {name: median([figures[name] for figures in measured]) for name in measured[0]}
        for clients, measured in repeats.items()
    }


def _report(
    options: SpeedOptions, searches: Sequence[float], served: Mapping[int, Figures], bare: Mapping[int, Figures]
) -> BenchReport:
    few, many = min(options.clients), max(options.clients)
    faiss_ms = 1000 * median(searches)
    faiss: Figures = {
        "p50_ms": faiss_ms,
        "p99_ms": 1000 * percentile(searches, 99),
        "requests_per_second": len(searches) / sum(searches),
    }
    return BenchReport(
        benchmark="speed",
        settings={
            "profiles": options.profiles,
            "encoder": options.encoder,
            "explain": Explain.SUMMARY,
            "requests": options.requests,
            "repeats": options.repeats,
        },
        rows=[
            *(Row(name=f"POST /v1/matches by id, {_clients(n)}", figures=figures) for n, figures in served.items()),
            *(Row(name=f"bare FastAPI POST, {_clients(n)}", figures=figures) for n, figures in bare.items()),
            Row(name=f"raw FAISS flat search, k={_TOP_K}, 1 thread", figures=faiss),
        ],
        ratios={
            f"match p50 / raw FAISS search, {_clients(few)}": served[few]["p50_ms"] / faiss_ms,
            f"match p50 / bare POST p50, {_clients(few)}": served[few]["p50_ms"] / bare[few]["p50_ms"],
            f"match p50 / (raw FAISS + bare POST), {_clients(few)}": served[few]["p50_ms"]
            / (faiss_ms + bare[few]["p50_ms"]),
            f"match p99 / match p50, {_clients(few)}": served[few]["p99_ms"] / served[few]["p50_ms"],
            f"matches per second / raw FAISS searches per second, {_clients(many)}": served[many]["requests_per_second"]
            / faiss["requests_per_second"],
            f"matches per second / bare POSTs per second, {_clients(many)}": served[many]["requests_per_second"]
            / bare[many]["requests_per_second"],
        },
        checks={
            f"p50 with {_clients(few)} <= {_MOST_OF_A_SEARCH} x one raw FAISS flat search": (
                served[few]["p50_ms"] <= _MOST_OF_A_SEARCH * faiss_ms
            ),
            f"{_clients(many)} >= {_LEAST_OF_SEARCHES:.0f} x the requests/s that one raw flat search a request would "
            "allow": served[many]["requests_per_second"] >= _LEAST_OF_SEARCHES * faiss["requests_per_second"],
        },
        notes=[_ASKED_NOTE, *([HASHED_NOTE] if options.encoder is EncoderChoice.HASHED else [])],
    )


def _clients(number: int) -> str:
    return "1 client" if number == 1 else f"{number} clients"
