"""Bootstrap intervals: what they hold, that they repeat, and that pairing is used."""

import numpy as np
import pytest

from services.matcher.evaluation.intervals import FloatMatrix, mean_intervals, paired_difference


def _column(*values: float) -> FloatMatrix:
    return np.array(values, dtype=np.float64).reshape(-1, 1)


def test_interval_of_equal_values_has_no_width() -> None:
    (interval,) = mean_intervals(_column(0.5, 0.5, 0.5))
    assert (interval.mean, interval.low, interval.high) == pytest.approx((0.5, 0.5, 0.5))


def test_interval_agrees_with_the_normal_approximation_on_many_queries() -> None:
    # 400 queries, half hit: standard error = sqrt(0.5 * 0.5 / 400) = 0.025; 1.96 * 0.025 = 0.049.
    (interval,) = mean_intervals(_column(*[0.0, 1.0] * 200), resamples=4_000)
    assert interval.mean == 0.5
    assert interval.half_width == pytest.approx(0.049, abs=0.004)


def test_equal_seed_gives_equal_intervals_and_another_seed_others() -> None:
    values = np.random.default_rng(1).random((50, 2))
    assert mean_intervals(values, seed=3) == mean_intervals(values, seed=3)
    assert mean_intervals(values, seed=3) != mean_intervals(values, seed=4)


def test_each_column_has_its_own_interval() -> None:
    first, second = mean_intervals(np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 1.0]]))
    assert (first.low, first.high) == (0.0, 0.0)
    assert second.low < second.mean < second.high


def test_95_percent_intervals_hold_the_true_mean_about_95_times_in_100() -> None:
    generator = np.random.default_rng(11)
    samples = generator.random((100, 200))  # 200 samples of 100 draws, true mean 0.5
    held = sum(interval.low <= 0.5 <= interval.high for interval in mean_intervals(samples, resamples=1_000))
    assert 0.90 <= held / 200 <= 0.99


def test_a_small_steady_difference_is_seen_though_the_rankings_intervals_overlap() -> None:
    hard_and_easy = np.random.default_rng(5).random((100, 1))
    better = hard_and_easy + 0.02
    (difference,) = paired_difference(better, hard_and_easy)
    assert difference.low == pytest.approx(0.02)
    (first,), (second,) = mean_intervals(better), mean_intervals(hard_and_easy)
    assert first.low < second.high


def test_rankings_over_different_queries_are_refused() -> None:
    with pytest.raises(ValueError, match="different queries"):
        paired_difference(_column(1.0), _column(1.0, 0.0))


def test_no_queries_are_refused() -> None:
    with pytest.raises(ValueError, match="no queries"):
        mean_intervals(np.empty((0, 4)))
