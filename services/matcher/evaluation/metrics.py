"""Ranking metrics of one query: pure functions over a ranked list of ids and its judgments.

Every function takes the ids best first (the caller has broken ties), the judged relevance by id, and a cutoff `k`.
An id that is not judged, and one judged zero or below, is not relevant. A query with no relevant id scores 0.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

Relevance = Mapping[str, int]
Metric = Callable[[Sequence[str], Relevance], float]
MetricAtK = Callable[[Sequence[str], Relevance, int], float]


def ndcg_at_k(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Normalised discounted cumulative gain with linear gain, as trec_eval's `ndcg_cut`.

    DCG@k = sum over ranks r = 1..k of rel(r) / log2(r + 1), divided by the DCG@k of the ideal order of all judged ids
    (Järvelin and Kekäläinen 2002, "Cumulated gain-based evaluation of IR techniques", with the log2(r + 1) discount).
    The other common gain, 2**rel - 1 (Burges 2005), is equal to it where relevance is 0 or 1.
    """
    best = ideal_dcg(relevance, k)
    if best == 0.0:
        return 0.0
    return _discounted_gain([max(0, relevance.get(target_id, 0)) for target_id in ranking[:k]]) / best


def ideal_dcg(relevance: Relevance, k: int = 10) -> float:
    """The DCG@k of the ideal order: what nDCG divides by; 0 where nothing is relevant."""
    return _discounted_gain(sorted((grade for grade in relevance.values() if grade > 0), reverse=True)[:k])


def mrr_at_k(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Reciprocal rank of the first relevant id, 0 if none stands in the first k (Voorhees 1999, TREC-8 QA)."""
    for rank, target_id in enumerate(ranking[:k], start=1):
        if relevance.get(target_id, 0) > 0:
            return 1.0 / rank
    return 0.0


def recall_at_k(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Share of the relevant ids found in the first k (Manning, Raghavan and Schütze 2008, section 8.3)."""
    relevant = sum(grade > 0 for grade in relevance.values())
    if relevant == 0:
        return 0.0
    return sum(relevance.get(target_id, 0) > 0 for target_id in ranking[:k]) / relevant


def hit_at_k(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """1 if a relevant id stands in the first k, else 0: trec_eval's `success`."""
    return 1.0 if mrr_at_k(ranking, relevance, k) > 0.0 else 0.0


def precision_at_k(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Relevant ids in the first k divided by k, also where fewer are ranked: trec_eval's `P`."""
    return sum(relevance.get(target_id, 0) > 0 for target_id in ranking[:k]) / k


def _discounted_gain(grades: Sequence[int]) -> float:
    return math.fsum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


METRICS_AT_K: Mapping[str, MetricAtK] = {
    "ndcg": ndcg_at_k,
    "mrr": mrr_at_k,
    "recall": recall_at_k,
    "hit": hit_at_k,
    "precision": precision_at_k,
}
USUAL_CUTOFFS: Mapping[str, int] = {"ndcg": 10, "mrr": 10, "recall": 100, "hit": 10, "precision": 10}
PRIMARY = "ndcg@10"
"""What slices and per-query differences are told in."""


def metrics_at(cutoffs: Sequence[int] = ()) -> dict[str, Metric]:
    """The usual metrics, and each of them at every further cutoff, by name such as `ndcg@10`."""
    chosen = [*USUAL_CUTOFFS.items(), *((name, k) for k in sorted(set(cutoffs)) for name in METRICS_AT_K)]
    return {f"{name}@{k}": partial(_at, METRICS_AT_K[name], k) for name, k in chosen}


def depth_of(cutoffs: Sequence[int] = ()) -> int:
    """The deepest cutoff: nothing below it can change a score."""
    return max((*USUAL_CUTOFFS.values(), *cutoffs))


def _at(metric: MetricAtK, k: int, ranking: Sequence[str], relevance: Relevance) -> float:
    return metric(ranking, relevance, k)


METRICS: Mapping[str, Metric] = metrics_at()
"""What a report shows, in this order."""

DEPTH = depth_of()
