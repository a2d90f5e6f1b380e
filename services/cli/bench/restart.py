"""How soon a restarted matcher answers, and that it answers as before and embeds nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import httpx

from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.prepared_store import PreparedStore, prepare_store
from services.cli.bench.processes import answer_in_child, closed_url, running
from services.cli.bench.raw_libraries import load_alone
from services.cli.bench.report import BenchReport, Row, median
from services.cli.bench.servers import serve_matcher
from services.cli.bench.stored_vectors import stored_vectors
from services.matcher.evaluation.comparison import StageProgress, no_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartOptions:
    """What to measure; the store is that of the benchmark `speed`."""

    directory: Path
    profiles: int = 12_000
    data: Path | None = None
    encoder: EncoderChoice = EncoderChoice.HASHED
    subjects: int = 50
    repeats: int = 3
    loads_model: bool = True
    """Load the real model beside hashed vectors, as a restart must."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start of the matcher."""

    seconds: float
    """From its libraries imported to the first answer."""
    answers: Sequence[object]


def run(options: RestartOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Raises BenchProblem."""
    store = prepare_store(
        options.directory,
        profiles=options.profiles,
        data=options.data,
        encoder=options.encoder,
        progress=progress,
    )
    vectors_before = stored_vectors(store.folder)
    starts = []
    for repeat in range(options.repeats + 1):  # the first start is the one whose answers the others must give
        progress("Starting", repeat, options.repeats + 1)
        starts.append(_start(store, options))
    progress("Starting", options.repeats + 1, options.repeats + 1)
    seconds = [start.seconds for start in starts[1:]]
    row = Row(
        name="from libraries imported to the first answer",
        figures={"median_seconds": median(seconds), "max_seconds": max(seconds)},
    )
    rows, ratios = [row], {}
    if options.loads_model:
        alone = [answer_in_child(load_alone, store.vectors_file) for _ in range(options.repeats)]
        rows.append(
            Row(
                name="raw: FAISS reads the vectors, the model loads",
                figures={"median_seconds": median(alone), "max_seconds": max(alone)},
            )
        )
        ratios = {"restart / raw loading": median(seconds) / median(alone)}
    return BenchReport(
        benchmark="restart",
        settings={
            "profiles": options.profiles,
            "encoder": options.encoder,
            "loads_model": options.loads_model,
            "repeats": options.repeats,
        },
        rows=rows,
        ratios=ratios,
        checks={
            f"answers of {len(starts[0].answers)} subjects are the same after every restart": all(
                start.answers == starts[0].answers for start in starts[1:]
            ),
            "nothing was embedded": stored_vectors(store.folder) == vectors_before,
        },
        notes=(
            ["vectors are hashed words; the real model is loaded beside them, so that its time counts"]
            if options.encoder is EncoderChoice.HASHED and options.loads_model
            else []
        ),
    )


def _start(store: PreparedStore, options: RestartOptions) -> Start:
    with (
        closed_url() as catalog_url,
        running(serve_matcher, store.settings(catalog_url), store.encoder, options.loads_model) as server,
    ):
        server.wait_until_ready()
        with httpx.Client(base_url=server.url, timeout=60) as http:
            first = _answer(http, store, store.subjects[0])
            seconds = monotonic() - server.libraries_imported_at
            answers = [first, *(_answer(http, store, subject) for subject in store.subjects[1 : options.subjects])]
    return Start(seconds=seconds, answers=answers)


def _answer(http: httpx.Client, store: PreparedStore, subject: str) -> object:
    response = http.post("/v1/matches", json={"subject_id": subject, "target_kinds": [store.target_kind]})
    response.raise_for_status()
    answer: object = json.loads(response.content)
    return answer
