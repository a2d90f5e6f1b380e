"""One ranking over all queries of a set, scored query by query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.matcher.evaluation.intervals import FloatMatrix
from services.matcher.evaluation.metrics import Metric, Relevance
from services.matcher.evaluation.progress import StageProgress, no_progress
from services.matcher.evaluation.rankers import Ranker

Qrels = Mapping[str, Relevance]


class FaultyRanking(ValueError):
    """A ranking names a target twice: its scores would mean nothing."""

    def __init__(self, ranking: str, query_id: str) -> None:
        super().__init__(f"the ranking {ranking!r} names a target twice for query {query_id!r}; rank each target once")


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingRun:
    """What a ranking answered, and how each answer scored."""

    scores: FloatMatrix
    """(queries, metrics), in the order of the judgments and of the metrics."""
    rankings: Mapping[str, tuple[str, ...]]
    """By query, without the ignored pairs, cut at the depth that was asked for."""


def run_ranking(
    name: str,
    ranker: Ranker,
    qrels: Qrels,
    metrics: Mapping[str, Metric],
    *,
    depth: int,
    ignore: Mapping[str, set[str]],
    progress: StageProgress = no_progress,
) -> RankingRun:
    """Rank the targets of every judged query and score them; raises FaultyRanking."""
    scores = np.empty((len(qrels), len(metrics)))
    rankings = {}
    for row, (query_id, relevance) in enumerate(qrels.items()):
        ranking = _ranked(name, ranker, query_id, depth, ignore.get(query_id, set()))
        scores[row] = [metric(ranking, relevance) for metric in metrics.values()]
        rankings[query_id] = ranking
        progress(name, row + 1, len(qrels))
    return RankingRun(scores=scores, rankings=rankings)


def _ranked(name: str, ranker: Ranker, query_id: str, depth: int, ignored: set[str]) -> tuple[str, ...]:
    # Room for the ignored pairs, so that what is left still reaches the deepest cutoff.
    ranking: Sequence[str] = ranker.rank(query_id, depth + len(ignored))
    if len(set(ranking)) < len(ranking):
        raise FaultyRanking(name, query_id)
    return tuple(target_id for target_id in ranking if target_id not in ignored)[:depth]
