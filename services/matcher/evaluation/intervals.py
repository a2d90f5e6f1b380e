"""Intervals of a mean over queries by seeded bootstrap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatMatrix = NDArray[np.float64]

RESAMPLES = 2_000
_RESAMPLES_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean and its 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of the interval's width: what stands behind ± in a table."""
        return (self.high - self.low) / 2


def mean_intervals(values: FloatMatrix, *, seed: int = 0, resamples: int = RESAMPLES) -> list[Interval]:
    """95 % interval of each column's mean; `values` is (queries, columns).

    Percentile bootstrap (Efron and Tibshirani 1993, chapter 13): queries are drawn with replacement `resamples` times,
    and the interval runs from the 2.5 % to the 97.5 % quantile of the resampled means. All columns share the draws, so
    that a difference of two columns is paired. Equal input and seed give equal intervals.
    """
    queries = len(values)
    if queries == 0:
        raise ValueError("no queries to take a mean over")
    generator = np.random.default_rng(seed)
    means = np.concatenate(
        [
            _resampled_means(values, generator, min(_RESAMPLES_AT_ONCE, resamples - start))
            for start in range(0, resamples, _RESAMPLES_AT_ONCE)
        ]
    )
    lows, highs = np.quantile(means, [0.025, 0.975], axis=0)
    return [
        Interval(mean=float(mean), low=float(low), high=float(high))
        for mean, low, high in zip(values.mean(axis=0), lows, highs, strict=True)
    ]


def paired_difference(
    first: FloatMatrix, second: FloatMatrix, *, seed: int = 0, resamples: int = RESAMPLES
) -> list[Interval]:
    """95 % interval of each column's mean of `first - second`, query by query; both are (queries, columns).

    An interval that leaves out 0 says that the two rankings differ by more than the choice of queries explains.
    """
    if first.shape != second.shape:
        raise ValueError(f"the two rankings were scored on different queries: {first.shape} and {second.shape}")
    return mean_intervals(first - second, seed=seed, resamples=resamples)


def _resampled_means(values: FloatMatrix, generator: np.random.Generator, resamples: int) -> FloatMatrix:
    """Means of `resamples` bootstrap draws, (resamples, columns): how often each query is drawn is multinomial."""
    queries = len(values)
    draws = generator.multinomial(queries, np.full(queries, 1.0 / queries), size=resamples)
    means: FloatMatrix = draws @ values / queries
    return means
