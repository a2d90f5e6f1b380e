"""`liaison bench`: the benchmarks and their options."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.report import BenchReport, as_json, as_tables
from services.cli.evaluation_display import StageBars
from services.cli.problems import CommandGroup
from services.matcher.evaluation.comparison import StageProgress

DEFAULT_DIRECTORY = Path("var/bench")

Profiles = Annotated[int, typer.Option(min=1, help="How many profiles.")]
Data = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, help="Folder of corpus*.jsonl.gz; the bundled corpus if left out."),
]
Encoder = Annotated[EncoderChoice, typer.Option(help="hashed: cheap vectors; bundled: the real model.")]
Directory = Annotated[Path, typer.Option(help="Where prepared stores are kept between runs.")]
Repeats = Annotated[int, typer.Option(min=1, help="Medians are taken over this many.")]
JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the report as JSON; - for stdout.")
]

bench_app = typer.Typer(
    cls=CommandGroup,
    help="Measure the services beside the libraries they stand on: see docs/benchmarks.md.",
    no_args_is_help=True,
)


@bench_app.command("speed")
def speed_command(
    profiles: Profiles = 12_000,
    data: Data = None,
    encoder: Encoder = EncoderChoice.HASHED,
    directory: Directory = DEFAULT_DIRECTORY,
    clients: Annotated[list[int] | None, typer.Option(min=1, help="May be given several times.")] = None,
    requests: Annotated[int, typer.Option(min=1, help="Counted requests of each measurement.")] = 300,
    repeats: Repeats = 3,
    json_file: JsonFile = None,
) -> None:
    """POST /v1/matches by stored id, beside raw FAISS and a bare FastAPI endpoint."""
    from services.cli.bench import speed  # noqa: PLC0415 - torch takes seconds, in every child as well

    options = speed.SpeedOptions(
        directory=directory,
        profiles=profiles,
        data=data,
        encoder=encoder,
        clients=tuple(clients or (1, 8, 32)),
        requests=requests,
        repeats=repeats,
    )
    _run(lambda progress: speed.run(options, progress), json_file)


@bench_app.command("ingest")
def ingest_command(
    profiles: Profiles = 600,
    data: Data = None,
    encoder: Encoder = EncoderChoice.BUNDLED,
    threads: Annotated[int, typer.Option(min=1, help="Of the encoder, in the matcher and alone.")] = 1,
    json_file: JsonFile = None,
) -> None:
    """An import through both services, beside the raw encoder on the same passages."""
    from services.cli.bench import ingest  # noqa: PLC0415 - torch takes seconds, in every child as well

    options = ingest.IngestOptions(profiles=profiles, data=data, encoder=encoder, threads=threads)
    _run(lambda progress: ingest.run(options, progress), json_file)


@bench_app.command("freshness")
def freshness_command(
    profiles: Profiles = 300,
    data: Data = None,
    encoder: Encoder = EncoderChoice.BUNDLED,
    revisions: Annotated[int, typer.Option(min=1, help="Revised one after another.")] = 200,
    withdrawals: Annotated[int, typer.Option(min=1, help="Withdrawn after that.")] = 50,
    json_file: JsonFile = None,
) -> None:
    """How soon a revision is in the answers, and a withdrawn profile out of them."""
    from services.cli.bench import freshness  # noqa: PLC0415 - torch takes seconds, in every child as well

    options = freshness.FreshnessOptions(
        profiles=profiles, data=data, encoder=encoder, revisions=revisions, withdrawals=withdrawals
    )
    _run(lambda progress: freshness.run(options, progress), json_file)


@bench_app.command("restart")
def restart_command(
    profiles: Profiles = 12_000,
    data: Data = None,
    encoder: Encoder = EncoderChoice.HASHED,
    directory: Directory = DEFAULT_DIRECTORY,
    repeats: Repeats = 3,
    json_file: JsonFile = None,
) -> None:
    """How soon a restarted matcher answers, and that it answers as before."""
    from services.cli.bench import restart  # noqa: PLC0415 - torch takes seconds, in every child as well

    options = restart.RestartOptions(
        directory=directory, profiles=profiles, data=data, encoder=encoder, repeats=repeats
    )
    _run(lambda progress: restart.run(options, progress), json_file)


@bench_app.command("rules")
def rules_command(
    profiles: Profiles = 100_000,
    rule_sets: Annotated[int, typer.Option(min=1, help="How many random sets.")] = 10_000,
    brute_force: Annotated[int, typer.Option(min=1, help="How many of them are also answered plainly.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds draw equal profiles and sets.")] = 0,
    data: Data = None,
    directory: Directory = DEFAULT_DIRECTORY,
    json_file: JsonFile = None,
) -> None:
    """Random rules of both sides over many profiles, checked against a plain evaluator and brute force."""
    from services.cli.bench import rules  # noqa: PLC0415 - as above

    options = rules.RulesOptions(
        directory=directory, profiles=profiles, rule_sets=rule_sets, brute_force=brute_force, seed=seed, data=data
    )
    _run(lambda progress: rules.run(options, progress), json_file)


@bench_app.command("two-sided")
def two_sided_command(
    side_a: Annotated[int, typer.Option(min=2, help="How many on one side.")] = 400,
    side_b: Annotated[int, typer.Option(min=2, help="How many on the other.")] = 400,
    crowding: Annotated[float, typer.Option(min=0, max=1, help="How far all want the same few.")] = 0.25,
    knowledge: Annotated[float, typer.Option(min=0, max=0.99, help="Scores' correlation with wishes.")] = 0.7,
    selectivity: Annotated[float, typer.Option(min=0.001, max=0.999, help="Share one would meet.")] = 0.1,
    capacity: Annotated[int, typer.Option(min=1, help="Meetings each can take on.")] = 3,
    places: Annotated[int, typer.Option(min=1, help="Length of a list.")] = 10,
    fairness: Annotated[float, typer.Option(min=0, max=1, help="Of exposure: 0 by score, 1 Nash's welfare.")] = 0.2,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal markets.")] = 0,
    repeats: Annotated[int, typer.Option(min=1, help="Means are taken over this many markets.")] = 5,
    sensitivity: Annotated[bool, typer.Option("--sensitivity", help="Change one setting after another.")] = False,
    json_file: JsonFile = None,
) -> None:
    """Mutual matches and envy of one-sided, reciprocal and exposure-sharing lists, on made-up people."""
    from services.cli.bench import two_sided  # noqa: PLC0415 - as above
    from services.cli.bench.market import MarketSettings  # noqa: PLC0415 - scipy takes a second

    market = MarketSettings(
        side_a=side_a,
        side_b=side_b,
        crowding=crowding,
        knowledge=knowledge,
        selectivity=selectivity,
        capacity=capacity,
        places=places,
        fairness=fairness,
    )
    options = two_sided.TwoSidedOptions(market=market, seed=seed, repeats=repeats, is_sensitivity=sensitivity)
    _run(lambda progress: two_sided.run(options, progress), json_file)


@bench_app.command("learning")
def learning_command(
    side_a: Annotated[int, typer.Option(min=10, help="Projects of a round.")] = 200,
    side_b: Annotated[int, typer.Option(min=10, help="Demands.")] = 200,
    rounds: Annotated[int, typer.Option(min=2, max=20, help="The first knows nothing.")] = 4,
    arrivals_a: Annotated[float, typer.Option(min=0, max=1, help="Share of projects that are new each round.")] = 1.0,
    arrivals_b: Annotated[float, typer.Option(min=0, max=1, help="Share of demands that are new each round.")] = 0.0,
    acceptance: Annotated[float, typer.Option(min=0, max=0.4, help="Weight of the prior of saying yes.")] = 0.1,
    responsiveness: Annotated[float, typer.Option(min=0, max=0.4, help="Weight of the prior of answering.")] = 0.1,
    exposure_cap: Annotated[int, typer.Option(min=1, help="Lists of a round that one may stand in.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal markets.")] = 0,
    repeats: Annotated[int, typer.Option(min=1, help="Means are taken over this many markets.")] = 20,
    sensitivity: Annotated[bool, typer.Option("--sensitivity", help="Change one setting after another.")] = False,
    json_file: JsonFile = None,
) -> None:
    """Whether suppression, suggested rules and priors raise mutual matches from round to round, on made-up people."""
    from services.cli.bench import learning, learning_variations  # noqa: PLC0415 - as above
    from services.cli.bench.learning_memory import Weights  # noqa: PLC0415
    from services.cli.bench.learning_people import PeopleSettings  # noqa: PLC0415
    from services.cli.bench.learning_round import RoundSettings  # noqa: PLC0415

    options = learning.LearningOptions(
        people=PeopleSettings(side_a=side_a, side_b=side_b),
        rounds=RoundSettings(exposure_cap=exposure_cap),
        weights=Weights(acceptance=acceptance, responsiveness=responsiveness),
        number_of_rounds=rounds,
        arrivals_a=arrivals_a,
        arrivals_b=arrivals_b,
        seed=seed,
        repeats=repeats,
    )
    run = learning_variations.run if sensitivity else learning.run
    _run(lambda progress: run(options, progress), json_file)


@bench_app.command("interleaving")
def interleaving_command(
    seeds: Annotated[int, typer.Option(min=1, help="How many comparisons of each sort.")] = 100,
    places: Annotated[int, typer.Option(min=1, help="Length of a list.")] = 10,
    better: Annotated[float, typer.Option(min=0, max=1, help="Of the better policy: correlation with wishes.")] = 0.65,
    worse: Annotated[float, typer.Option(min=0, max=1, help="Of the worse, and of both where equal.")] = 0.55,
    alpha: Annotated[float, typer.Option(min=0.0001, max=0.5, help="Accepted share of false alarms.")] = 0.05,
    max_decided: Annotated[int, typer.Option(min=1, help="Decided lists after which to give up.")] = 2_000,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal comparisons.")] = 0,
    json_file: JsonFile = None,
) -> None:
    """Whether interleaving finds the better of two policies, and leaves equal ones alone, on made-up people."""
    from services.cli.bench import interleaving  # noqa: PLC0415 - scipy takes a second
    from services.matcher.interleaving.sequential import StoppingRule  # noqa: PLC0415

    rule = StoppingRule(alpha=alpha, max_decided=max_decided)
    options = interleaving.InterleavingOptions(
        seeds=seeds, places=places, better=better, worse=worse, rule=rule, seed=seed
    )
    _run(lambda progress: interleaving.run(options, progress), json_file)


@bench_app.command("shuffled")
def shuffled_command(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="[SETDIR...]", help="Judged sets of one pair; else a made-up one.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How often judgments are dealt anew.")] = 100,
    queries: Annotated[int, typer.Option(min=10, help="Of the made-up set.")] = 120,
    targets: Annotated[int, typer.Option(min=10, help="Of the made-up set.")] = 60,
    repeats: Annotated[int, typer.Option(min=1, help="Of each cross-validation, as `liaison tune` takes it.")] = 3,
    learned: Annotated[bool, typer.Option("--learned", help="LambdaMART, too.")] = False,
    json_file: JsonFile = None,
) -> None:
    """Whether tuning promises gains on judgments dealt at random, where there is nothing to learn."""
    from services.cli.bench import shuffled  # noqa: PLC0415 - the pipeline takes a second
    from services.cli.tune_sets import PipelineMeasure  # noqa: PLC0415
    from services.matcher.evaluation.set_folder import read_judged_set  # noqa: PLC0415
    from services.matcher.scoring.shipped import SHIPPED_POLICY  # noqa: PLC0415

    measure = PipelineMeasure(Path("var/evaluation/vectors.db"), SHIPPED_POLICY)

    def benchmark(progress: StageProgress) -> BenchReport:
        tables = [measure(read_judged_set(folder), progress) for folder in folders or []]
        return shuffled.run(
            shuffled.ShuffledOptions(
                seeds=seeds, queries=queries, targets=targets, repeats=repeats, is_learned=learned, tables=tables
            ),
            progress,
        )

    _run(benchmark, json_file)


@bench_app.command("model-switch")
def model_switch_command(
    profiles: Profiles = 100_000,
    data: Data = None,
    directory: Directory = DEFAULT_DIRECTORY,
    clients: Annotated[int, typer.Option(min=1, help="Asking at once.")] = 4,
    seconds: Annotated[float, typer.Option(min=1, help="How long each phase of even load lasts.")] = 20,
    switches: Annotated[int, typer.Option(min=1, help="Times there and back.")] = 3,
    json_file: JsonFile = None,
) -> None:
    """Another model built beside the one that answers, switched to and rolled back while clients ask."""
    from services.cli.bench import model_switch  # noqa: PLC0415 - torch takes seconds

    options = model_switch.ModelSwitchOptions(
        directory=directory, profiles=profiles, data=data, clients=clients, seconds=seconds, switches=switches
    )
    _run(lambda progress: model_switch.run(options, progress), json_file)


@bench_app.command("backends")
def backends_command(
    profiles: Profiles = 12_000,
    data: Data = None,
    encoder: Encoder = EncoderChoice.HASHED,
    directory: Directory = DEFAULT_DIRECTORY,
    pgvector: Annotated[str | None, typer.Option(metavar="URL", help="postgresql://... with the extension.")] = None,
    milvus: Annotated[str | None, typer.Option(metavar="URL", help="http://host:19530")] = None,
    filters: Annotated[int, typer.Option(min=6, help="Random ones, of six widths in turn.")] = 1_000,
    json_file: JsonFile = None,
) -> None:
    """Vector databases beside FAISS: the same answers, and how fast."""
    from services.cli.bench import backends  # noqa: PLC0415 - torch takes seconds
    from services.matcher.settings import VectorBackend  # noqa: PLC0415

    given = {VectorBackend.PGVECTOR: pgvector, VectorBackend.MILVUS: milvus}
    options = backends.BackendsOptions(
        directory=directory,
        profiles=profiles,
        data=data,
        encoder=encoder,
        urls={backend: url for backend, url in given.items() if url},
        filters=filters,
    )
    _run(lambda progress: backends.run(options, progress), json_file)


def _run(benchmark: Callable[[StageProgress], BenchReport], json_file: Path | None) -> None:
    is_json_on_stdout = json_file is not None and str(json_file) == "-"
    if json_file is not None and not json_file.parent.is_dir():
        raise typer.BadParameter(f"{json_file}: name a file in a folder that exists")
    with StageBars() as bars:
        report = benchmark(bars)
    Console(stderr=is_json_on_stdout).print(as_tables(report))
    if json_file is not None:
        text = json.dumps(as_json(report), indent=2, ensure_ascii=False, allow_nan=False)
        if is_json_on_stdout:
            typer.echo(text)
        else:
            json_file.write_text(text + "\n", encoding="utf-8")
