"""How a ranking does on parts of the queries, and on which of them worst."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.matcher.evaluation.intervals import RESAMPLES, FloatMatrix, Interval

Facets = Mapping[str, Mapping[str, Sequence[str]]]
"""Labels by facet and query: one for most facets, several where a query is of several sectors."""

MINIMUM_QUERIES = 20
"""Nothing is claimed of a smaller slice: it has a count and a mean, but no interval and no place among the worst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The queries that share a label."""

    facet: str
    label: str
    queries: int
    mean: float
    is_whole: bool = False
    """Every query is in it."""
    interval: Interval | None = None
    """None below MINIMUM_QUERIES."""
    difference: Interval | None = None
    """The slice's mean minus that of all queries, with the 95 % interval of that difference; None below it too."""

    @property
    def is_comparable(self) -> bool:
        """Large enough to say something of, and not all there is."""
        return self.interval is not None and not self.is_whole

    def as_json(self) -> dict[str, object]:
        """Absent intervals are null."""
        return {
            "facet": self.facet,
            "label": self.label,
            "queries": self.queries,
            "mean": self.mean,
            "interval": _ends(self.interval),
            "difference": None if self.difference is None else self.difference.mean,
            "difference_interval": _ends(self.difference),
        }


def slices_of(
    values: FloatMatrix, query_ids: Sequence[str], facets: Facets, *, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[Slice, ...]:
    """One slice a facet and label, in the facets' order and by label within; `values` is (queries,) of one metric.

    Percentile bootstrap over all queries: in every resample the slice's mean and the whole's are taken of the same
    draw, so that the interval of their difference knows that the slice is part of the whole.
    """
    members = {
        (facet, label): np.array([label in labels.get(query_id, ()) for query_id in query_ids])
        for facet, labels in facets.items()
        for label in sorted({label for query_id in query_ids for label in labels.get(query_id, ())})
    }
    if not members:
        return ()
    held = np.array(list(members.values()), dtype=np.float64)  # (slices, queries)
    whole, means = _resampled(values, held, seed, resamples)
    return tuple(
        _slice(facet, label, values, held[row] > 0, means[:, row], whole) for row, (facet, label) in enumerate(members)
    )


def worst_slice(slices: Sequence[Slice]) -> Slice | None:
    """The comparable slice with the lowest mean, ties by facet and label; None where there is none."""
    comparable = [one for one in slices if one.is_comparable]
    return min(comparable, key=lambda one: (one.mean, one.facet, one.label), default=None)


def _resampled(values: FloatMatrix, held: FloatMatrix, seed: int, resamples: int) -> tuple[FloatMatrix, FloatMatrix]:
    """Means of all queries (resamples,) and of the slices (resamples, slices); NaN where a draw misses a slice."""
    queries = len(values)
    draws = np.random.default_rng(seed).multinomial(queries, np.full(queries, 1.0 / queries), size=resamples)
    drawn = draws @ held.T
    sums = draws @ (held * values).T
    means = np.divide(sums, drawn, out=np.full(sums.shape, np.nan), where=drawn > 0)
    return draws @ values / queries, means


def _slice(
    facet: str, label: str, values: FloatMatrix, is_in: np.ndarray, means: FloatMatrix, whole: FloatMatrix
) -> Slice:
    mean = float(values[is_in].mean())
    queries = int(is_in.sum())
    is_enough = queries >= MINIMUM_QUERIES
    return Slice(
        facet=facet,
        label=label,
        queries=queries,
        mean=mean,
        is_whole=queries == len(values),
        interval=_interval(mean, means) if is_enough else None,
        difference=_interval(mean - float(values.mean()), means - whole) if is_enough else None,
    )


def _interval(mean: float, resampled: FloatMatrix) -> Interval:
    low, high = np.nanquantile(resampled, [0.025, 0.975])
    return Interval(mean=mean, low=float(low), high=float(high))


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]
