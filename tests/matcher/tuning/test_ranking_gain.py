"""nDCG of a table is that of the metrics, with ties broken by id."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.evaluation.metrics import ndcg_at_k
from services.matcher.scoring.shipped import SHIPPED_POLICY
from services.matcher.tuning.ranking_gain import leading, ndcg_of, policy_scores
from tests.matcher.tuning.tables import small_table


@given(seed=st.integers(0, 1_000), levels=st.integers(1, 50))
@settings(max_examples=25, deadline=None)
def test_ndcg_is_that_of_the_metric_whatever_the_ties(seed: int, levels: int) -> None:
    table = small_table(queries=6, targets=25, seed=seed)
    scores = np.random.default_rng(seed).integers(0, levels, table.targets.shape).astype(float)
    expected = []
    for row in range(table.size):
        ranked = sorted((-scores[row, place], table.target_ids[place], place) for place in range(25))
        order = [place for _, _, place in ranked]
        relevance = {table.target_ids[place]: int(table.grades[row, place]) for place in range(25)}
        expected.append(ndcg_at_k([table.target_ids[place] for place in order], relevance, 10))
    assert ndcg_of(table, scores).tolist() == pytest.approx(expected, abs=1e-12)


def test_what_is_narrowed_away_does_not_change_the_ranks_among_the_rest() -> None:
    table = small_table()
    scores = policy_scores(table, SHIPPED_POLICY)
    best = leading(table, scores, 15)
    narrow = table.narrowed(best)
    assert narrow.targets.shape == (60, 15)
    again = policy_scores(narrow, SHIPPED_POLICY)
    assert np.sort(again, axis=1).tolist() == np.sort(np.where(best, scores, -np.inf), axis=1)[:, -15:].tolist()
    assert ndcg_of(narrow, again).tolist() == ndcg_of(table, scores).tolist()  # 10 of the best 15
