"""How much better one ranking is than each of the others, and whether chance would do as much."""

from collections.abc import Mapping, Sequence

from services.matcher.evaluation.intervals import FloatMatrix, Interval, paired_difference
from services.matcher.evaluation.report import Difference
from services.matcher.evaluation.significance import PERMUTATIONS, holm, randomisation_test


def differences_from(
    reference: FloatMatrix,
    others: Mapping[str, FloatMatrix],
    metrics: Sequence[str],
    *,
    seed: int,
    resamples: int,
    permutations: int = PERMUTATIONS,
) -> dict[str, dict[str, Difference]]:
    """By other ranking and metric: the reference minus it; all matrices are (queries, metrics).

    Holm's correction is over the rankings, within each metric.
    """
    intervals = {
        name: paired_difference(reference, values, seed=seed, resamples=resamples) for name, values in others.items()
    }
    p_values = {
        name: randomisation_test(reference - values, seed=seed, permutations=permutations)
        for name, values in others.items()
    }
    adjusted = [holm([p_values[name][column] for name in others]) for column in range(len(metrics))]
    return {
        name: {
            metric: _difference(intervals[name][column], p_values[name][column], adjusted[column][row])
            for column, metric in enumerate(metrics)
        }
        for row, name in enumerate(others)
    }


def _difference(interval: Interval, p_value: float, p_holm: float) -> Difference:
    return Difference(mean=interval.mean, low=interval.low, high=interval.high, p_value=p_value, p_holm=p_holm)
