"""The vector backends beside FAISS: the same answers, under random filters and from a served matcher, and how fast."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, perf_counter, sleep

import httpx

from services.cli.bench.backend_searches import Searched, search_under_filters
from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.errors import BenchProblem
from services.cli.bench.prepared_store import PreparedStore, prepare_store
from services.cli.bench.processes import closed_url, running
from services.cli.bench.report import BenchReport, Row, median, percentile
from services.cli.bench.servers import serve_matcher
from services.matcher.evaluation.comparison import StageProgress, no_progress
from services.matcher.retrieval.dense import FlatIndex
from services.matcher.settings import MatcherSettings, VectorBackend

_LONGEST_PLACING_SECONDS = 600.0
_TIMEOUT_SECONDS = 10.0
"""So long that even a slow backend answers every search itself: it is to be measured."""


_Comparison = tuple[str, float, float]
"""What was compared, and the seconds of both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendsOptions:
    """What to measure; the store is that of the benchmark `speed`."""

    directory: Path
    profiles: int = 12_000
    data: Path | None = None
    encoder: EncoderChoice = EncoderChoice.HASHED
    urls: Mapping[VectorBackend, str] = field(default_factory=dict)
    """Of the databases to set beside FAISS."""
    filters: int = 1_000
    subjects: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a matcher on one backend answered."""

    answers: Sequence[object]
    seconds: Sequence[float]
    local_searches: int
    placing_seconds: float
    """From ready, when it answers by itself, to all vectors placed."""


def run(options: BackendsOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Raises BenchProblem."""
    store = prepare_store(
        options.directory,
        profiles=options.profiles,
        data=options.data,
        encoder=options.encoder,
        progress=progress,
    )
    searched: dict[VectorBackend, Searched] = {}
    served: dict[VectorBackend, Served] = {}
    backends = [VectorBackend.FAISS, *options.urls]
    for done, backend in enumerate(backends):
        progress("Measuring", done, len(backends))
        settings = _settings(store, backend, options.urls.get(backend))
        searched[backend] = search_under_filters(settings, FlatIndex.load(store.vectors_file), options.filters)
        served[backend] = _served(settings, store, options.subjects)
    progress("Measuring", len(backends), len(backends))
    return _report(options, searched, served)


def _settings(store: PreparedStore, backend: VectorBackend, url: str | None) -> MatcherSettings:
    chosen = {"vector_backend": backend, "vector_url": url, "vector_timeout_seconds": _TIMEOUT_SECONDS}
    return store.settings("http://127.0.0.1").model_copy(update=chosen)


def _served(settings: MatcherSettings, store: PreparedStore, subjects: int) -> Served:
    """Ask the real matcher over HTTP, once for warmth and once for the clock, when its vectors are placed."""
    with closed_url() as catalog_url:
        of_store = settings.model_copy(update={"catalog_url": catalog_url})
        with (
            running(serve_matcher, of_store, store.encoder, False) as server,
            httpx.Client(base_url=server.url, timeout=60) as http,
        ):
            ready_at = server.wait_until_ready()
            placed_at = _wait_until_placed(http)
            answers, seconds = [], []
            before = _vectors(http)["local_searches"]
            for subject in store.subjects[:subjects]:
                _answer(http, store, subject)
                began = perf_counter()
                answers.append(_answer(http, store, subject))
                seconds.append(perf_counter() - began)
            local_searches = _vectors(http)["local_searches"] - before
    return Served(answers=answers, seconds=seconds, local_searches=local_searches, placing_seconds=placed_at - ready_at)


def _wait_until_placed(http: httpx.Client) -> float:
    deadline = monotonic() + _LONGEST_PLACING_SECONDS
    while not _vectors(http)["is_placed"]:
        if monotonic() > deadline:
            raise BenchProblem("the vector database did not take the vectors: is its address right?")
        sleep(0.05)
    return monotonic()


def _vectors(http: httpx.Client) -> dict[str, int]:
    found: dict[str, int] = http.get("/v1/status").raise_for_status().json()["vectors"]
    return found


def _answer(http: httpx.Client, store: PreparedStore, subject: str) -> object:
    response = http.post("/v1/matches", json={"subject_id": subject, "target_kinds": [store.target_kind]})
    response.raise_for_status()
    answer: object = json.loads(response.content)
    return answer


def _report(
    options: BackendsOptions, searched: Mapping[VectorBackend, Searched], served: Mapping[VectorBackend, Served]
) -> BenchReport:
    faiss, others = VectorBackend.FAISS, list(options.urls)
    checks = {
        f"{one}: none of {options.filters} filters answered wrongly": searched[one].wrong == 0 for one in searched
    }
    for one in others:
        same = served[one].answers == served[faiss].answers
        checks[f"{one}: answers about {len(served[faiss].answers)} subjects are those of faiss"] = same
        checks[f"{one}: answered every search itself"] = not (
            searched[one].local_searches or served[one].local_searches
        )
    return BenchReport(
        benchmark="backends",
        settings={"profiles": options.profiles, "encoder": options.encoder, "filters": options.filters},
        rows=[row for one in searched for row in _rows(one, searched[one], served[one])],
        ratios={
            f"{one} / faiss, {what}": ours / theirs
            for one in others
            for what, ours, theirs in _compared(searched[one], served[one], searched[faiss], served[faiss])
        },
        checks=checks,
        notes=["where Milvus Lite stands for Milvus, its speed says nothing of a cluster's"],
    )


def _compared(ours: Searched, our_matches: Served, peer: Searched, peer_matches: Served) -> list[_Comparison]:
    return [
        ("search among all", median(ours.seconds[1.0]), median(peer.seconds[1.0])),
        ("search among 1 %", median(ours.seconds[0.01]), median(peer.seconds[0.01])),
        ("served match", median(our_matches.seconds), median(peer_matches.seconds)),
    ]


def _rows(backend: VectorBackend, searched: Searched, served: Served) -> list[Row]:
    searches = [
        Row(name=f"{backend}: search among {share:.1%}", figures=_figures(seconds))
        for share, seconds in searched.seconds.items()
        if share > 0 and seconds
    ]
    match = Row(name=f"{backend}: POST /v1/matches", figures=_figures(served.seconds))
    placing = Row(name=f"{backend}: placing", figures={"seconds": max(served.placing_seconds, 0.001)})
    return [*searches, match, *([placing] if backend is not VectorBackend.FAISS else [])]


def _figures(seconds: Sequence[float]) -> dict[str, float]:
    return {"p50_ms": 1000 * percentile(seconds, 50), "p99_ms": 1000 * percentile(seconds, 99)}
