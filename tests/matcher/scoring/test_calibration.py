"""Calibration by hand and as a property: rising, in [0, 1)."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.scoring.calibration import FEWEST_PAIRS, Calibration, band_of
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.vocabularies import Band


def test_random_pair_scores_a_tenth_and_the_best_of_a_hundred_more_than_half() -> None:
    calibration = Calibration(median=0.2, top=0.4)
    # .1 * .1 / .2; the median; z = 1: .1 + .9 / 2; z = 4: .1 + .9 * 4 / 5
    assert calibration.scores(np.array([0.0, 0.1, 0.2, 0.4, 1.0])) == pytest.approx([0, 0.05, 0.1, 0.55, 0.82])


def test_random_pairs_give_their_median_and_their_best_of_a_hundred() -> None:
    calibration = Calibration.of(np.arange(101) / 200)
    assert (calibration.median, calibration.top) == pytest.approx((0.25, 0.495))


def test_pairs_that_are_all_alike_still_give_a_rising_map() -> None:
    assert Calibration.of(np.full(50, 0.3)) == Calibration(median=0.3, top=0.32)
    assert Calibration.of(np.zeros(50)).median > 0


def test_too_few_pairs_give_a_typical_map() -> None:
    assert Calibration.of(np.full(FEWEST_PAIRS - 1, 0.7)) == Calibration(median=0.14, top=0.26)


@given(
    st.lists(st.floats(0, 1), min_size=0, max_size=60),
    st.lists(st.integers(0, 10_000), min_size=2, max_size=30, unique=True),
)
def test_score_rises_with_what_is_fused_and_stays_below_one(pairs: list[float], fused: list[int]) -> None:
    scores = Calibration.of(np.array(pairs)).scores(np.array(sorted(fused)) / 10_000).tolist()
    assert all(before < after for before, after in pairwise(scores))
    assert scores[0] >= 0 and scores[-1] < 1


@given(st.floats(0, 1), st.floats(0, 1))
def test_band_never_falls_while_the_score_rises(first: float, second: float) -> None:
    order = [Band.LOW, Band.MEDIUM, Band.HIGH]
    low, high = sorted((first, second))
    assert order.index(band_of(low, SHIPPED_POLICY)) <= order.index(band_of(high, SHIPPED_POLICY))
