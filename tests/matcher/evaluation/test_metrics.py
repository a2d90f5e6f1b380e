"""The metrics by hand, and against ir_measures over seeded random rankings."""

import math
from collections.abc import Mapping

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG

from services.matcher.evaluation.metrics import DEPTH, METRICS, hit_at_k, mrr_at_k, ndcg_at_k, recall_at_k

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


def test_scores_agree_with_ir_measures() -> None:
    qrels, rankings = _random_rankings(queries=400, seed=7)
    ours = {
        (query_id, name): metric(rankings[query_id], relevance)
        for query_id, relevance in qrels.items()
        for name, metric in METRICS.items()
    }
    theirs = _reference_scores(qrels, rankings)
    assert theirs.keys() <= ours.keys()
    missing = {query_id for query_id, name in ours.keys() - theirs.keys()}
    assert all(not rankings[query_id] for query_id in missing), "the reference left out a query that has results"
    for key, score in ours.items():
        assert score == pytest.approx(theirs.get(key, 0.0), abs=1e-9), key


def _random_rankings(*, queries: int, seed: int) -> tuple[dict[str, dict[str, int]], dict[str, list[str]]]:
    """Graded judgments over 300 ids and rankings of 0 to 200 of them; judged ids are often missing from a ranking."""
    generator = np.random.default_rng(seed)
    ids = [f"t{number:03}" for number in range(300)]
    qrels, rankings = {}, {}
    for number in range(queries):
        judged = generator.choice(ids, size=int(generator.integers(1, 60)), replace=False)
        grades = generator.integers(0, 4 if number % 2 else 2, size=len(judged))
        qrels[f"q{number}"] = {str(name): int(grade) for name, grade in zip(judged, grades, strict=True)}
        length = 0 if number % 20 == 0 else int(generator.integers(1, 201))
        rankings[f"q{number}"] = [str(name) for name in generator.permutation(ids)[:length]]
    return qrels, rankings


def _reference_scores(
    qrels: Mapping[str, Mapping[str, int]], rankings: Mapping[str, list[str]]
) -> dict[tuple[str, str], float]:
    names = {str(nDCG @ 10): "ndcg@10", str(RR @ 10): "mrr@10", str(R @ 100): "recall@100", str(Success @ 10): "hit@10"}
    # Whole numbers that fall with the rank: trec_eval keeps scores in single precision and would tie closer ones.
    run = {
        query_id: {target_id: float(len(ranking) - row) for row, target_id in enumerate(ranking)}
        for query_id, ranking in rankings.items()
    }
    measures = [nDCG @ 10, RR @ 10, R @ DEPTH, Success @ 10]
    return {
        (str(result.query_id), names[str(result.measure)]): float(result.value)
        for result in ir_measures.iter_calc(measures, qrels, run)
    }
