"""Scores several rankings over one judged set and compares them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from services.matcher.evaluation.intervals import RESAMPLES, FloatMatrix, Interval, mean_intervals, paired_difference
from services.matcher.evaluation.judged_set import JudgedSet
from services.matcher.evaluation.metrics import DEPTH, METRICS
from services.matcher.evaluation.rankers import PopularityRanker, RandomRanker, Ranker, track_record_total
from services.matcher.evaluation.report import RankingReport, SetReport

REFERENCE = "served"
"""The ranking that the others are compared with, where it is among them."""


class StageProgress(Protocol):
    """Told of long work as it goes on."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` steps of the stage are behind us."""
        ...


def no_progress(stage: str, done: int, total: int) -> None:
    """A StageProgress that tells nobody."""


class NothingToEvaluate(ValueError):
    """No query of the set has a relevant target in its corpus."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: no query has a relevant target in the corpus; check the ids in the judgments")


class FaultyRanking(ValueError):
    """A ranking names a target twice: its scores would mean nothing."""

    def __init__(self, ranking: str, query_id: str) -> None:
        super().__init__(f"the ranking {ranking!r} names a target twice for query {query_id!r}; rank each target once")


def evaluate_set(
    judged: JudgedSet,
    rankers: Mapping[str, Ranker],
    *,
    progress: StageProgress = no_progress,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> SetReport:
    """Scores of every ranking, and of the random and the popularity ordering beside them.

    Ignored pairs are dropped from a ranking before it is scored. Raises NothingToEvaluate and FaultyRanking.
    """
    qrels = judged.evaluated()
    if not qrels:
        raise NothingToEvaluate(judged.name)
    popularity = PopularityRanker({target_id: track_record_total(record) for target_id, record in judged.targets})
    baselines: dict[str, Ranker] = {
        "popularity": popularity,
        "random": RandomRanker([target_id for target_id, _ in judged.targets], seed=seed),
    }
    scores = {
        name: _scores(name, ranker, qrels, judged.ignore, progress) for name, ranker in {**rankers, **baselines}.items()
    }
    return SetReport(
        name=judged.name,
        queries=len(qrels),
        left_out=len(judged.subjects) - len(qrels),
        targets=len(judged.targets),
        rankings={
            name: RankingReport(
                metrics=_by_metric(mean_intervals(values, seed=seed, resamples=resamples)),
                is_meaningful=name != "popularity" or popularity.is_meaningful,
            )
            for name, values in scores.items()
        },
        reference=REFERENCE if REFERENCE in scores else None,
        differences={
            name: _by_metric(paired_difference(scores[REFERENCE], values, seed=seed, resamples=resamples))
            for name, values in scores.items()
            if REFERENCE in scores and name != REFERENCE
        },
        warnings=judged.warnings,
    )


def _scores(
    name: str,
    ranker: Ranker,
    qrels: Mapping[str, Mapping[str, int]],
    ignore: Mapping[str, set[str]],
    progress: StageProgress,
) -> FloatMatrix:
    """Metrics of one ranking, (queries, metrics)."""
    values = np.empty((len(qrels), len(METRICS)))
    for row, (query_id, relevance) in enumerate(qrels.items()):
        ignored = ignore.get(query_id, set())
        # Room for the ignored pairs, so that what is left still reaches the deepest cutoff.
        ranking = ranker.rank(query_id, DEPTH + len(ignored))
        if len(set(ranking)) < len(ranking):
            raise FaultyRanking(name, query_id)
        values[row] = _query_scores([target_id for target_id in ranking if target_id not in ignored], relevance)
        progress(name, row + 1, len(qrels))
    return values


def _query_scores(ranking: Sequence[str], relevance: Mapping[str, int]) -> list[float]:
    return [metric(ranking, relevance) for metric in METRICS.values()]


def _by_metric(values: Sequence[Interval]) -> dict[str, Interval]:
    return dict(zip(METRICS, values, strict=True))
