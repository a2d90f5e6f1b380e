"""Coverage, exposure and unjudged results by hand; the unjudged share against ir_measures."""

import math

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import Judged

from services.matcher.evaluation.set_measures import exposures, gini, set_measures, unjudged_share

TARGETS = ["a", "b", "c", "d"]


def test_coverage_is_the_share_of_targets_that_anybody_is_shown() -> None:
    measures = set_measures({"q1": ["a", "b"], "q2": ["a"]}, {}, TARGETS)
    assert measures.coverage == 2 / 4
    assert measures.answered == 1.0


def test_what_stands_below_the_tenth_place_is_not_shown() -> None:
    ranking = [f"t{number}" for number in range(12)]
    measures = set_measures({"q1": ranking}, {"q1": {"t11": 1}}, ranking)
    assert measures.coverage == 10 / 12
    assert measures.unjudged == 1.0


def test_queries_without_results_count_as_unanswered_and_not_as_unjudged() -> None:
    measures = set_measures({"q1": ["a", "b"], "q2": []}, {"q1": {"a": 0}}, TARGETS)
    assert measures.answered == 1 / 2
    assert measures.unjudged == 1 / 2


def test_nothing_shown_is_told_as_zeros() -> None:
    measures = set_measures({"q1": []}, {}, TARGETS)
    assert measures.as_json() == {"answered": 0.0, "coverage@10": 0.0, "exposure_gini@10": 0.0, "unjudged@10": 0.0}


def test_exposure_falls_with_the_rank_and_adds_up_over_queries() -> None:
    seen = exposures([["a", "b"], ["b", "a"], ["gone"]], TARGETS)
    assert seen == {"a": 1 + 1 / math.log2(3), "b": 1 + 1 / math.log2(3), "c": 0.0, "d": 0.0}


def test_gini_by_hand() -> None:
    assert gini([1, 1, 1, 1]) == 0.0
    # Sorted 0 0 0 4: (2 * 4 - 4 - 1) * 4 / (4 * 4) = 3 / 4, the largest that four values can have.
    assert gini([0, 4, 0, 0]) == 3 / 4
    # Sorted 1 2 3: (-2 * 1 + 0 * 2 + 2 * 3) / (3 * 6) = 2 / 9.
    assert gini([3, 1, 2]) == pytest.approx(2 / 9)


@given(st.lists(st.floats(min_value=0, max_value=1_000), min_size=1, max_size=20))
def test_gini_is_half_of_the_relative_mean_difference(values: list[float]) -> None:
    total = math.fsum(values)
    if total < 1e-6:
        return
    differences = math.fsum(abs(one - other) for one in values for other in values)
    assert gini(values) == pytest.approx(differences / (2 * len(values) * total), abs=1e-9)


def test_unjudged_share_is_what_ir_measures_leaves_of_judged() -> None:
    generator = np.random.default_rng(3)
    ids = [f"t{number}" for number in range(40)]
    for _ in range(200):
        ranking = [str(name) for name in generator.permutation(ids)[: int(generator.integers(1, 15))]]
        judged = {str(name): 0 for name in generator.choice(ids, size=10, replace=False)}
        run = {"q": {name: float(-row) for row, name in enumerate(ranking)}}
        [theirs] = ir_measures.iter_calc([Judged @ 10], {"q": judged}, run)
        assert abs(unjudged_share(ranking[:10], judged) - (1 - theirs.value)) <= 1e-9
