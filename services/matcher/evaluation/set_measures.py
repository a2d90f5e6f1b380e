"""Measures of a whole ranking run: who is answered, who is ever shown, how evenly, and how much of it was judged."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from services.matcher.evaluation.metrics import Relevance

SHOWN = 10
"""How far down a list people are taken to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMeasures:
    """All are shares in [0, 1], over the first ten results of every query."""

    answered: float
    """Share of the queries with any result."""
    coverage: float
    """Share of the targets that some query is shown."""
    exposure_gini: float
    """0 where every target is seen equally much, towards 1 where few take all; 0 where nothing is shown."""
    unjudged: float
    """Mean over the answered queries of the share of results that nobody judged; 0 where none is answered."""

    def as_json(self) -> dict[str, float]:
        """By name, with the cutoff in it: `coverage@10`."""
        return {name if name == "answered" else f"{name}@{SHOWN}": value for name, value in asdict(self).items()}


def set_measures(
    rankings: Mapping[str, Sequence[str]], qrels: Mapping[str, Relevance], targets: Iterable[str]
) -> SetMeasures:
    """Measures of the rankings by query, at least one; `targets` are all that could be shown."""
    shown = {query_id: ranking[:SHOWN] for query_id, ranking in rankings.items()}
    exposure = list(exposures(shown.values(), targets).values())
    unjudged = [unjudged_share(ranking, qrels.get(query_id, {})) for query_id, ranking in shown.items() if ranking]
    return SetMeasures(
        answered=len(unjudged) / len(shown),
        coverage=sum(value > 0 for value in exposure) / len(exposure),
        exposure_gini=gini(exposure),
        unjudged=math.fsum(unjudged) / len(unjudged) if unjudged else 0.0,
    )


def exposures(rankings: Iterable[Sequence[str]], targets: Iterable[str]) -> dict[str, float]:
    """How much each target is seen: the sum over its places of 1 / log2(rank + 1) (Singh and Joachims 2018, KDD).

    Results that are not among the targets do not count.
    """
    places: dict[str, list[float]] = {target_id: [] for target_id in targets}
    for ranking in rankings:
        for rank, target_id in enumerate(ranking, start=1):
            if target_id in places:
                places[target_id].append(1 / math.log2(rank + 1))
    return {target_id: math.fsum(seen) for target_id, seen in places.items()}


def gini(values: Sequence[float] | npt.NDArray[np.float64]) -> float:
    """Gini coefficient of values that are not negative, those of 0 included; 0 where all are 0 or there are none.

    G = sum over i of (2 i - n - 1) x_i / (n sum of x), with x ascending and i = 1..n: half of the relative mean
    difference of two values (Gini 1912; Damgaard and Weiner 2000, Ecology 81, for this form).
    """
    ascending = np.sort(np.asarray(values, dtype=np.float64))
    count, total = len(ascending), float(ascending.sum())
    if total == 0.0:
        return 0.0
    return float((2 * np.arange(1, count + 1) - count - 1) @ ascending / (count * total))


def unjudged_share(ranking: Sequence[str], relevance: Relevance) -> float:
    """Share of the ranked ids without a judgment; of those ranked, as `1 - Judged@k` of ir_measures."""
    return sum(target_id not in relevance for target_id in ranking) / len(ranking)
