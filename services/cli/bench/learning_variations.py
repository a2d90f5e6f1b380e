"""How what is learned depends on what is assumed of people: one setting changed at a time."""

from collections.abc import Mapping
from dataclasses import replace

from services.cli.bench.learning import ALL, NOTHING, LearningOptions, courses_of, mean_matches, settings_of
from services.cli.bench.report import BenchReport, Row
from services.matcher.evaluation.comparison import StageProgress, no_progress


def run(options: LearningOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Mutual matches of the first and the last round under each variation."""
    variations = variations_of(options)
    rows = []
    for number, (name, varied) in enumerate(variations.items()):
        progress("Variations", number, len(variations))
        rows.append(Row(name=name, figures=_figures(varied)))
    return BenchReport(benchmark="learning", settings=settings_of(options), rows=rows, ratios={}, checks={})


def variations_of(options: LearningOptions) -> Mapping[str, LearningOptions]:
    """As given, then with one thing changed."""
    people, weights = options.people, options.weights
    return {
        "as given": options,
        "half of the projects stay": replace(options, arrivals_a=0.5),
        "everybody stays": replace(options, arrivals_a=0.0, arrivals_b=0.0),
        **{f"limited {value}": replace(options, people=replace(people, limited=value)) for value in (0.3, 1.0)},
        **{f"stated {value}": replace(options, people=replace(people, stated=value)) for value in (0.0, 0.8)},
        **{f"spread {value}": replace(options, people=replace(people, spread=value)) for value in (0.0, 1.0)},
        **{f"taken {value}": replace(options, weights=replace(weights, taken=value)) for value in (0.3, 1.0)},
        **{
            f"weights {value}": replace(options, weights=replace(weights, acceptance=value, responsiveness=value))
            for value in (0.03, 0.2)
        },
    }


def _figures(options: LearningOptions) -> Mapping[str, float]:
    matches = {name: mean_matches(courses) for name, courses in courses_of(options).items()}
    last = options.number_of_rounds - 1
    return {
        "first": float(matches[NOTHING][0]),
        **{name: float(found[last]) for name, found in matches.items()},
        "all / nothing": float(matches[ALL][last] / max(matches[NOTHING][last], 1e-6)),
    }
