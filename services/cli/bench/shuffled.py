"""Does tuning promise gains where there is nothing to learn? On judgments dealt at random it must not."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.cli.bench.made_up_judgments import made_up_table, shuffled
from services.cli.bench.report import BenchReport, Row
from services.matcher.evaluation.progress import StageProgress, no_progress
from services.matcher.scoring.shipped import SHIPPED_POLICY
from services.matcher.tuning.signal_table import SignalTable
from services.matcher.tuning.tuner import TuneSettings, Way, tune_pair

_RIGHT = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ShuffledOptions:
    """What to deal anew."""

    seeds: int = 100
    queries: int = 120
    targets: int = 60
    repeats: int = 3
    is_learned: bool = False
    tables: Sequence[SignalTable] = field(default=(), repr=False)
    """Measured sets to take instead of a made-up one."""


def run(options: ShuffledOptions, progress: StageProgress = no_progress) -> BenchReport:
    """As many tunings on shuffled judgments as there are seeds, and one on the judgments as they are."""
    tables = options.tables or [made_up_table(queries=options.queries, targets=options.targets, seed=0)]
    promised: dict[str, list[bool]] = {"weights": [], "LambdaMART": []}
    for seed in range(options.seeds):
        found = tune_pair([shuffled(table, seed) for table in tables], SHIPPED_POLICY, _settings(options, seed))
        promised["weights"].append(found.weights.is_supported)
        if found.learned is not None:
            promised["LambdaMART"].append(found.learned.is_supported)
        progress("Shuffled judgments", seed + 1, options.seeds)
    told = {name: flags for name, flags in promised.items() if flags}
    real = tune_pair(tables, SHIPPED_POLICY, _settings(options, 0))
    return BenchReport(
        benchmark="shuffled",
        settings={
            "sets": ", ".join(table.name for table in tables),
            "seeds": options.seeds,
            "queries": sum(table.size for table in tables),
            "repeats": options.repeats,
        },
        rows=[
            *(
                Row(name=f"{name}, shuffled", figures={"no_gain": len(flags) - sum(flags), "gain": sum(flags)})
                for name, flags in told.items()
            ),
            _as_they_are("weights", real.weights),
            *([_as_they_are("LambdaMART", real.learned)] if real.learned is not None else []),
        ],
        ratios={},
        checks={
            f"no gain is promised in >= {_RIGHT:.0%}, {name}": sum(flags) <= (1 - _RIGHT) * len(flags)
            for name, flags in told.items()
        },
        notes=["Each query's judgments are dealt anew to its own targets, with every seed."],
    )


def _settings(options: ShuffledOptions, seed: int) -> TuneSettings:
    return TuneSettings(seed=seed, repeats=options.repeats, is_learned=options.is_learned)


def _as_they_are(name: str, way: Way) -> Row:
    gain = way.whole.difference
    return Row(
        name=f"{name}, as judged",
        figures={"difference": gain.mean, "low": gain.low, "high": gain.high, "gain": float(way.is_supported)},
    )
