"""A switch of the model under load, and back: failed requests, answers that mix two models, latency meanwhile."""

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter
from typing import Any

import httpx

from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.errors import BenchProblem
from services.cli.bench.prepared_store import PreparedStore, matcher_settings, prepare_store
from services.cli.bench.processes import running
from services.cli.bench.report import BenchReport, Row, percentile
from services.cli.bench.servers import OTHER_MODEL, serve_two_models
from services.matcher.evaluation.comparison import StageProgress, no_progress
from services.matcher.settings import MatcherSettings

_WHY = {"by": "bench", "reason": "measured"}
_SUBJECTS = 40
_LONGEST_SECONDS = 3_600.0
Json = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSwitchOptions:
    """What to measure."""

    directory: Path
    profiles: int = 100_000
    data: Path | None = None
    clients: int = 4
    seconds: float = 20
    """How long each phase of even load lasts."""
    switches: int = 3
    """Times there and back under load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One answered or failed request."""

    phase: str
    subject: str
    seconds: float
    model: str | None
    """None where it failed."""
    matches: str


def run(options: ModelSwitchOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Raises BenchProblem."""
    store = prepare_store(
        options.directory,
        profiles=options.profiles,
        data=options.data,
        encoder=EncoderChoice.HASHED,
        progress=progress,
    )
    with TemporaryDirectory(prefix="liaison-bench-") as name:
        folder = Path(name)
        # A copy: the build writes vectors, and the prepared store is kept for other benchmarks.
        shutil.copytree(store.folder, folder, dirs_exist_ok=True)
        return _measured(options, store, matcher_settings(folder, "http://127.0.0.1:9"), progress)


def _measured(
    options: ModelSwitchOptions, store: PreparedStore, settings: MatcherSettings, progress: StageProgress
) -> BenchReport:
    with running(serve_two_models, settings) as server:
        server.wait_until_ready()
        with httpx.Client(base_url=server.url, timeout=120) as client:
            return _phases(options, store, client, progress)


def _phases(
    options: ModelSwitchOptions, store: PreparedStore, client: httpx.Client, progress: StageProgress
) -> BenchReport:
    subjects = store.subjects[:_SUBJECTS]
    load = _Load(str(client.base_url), subjects, store.target_kind)
    spans: dict[str, float] = {}
    load.phase = "before"
    with ThreadPoolExecutor(options.clients) as pool:
        asked = [pool.submit(load.ask, number) for number in range(options.clients)]
        Event().wait(options.seconds)
        load.phase = "while the other model is built"
        started = perf_counter()
        client.post("/v1/models", json={"name": OTHER_MODEL, "source": OTHER_MODEL, "by": "bench"}).raise_for_status()
        _wait(lambda: _is_ready(client, progress))
        spans["build_seconds"] = perf_counter() - started
        load.phase = "built, not active"
        Event().wait(options.seconds)
        load.phase = "switching there and back"
        for _ in range(options.switches):
            spans["activate_ms"] = 1000 * _timed(client, f"/v1/models/{OTHER_MODEL}:activate")
            Event().wait(options.seconds / options.switches)
            spans["roll_back_ms"] = 1000 * _timed(client, "/v1/models:rollback")
            Event().wait(options.seconds / options.switches)
        load.phase = "after"
        Event().wait(options.seconds)
        load.done.set()
        answers = [one for future in asked for one in future.result()]
    expected = dict([load.answers()])
    _timed(client, f"/v1/models/{OTHER_MODEL}:activate")
    expected |= dict([load.answers()])
    return _report(options, answers, expected, spans)


class _Load:
    """Clients that ask until they are told to stop."""

    def __init__(self, url: str, subjects: Sequence[str], target_kind: str) -> None:
        self._url = url
        self._subjects = subjects
        self._target_kind = target_kind
        self.phase = ""
        self.done = Event()

    def ask(self, number: int) -> list[Asked]:
        """Subjects in turn, each client from another place."""
        found: list[Asked] = []
        with httpx.Client(base_url=self._url, timeout=120) as client:
            while not self.done.is_set():
                number += 1
                found.append(self._one(client, self._subjects[number % len(self._subjects)]))
        return found

    def answers(self) -> tuple[str, Mapping[str, str]]:
        """The model that answers now, and what it answers each subject. Raises BenchProblem."""
        with httpx.Client(base_url=self._url, timeout=120) as client:
            found = [self._one(client, subject) for subject in self._subjects]
        if len({one.model for one in found}) != 1 or found[0].model is None:
            raise BenchProblem("a model that is alone does not answer every subject")
        return found[0].model, {one.subject: one.matches for one in found}

    def _one(self, client: httpx.Client, subject: str) -> Asked:
        phase, started = self.phase, perf_counter()
        model, matches = None, ""
        try:
            response = client.post("/v1/matches", json={"subject_id": subject, "target_kinds": [self._target_kind]})
            if response.status_code == 200:
                answer: Json = response.json()
                model = str(answer["provenance"]["model"])
                matches = repr([(one["profile_id"], one["score"]) for one in answer["matches"]])
        except httpx.HTTPError:
            pass  # counted as failed: it has no model
        return Asked(phase=phase, subject=subject, seconds=perf_counter() - started, model=model, matches=matches)


def _is_ready(client: httpx.Client, progress: StageProgress) -> bool:
    [record] = [one for one in client.get("/v1/models").json()["items"] if one["name"] == OTHER_MODEL]
    if record["state"] == "failed":
        raise BenchProblem(f"the other model could not be built: {record['reason']}")
    progress("Building the other model", record["documents_done"], max(1, record["documents_total"]))
    return bool(record["state"] == "ready")


def _wait(holds: Callable[[], bool]) -> None:
    started = perf_counter()
    while not holds():
        if perf_counter() - started > _LONGEST_SECONDS:
            raise BenchProblem(f"nothing happened in {_LONGEST_SECONDS:.0f} s")
        Event().wait(0.25)


def _timed(client: httpx.Client, path: str) -> float:
    started = perf_counter()
    client.post(path, json=_WHY).raise_for_status()
    return perf_counter() - started


def _report(
    options: ModelSwitchOptions,
    asked: Sequence[Asked],
    expected: Mapping[str, Mapping[str, str]],
    spans: Mapping[str, float],
) -> BenchReport:
    failed = sum(one.model is None for one in asked)
    mixed = sum(one.model is not None and one.matches != expected[one.model][one.subject] for one in asked)
    rows = []
    for phase in dict.fromkeys(one.phase for one in asked):
        taken = [one.seconds for one in asked if one.phase == phase]
        figures = {"p50_ms": 1000 * percentile(taken, 50), "p99_ms": 1000 * percentile(taken, 99)}
        rows.append(Row(name=phase, figures={"requests": len(taken), **figures, "max_ms": 1000 * max(taken)}))
    counts = Counter(one.model for one in asked)
    rows.append(Row(name="all", figures={"requests": len(asked), "failed": failed, "mixed": mixed}))
    rows.append(Row(name="steps", figures=spans))
    return BenchReport(
        benchmark="model-switch",
        settings={"profiles": options.profiles, "clients": options.clients, "switches": options.switches},
        rows=rows,
        ratios={},
        checks={
            "no request failed": failed == 0,
            "no answer mixes models": mixed == 0,
            "both models answered under load": len([model for model in counts if model]) == 2,
        },
    )
