"""The randomisation test by hand, against scipy and under the null hypothesis; Holm's correction by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import permutation_test

from services.matcher.evaluation.intervals import FloatMatrix
from services.matcher.evaluation.significance import holm, randomisation_test


def column(*values: float) -> FloatMatrix:
    """One metric's differences."""
    return np.array(values, dtype=np.float64).reshape(-1, 1)


def test_p_value_is_how_often_flipped_signs_are_as_extreme() -> None:
    # Of the 8 sign patterns of (1, 1, 1) two reach |3|: p = 1/4.
    [p_value] = randomisation_test(column(1, 1, 1))
    assert p_value == pytest.approx(0.25, abs=0.02)


def test_equal_rankings_are_never_told_apart() -> None:
    assert randomisation_test(column(0, 0, 0, 0)) == [1.0]


def test_p_value_is_never_zero() -> None:
    assert randomisation_test(column(*[1.0] * 200), permutations=999) == [1 / 1_000]


def test_p_values_agree_with_scipys_exact_test() -> None:
    generator = np.random.default_rng(2)
    differences = generator.normal(0.4, 1.0, size=(12, 3))
    exact = [
        permutation_test(
            (differences[:, number],), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
        ).pvalue
        for number in range(3)
    ]
    assert randomisation_test(differences) == pytest.approx(exact, abs=0.015)


def test_equal_seed_gives_equal_p_values_and_both_directions_agree() -> None:
    differences = np.random.default_rng(4).normal(0.2, 1.0, size=(30, 2))
    assert randomisation_test(differences, seed=1) == randomisation_test(differences, seed=1)
    assert randomisation_test(differences, seed=1) == randomisation_test(-differences, seed=1)
    assert randomisation_test(differences, seed=1) != randomisation_test(differences, seed=2)


def test_rankings_that_do_not_differ_are_called_different_about_five_times_in_a_hundred() -> None:
    samples = np.random.default_rng(8).normal(size=(40, 400))
    found = sum(p_value <= 0.05 for p_value in randomisation_test(samples, permutations=1_000))
    assert 0.02 <= found / 400 <= 0.08


def test_no_queries_are_refused() -> None:
    with pytest.raises(ValueError, match="no queries"):
        randomisation_test(np.empty((0, 2)))


def test_holm_by_hand() -> None:
    # Smallest first: 0.01 * 3 = 0.03; 0.02 * 2 = 0.04; 0.03 * 1 = 0.03, but not below 0.04.
    assert holm([0.03, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([0.9, 0.6]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(min_value=1e-6, max_value=1.0), max_size=8))
def test_holm_lies_between_no_correction_and_bonferroni(p_values: list[float]) -> None:
    for p_value, adjusted in zip(p_values, holm(p_values), strict=True):
        assert p_value <= adjusted <= min(1.0, len(p_values) * p_value)
