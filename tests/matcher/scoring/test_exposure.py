"""Lists made together spread attention, and lose little of what single lists promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from services.matcher.scoring.exposure import (
    NOBODY,
    Scores,
    allocate_exposure,
    attention_by_rank,
    exposure_of,
    plain_lists,
)

matrices = st.tuples(st.integers(0, 6), st.integers(1, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9, 1.0]))
)
fairnesses = st.sampled_from([0.0, 0.2, 0.5, 1.0])
lengths = st.integers(1, 7)


def test_attention_is_the_discount_of_dcg() -> None:
    # The binary logarithms of 2, 3 and 4 are 1, 1.5850 and 2.
    assert attention_by_rank(3) == pytest.approx([1, 0.6309298, 0.5])


def test_exposure_by_hand() -> None:
    exposure = exposure_of(np.array([[2, 0], [1, NOBODY]]), 3, np.array([1.0, 0.5]))
    assert exposure.tolist() == [[0.5, 0, 1], [0, 1, 0]]


def test_plain_lists_break_ties_by_index_and_show_nobody_without_a_score() -> None:
    assert plain_lists(np.array([[0.5, 0.9, 0.5, 0.0]]), 4).tolist() == [[1, 0, 2, NOBODY]]


@given(scores=matrices, places=lengths)
def test_without_fairness_lists_are_the_plain_ones(scores: Scores, places: int) -> None:
    allocation = allocate_exposure(scores, attention_by_rank(places), fairness=0)
    assert allocation.places.tolist() == plain_lists(scores, places).tolist()


@given(scores=matrices, places=lengths, fairness=fairnesses)
def test_everyone_shown_scores_and_stands_once_in_a_list_that_is_as_long_as_it_can_be(
    scores: Scores, places: int, fairness: float
) -> None:
    lists = allocate_exposure(scores, attention_by_rank(places), fairness).places
    for row, shown in zip(scores, lists, strict=True):
        people = [index for index in shown.tolist() if index != NOBODY]
        assert len(people) == len(set(people)) == min(places, np.count_nonzero(row))
        assert all(row[index] > 0 for index in people)


@given(scores=matrices, places=lengths, fairness=fairnesses)
def test_welfare_never_falls_and_equal_input_gives_equal_lists(scores: Scores, places: int, fairness: float) -> None:
    allocation = allocate_exposure(scores, attention_by_rank(places), fairness)
    assert (np.diff(allocation.welfare) >= -1e-9).all()
    again = allocate_exposure(scores.copy(), attention_by_rank(places), fairness)
    assert allocation.places.tobytes() == again.places.tobytes()


def test_the_second_choice_of_all_is_shown_where_a_little_is_lost() -> None:
    # Both viewers rank 0 before 1 by a hair. Nash: 0.9 * 0.8 for one place each beats (0.9 + 0.9) * nothing.
    scores = np.array([[0.9, 0.8], [0.9, 0.8]])
    assert plain_lists(scores, 1).tolist() == [[0], [0]]
    assert sorted(allocate_exposure(scores, np.ones(1), fairness=1).places.ravel().tolist()) == [0, 1]


def test_who_is_everybodys_favourite_is_shown_less_and_the_lists_promise_nearly_as_much() -> None:
    generator = np.random.default_rng(7)
    scores = np.clip(generator.random((80, 80)) * (0.5 + 0.5 * generator.random(80)), 0, 1)
    attention = attention_by_rank(8)
    plain = exposure_of(plain_lists(scores, 8), 80, attention)
    shared = exposure_of(allocate_exposure(scores, attention).places, 80, attention)
    assert shared.sum(axis=0).max() < plain.sum(axis=0).max()
    assert shared.sum(axis=0).min() > plain.sum(axis=0).min()
    assert (shared * scores).sum() > 0.9 * (plain * scores).sum()


def test_a_fairness_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="fairness"):
        allocate_exposure(np.ones((1, 1)), np.ones(1), fairness=1.5)
