"""Slices by hand: counts, means, what is too small, and which is the worst."""

import numpy as np
import pytest

from services.matcher.evaluation.slices import MINIMUM_QUERIES, Facets, slices_of, worst_slice

QUERIES = [f"q{number:03}" for number in range(100)]


def halves(first: int = 50) -> Facets:
    """The first queries are of one language, the others of another."""
    return {"language": {query: ("zh",) if row < first else ("en",) for row, query in enumerate(QUERIES)}}


def test_slice_has_its_own_count_mean_and_difference() -> None:
    values = np.array([0.2] * 40 + [0.7] * 60)
    english, chinese = slices_of(values, QUERIES, halves(40))
    assert (chinese.facet, chinese.label, chinese.queries) == ("language", "zh", 40)
    assert chinese.mean == pytest.approx(0.2)
    assert chinese.interval is not None and chinese.difference is not None and english.difference is not None
    assert (chinese.interval.low, chinese.interval.high) == pytest.approx((0.2, 0.2))
    # The whole is 0.2 * 0.4 + 0.7 * 0.6 = 0.5; it moves with how many of each a resample draws.
    assert chinese.difference.mean == pytest.approx(-0.3)
    assert chinese.difference.low < -0.3 < chinese.difference.high < 0
    assert english.difference.mean == pytest.approx(0.2)


def test_small_slice_has_a_mean_and_no_claim() -> None:
    values = np.array([0.0] * (MINIMUM_QUERIES - 1) + [1.0] * (101 - MINIMUM_QUERIES))
    slices = slices_of(values, QUERIES, halves(MINIMUM_QUERIES - 1))
    chinese = slices[1]
    assert (chinese.mean, chinese.interval, chinese.difference) == (0.0, None, None)
    worst = worst_slice(slices)
    assert worst is not None and worst.label == "en"


def test_slice_of_the_least_size_is_claimed() -> None:
    slices = slices_of(np.arange(100) / 100, QUERIES, halves(MINIMUM_QUERIES))
    worst = worst_slice(slices)
    assert worst is not None
    assert (worst.label, worst.queries) == ("zh", MINIMUM_QUERIES)


def test_whole_is_no_slice_to_be_the_worst() -> None:
    [everything] = slices_of(np.zeros(100), QUERIES, {"kind": dict.fromkeys(QUERIES, ("project",))})
    assert everything.is_whole
    assert everything.difference is not None and everything.difference.mean == 0.0
    assert worst_slice([everything]) is None


def test_query_with_several_labels_counts_in_each_and_one_without_in_none() -> None:
    facets = {"sector": {"q000": ("energy", "health"), "q001": ("energy",)}}
    slices = slices_of(np.array([0.5, 0.25, *[0.0] * 98]), QUERIES, facets)
    assert [(one.label, one.queries, one.mean) for one in slices] == [("energy", 2, 0.375), ("health", 1, 0.5)]


def test_ties_for_the_worst_are_broken_by_facet_and_label() -> None:
    labels = {query: ("b",) if row < 50 else ("a",) for row, query in enumerate(QUERIES)}
    slices = slices_of(np.ones(100), QUERIES, {"stage": labels, "region": labels})
    worst = worst_slice(slices)
    assert worst is not None
    assert (worst.facet, worst.label) == ("region", "a")


def test_equal_seed_gives_equal_slices() -> None:
    values = np.random.default_rng(1).random(100)
    assert slices_of(values, QUERIES, halves(), seed=3) == slices_of(values, QUERIES, halves(), seed=3)


def test_intervals_hold_the_true_difference_about_95_times_in_100() -> None:
    generator = np.random.default_rng(6)
    held = 0
    for _ in range(100):
        values = np.concatenate([generator.random(50), generator.random(50) + 0.2])
        chinese = slices_of(values, QUERIES, halves(), resamples=400)[1]
        assert chinese.difference is not None
        held += chinese.difference.low <= -0.1 <= chinese.difference.high
    assert held >= 88


def test_without_facets_there_are_no_slices() -> None:
    assert slices_of(np.ones(100), QUERIES, {}) == ()
