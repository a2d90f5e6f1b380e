"""How much of the raw encoder's speed an import through both services keeps, and that a second one embeds nothing."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from services.cli.bench.both_services import BothServices, both_running, write_profiles
from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.processes import answer_in_child
from services.cli.bench.raw_libraries import Encoded, EncodedAlone, encode_alone
from services.cli.bench.report import BenchReport, Row
from services.cli.bench.sources import profiles_of
from services.cli.bench.stored_vectors import stored_vectors
from services.matcher.evaluation.comparison import StageProgress, no_progress

_STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions:
    """What to measure."""

    profiles: int = 600
    data: Path | None = None
    encoder: EncoderChoice = EncoderChoice.BUNDLED
    threads: int = 1
    """Of the encoder, in the matcher and alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """Two imports of one file."""

    first: Encoded
    """Until everything is served; processor time of the matcher alone."""
    second_seconds: float
    vectors: int
    vectors_after_second: int
    unchanged: int


def run(options: IngestOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Raises BenchProblem."""
    profiles = profiles_of(options.data, options.profiles)
    with TemporaryDirectory(prefix="liaison-bench-") as name:
        folder = Path(name)
        profiles_file = folder / "profiles.jsonl"
        write_profiles(profiles, profiles_file)

        def alone(*, with_defaults: bool) -> EncodedAlone:
            measured: EncodedAlone = answer_in_child(
                encode_alone, profiles_file, options.encoder, options.threads, with_defaults, 0
            )
            return measured

        # Alone before and after: what else the machine does changes while the benchmark runs.
        progress("Measuring", 0, _STEPS)
        before = alone(with_defaults=False)
        progress("Measuring", 1, _STEPS)
        with both_running(folder, options.encoder, options.threads) as services:
            imports = _import_twice(services, profiles_file, len(profiles))
        progress("Measuring", 2, _STEPS)
        after = alone(with_defaults=True)
        progress("Measuring", _STEPS, _STEPS)
    return _report(options, before, imports, after)


def _import_twice(services: BothServices, profiles_file: Path, documents: int) -> Imports:
    cpu_before, started = services.matcher_server.child.cpu_seconds(), perf_counter()
    services.import_file(profiles_file)
    services.wait_until_served(documents)
    first = Encoded(
        seconds=perf_counter() - started, cpu_seconds=services.matcher_server.child.cpu_seconds() - cpu_before
    )
    vectors = stored_vectors(services.folder)
    started = perf_counter()
    report = services.import_file(profiles_file)
    services.wait_until_served(documents)
    return Imports(
        first=first,
        second_seconds=perf_counter() - started,
        vectors=vectors,
        vectors_after_second=stored_vectors(services.folder),
        unchanged=report["unchanged"],
    )


def _report(options: IngestOptions, before: EncodedAlone, imports: Imports, after: EncodedAlone) -> BenchReport:
    alone = Encoded(
        seconds=(before.encoder.seconds + after.encoder.seconds) / 2,
        cpu_seconds=(before.encoder.cpu_seconds + after.encoder.cpu_seconds) / 2,
    )
    rows = [
        _row("import through both services, until served", imports.first, imports.vectors),
        _row("raw encoder alone, before and after", alone, before.passages),
        Row(name="second import of the same file", figures={"seconds": imports.second_seconds}),
    ]
    ratios = {
        "import passages per second / raw encoder's": alone.seconds / imports.first.seconds,
        "raw encoder's processor time / matcher's": alone.cpu_seconds / imports.first.cpu_seconds,
    }
    if after.defaults is not None:
        rows.insert(2, _row("sentence-transformers' defaults, same threads", after.defaults, after.passages))
        ratios["import passages per second / sentence-transformers' defaults"] = (
            after.defaults.seconds / imports.first.seconds
        )
        ratios["raw encoder's passages per second / sentence-transformers' defaults"] = (
            after.defaults.seconds / alone.seconds
        )
    return BenchReport(
        benchmark="ingest",
        settings={"profiles": options.profiles, "encoder": options.encoder, "threads": options.threads},
        rows=rows,
        ratios=ratios,
        checks={
            "the import embedded the passages that the raw encoder did": imports.vectors == before.passages,
            "the second import changed nothing": imports.unchanged == options.profiles,
            "the second import embedded nothing": imports.vectors_after_second == imports.vectors,
        },
    )


def _row(name: str, encoded: Encoded, passages: int) -> Row:
    return Row(
        name=name,
        figures={
            "passages": passages,
            "seconds": encoded.seconds,
            "passages_per_second": passages / encoded.seconds,
            "cpu_seconds": encoded.cpu_seconds,
        },
    )
