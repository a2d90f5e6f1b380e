"""The metrics by hand, and against ir_measures over seeded random rankings."""

import math
from collections.abc import Mapping, Sequence

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, P, R, Success, nDCG

from services.matcher.evaluation.metrics import (
    DEPTH,
    METRICS,
    depth_of,
    hit_at_k,
    metrics_at,
    mrr_at_k,
    ndcg_at_k,
    precision_at_k,
    recall_at_k,
)

RELEVANCE = {"a": 1, "b": 1, "c": 0}


def test_ndcg_discounts_by_the_logarithm_of_the_rank() -> None:
    # a at rank 2 and b at rank 3: 1/log2(3) + 1/log2(4) = 0.63093 + 0.5; ideal: 1/log2(2) + 1/log2(3) = 1.63093.
    assert ndcg_at_k(["x", "a", "b"], RELEVANCE, 10) == pytest.approx(1.1309297536 / 1.6309297536, abs=1e-9)


def test_ndcg_gain_is_the_grade_itself_and_not_its_power() -> None:
    # Grades 1 then 3: (1 + 3/log2(3)) / (3 + 1/log2(3)); the exponential gain would weigh 7 instead of 3.
    expected = (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))
    assert ndcg_at_k(["low", "high"], {"low": 1, "high": 3}, 10) == pytest.approx(expected, abs=1e-12)


def test_ndcg_of_the_ideal_order_is_one_also_where_more_is_relevant_than_the_cutoff() -> None:
    relevance = {f"t{number}": 1 for number in range(20)}
    assert ndcg_at_k(sorted(relevance), relevance, 10) == 1.0


def test_mrr_is_the_reciprocal_rank_of_the_first_relevant_id() -> None:
    assert mrr_at_k(["x", "y", "b", "a"], RELEVANCE, 10) == 1 / 3
    assert mrr_at_k(["x", "y", "b", "a"], RELEVANCE, 2) == 0.0


def test_recall_is_the_share_of_the_relevant_ids_found() -> None:
    assert recall_at_k(["a", "x", "b"], RELEVANCE, 2) == 1 / 2
    assert recall_at_k(["a", "x", "b"], RELEVANCE, 3) == 1.0


def test_hit_says_whether_anything_relevant_was_found() -> None:
    assert hit_at_k(["x", "b"], RELEVANCE, 2) == 1.0
    assert hit_at_k(["x", "b"], RELEVANCE, 1) == 0.0


def test_precision_divides_by_the_cutoff_also_where_fewer_are_ranked() -> None:
    assert precision_at_k(["a", "x", "b", "y"], RELEVANCE, 3) == 2 / 3
    assert precision_at_k(["a"], RELEVANCE, 10) == 1 / 10


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_unjudged_irrelevant_and_missing_results_score_zero(metric: object) -> None:
    assert callable(metric)
    assert metric([], RELEVANCE) == 0.0
    assert metric(["x", "c"], RELEVANCE) == 0.0
    assert metric(["a"], {}) == 0.0
    assert metric(["a"], {"a": 0}) == 0.0


@given(st.permutations([f"t{number}" for number in range(8)]), st.integers(min_value=1, max_value=7))
def test_moving_a_relevant_id_up_never_lowers_a_score(order: list[str], rank: int) -> None:
    relevance = {order[rank]: 1, "t0": 1}
    better = [*order[: rank - 1], order[rank], order[rank - 1], *order[rank + 1 :]]
    if relevance.get(order[rank - 1], 0):
        return
    for metric in METRICS.values():
        assert metric(better, relevance) >= metric(order, relevance)


def test_further_cutoffs_add_every_metric_and_deepen_the_ranking() -> None:
    assert list(metrics_at([5, 200, 5]))[len(METRICS) :] == [
        f"{name}@{k}" for k in (5, 200) for name in ("ndcg", "mrr", "recall", "hit", "precision")
    ]
    assert (depth_of([5]), depth_of([5, 200])) == (DEPTH, 200)
    assert metrics_at([1])["hit@1"](["x", "a"], RELEVANCE) == 0.0


def test_a_cutoff_that_is_usual_is_not_counted_twice() -> None:
    assert list(metrics_at([10])) == [*METRICS, "recall@10"]


JudgedRuns = tuple[dict[str, dict[str, int]], dict[str, dict[str, float]]]
RUNS = 1_000
AT_CUTOFFS = metrics_at([1, 10, 100])
REFERENCES = {
    f"{name}@{k}": measure @ k
    for k in (1, 10, 100)
    for name, measure in (("ndcg", nDCG), ("mrr", RR), ("recall", R), ("hit", Success), ("precision", P))
}
"""Our names of the reference's measures."""


@pytest.fixture(scope="module")
def judged_runs() -> JudgedRuns:
    """A thousand runs: judgments by run and scores by run, most of them tied.

    Graded judgments over 300 ids, some below 0, some with nothing relevant; of each run only some ids have scores, and
    every twentieth has none at all.
    """
    generator = np.random.default_rng(7)
    ids = [f"t{number:03}" for number in range(300)]
    qrels, runs = {}, {}
    for number in range(RUNS):
        judged = generator.choice(ids, size=int(generator.integers(1, 60)), replace=False)
        grades = generator.integers(-1 if number % 5 == 0 else 0, 4 if number % 2 else 2, size=len(judged))
        qrels[f"q{number}"] = {str(name): int(grade) for name, grade in zip(judged, grades, strict=True)}
        length = 0 if number % 20 == 0 else int(generator.integers(1, 201))
        scored = generator.choice(ids, size=length, replace=False)
        scores = generator.integers(0, 12, size=length)
        runs[f"q{number}"] = {str(name): float(score) for name, score in zip(scored, scores, strict=True)}
    return qrels, runs


def test_the_runs_have_ties_missing_documents_and_empty_queries(judged_runs: JudgedRuns) -> None:
    qrels, runs = judged_runs
    assert sum(not run for run in runs.values()) == RUNS / 20
    assert sum(len(set(run.values())) < len(run) for run in runs.values()) > 0.9 * RUNS
    assert all(qrels[name].keys() - run.keys() for name, run in runs.items() if len(run) < 5)
    assert any(max(grades.values()) <= 0 for grades in qrels.values())


def test_a_thousand_runs_score_as_in_ir_measures(judged_runs: JudgedRuns) -> None:
    """Ties in the order that every ranking of ours has, by id; the reference is told the order."""
    qrels, runs = judged_runs
    rankings = {name: _ranked(run) for name, run in runs.items()}
    theirs = _reference_scores(qrels, {name: _falling(ranking) for name, ranking in rankings.items()})
    for name, relevance in qrels.items():
        for metric in REFERENCES:
            ours = AT_CUTOFFS[metric](rankings[name], relevance)
            # The reference leaves out a query without results.
            assert abs(ours - (theirs[name, metric] if rankings[name] else 0.0)) <= 1e-9, (name, metric)


def test_a_thousand_runs_score_alike_where_the_reference_breaks_the_ties_itself(judged_runs: JudgedRuns) -> None:
    qrels, runs = judged_runs
    theirs = _reference_scores(qrels, runs)
    for name, relevance in qrels.items():
        for metric in REFERENCES:
            ours = AT_CUTOFFS[metric](_ranked_as_reference(runs[name], metric), relevance)
            assert abs(ours - (theirs[name, metric] if runs[name] else 0.0)) <= 1e-9, (name, metric)


def test_means_over_a_thousand_runs_agree_with_ir_measures(judged_runs: JudgedRuns) -> None:
    qrels, runs = judged_runs
    theirs = ir_measures.calc_aggregate(list(REFERENCES.values()), qrels, runs)
    for name, measure in REFERENCES.items():
        scores = [AT_CUTOFFS[name](_ranked_as_reference(runs[query], name), qrels[query]) for query in qrels]
        assert abs(math.fsum(scores) / RUNS - theirs[measure]) <= 1e-9, name


def _ranked(run: Mapping[str, float]) -> list[str]:
    """Best first, ties by id."""
    return sorted(run, key=lambda target_id: (-run[target_id], target_id))


def _ranked_as_reference(run: Mapping[str, float], metric: str) -> list[str]:
    """Best first; trec_eval puts the last of tied ids first, and the script that counts RR@k the first."""
    if metric.startswith("mrr"):
        return _ranked(run)
    return sorted(sorted(run, reverse=True), key=lambda target_id: -run[target_id])


def _falling(ranking: Sequence[str]) -> dict[str, float]:
    """Whole numbers that fall with the rank: trec_eval keeps scores in single precision and would tie closer ones."""
    return {target_id: float(len(ranking) - row) for row, target_id in enumerate(ranking)}


def _reference_scores(
    qrels: Mapping[str, Mapping[str, int]], runs: Mapping[str, Mapping[str, float]]
) -> dict[tuple[str, str], float]:
    names = {str(measure): name for name, measure in REFERENCES.items()}
    return {
        (str(result.query_id), names[str(result.measure)]): float(result.value)
        for result in ir_measures.iter_calc(list(REFERENCES.values()), qrels, runs)
    }
