"""Clicks over expected clicks: by hand, and in a simulation with a known position bias."""

import random

import pytest

from services.matcher.judgments.clicks import (
    SMOOTHING_IMPRESSIONS,
    ClickedPair,
    Thresholds,
    click_grades,
    clicked_pairs,
    position_rates,
)
from services.matcher.judgments.impressions import Impression

LOOKED_AT = (1.0, 0.6, 0.36, 0.22, 0.13)
"""How likely somebody looks at a rank."""
LIKED = {"best": 0.5, "good": 0.42, "fair": 0.34, "weak": 0.26, "poor": 0.1}
"""How likely somebody who looks at it clicks."""
USUAL_ORDER = ("poor", "weak", "fair", "good", "best")
"""The worse, the higher: the position bias works against the truth."""


def impression(target: str, rank: int, is_clicked: bool, subject: str = "s") -> Impression:
    return Impression(subject_id=subject, target_id=target, rank=rank, is_clicked=is_clicked)


def simulated(lists: int, *, seed: int) -> list[Impression]:
    """Lists in the usual order, one in five shuffled; clicked by rank and liking, independently."""
    draw = random.Random(seed)
    seen = []
    for _ in range(lists):
        order = list(USUAL_ORDER)
        if draw.random() < 0.2:
            draw.shuffle(order)
        seen += [
            impression(target, rank, draw.random() < LOOKED_AT[rank - 1] * LIKED[target])
            for rank, target in enumerate(order, start=1)
        ]
        # The same places on other people's lists, where what stands there says nothing.
        seen += [
            impression(f"other-{draw.randrange(40)}", rank, draw.random() < LOOKED_AT[rank - 1] * 0.3, "elsewhere")
            for rank in range(1, 6)
            for _ in range(3)
        ]
    return seen


@pytest.mark.parametrize("seed", range(5))
def test_raw_clicks_order_wrongly_and_clicks_over_expected_clicks_rightly(seed: int) -> None:
    seen = simulated(8_000, seed=seed)
    pairs = {pair.target_id: pair for pair in clicked_pairs(seen, position_rates(seen)) if pair.subject_id == "s"}
    by_clicks = sorted(LIKED, key=lambda target: -pairs[target].clicks)
    by_coec = sorted(LIKED, key=lambda target: -pairs[target].coec)
    assert by_clicks[:3] == ["weak", "fair", "good"]
    assert by_coec == ["best", "good", "fair", "weak", "poor"]
    graded = {one.target_id: one.grade for one in click_grades(pairs.values(), Thresholds()).judgments}
    assert (graded["best"], graded["poor"]) == (1, 0)


@pytest.mark.parametrize("seed", range(3))
def test_position_rates_are_the_known_bias_where_chance_decides_who_stands_where(seed: int) -> None:
    seen = [one for one in simulated(8_000, seed=seed) if one.subject_id == "elsewhere"]
    rates = [one.rate for one in position_rates(seen)]
    assert [rate / rates[0] for rate in rates] == pytest.approx(LOOKED_AT, rel=0.05)


def test_rates_are_smoothed_towards_the_rank_above() -> None:
    # Rank 1: 3 of 4 clicked, rank 3: 0 of 1; the whole log: 3 of 5.
    seen = [impression("a", 1, number < 3) for number in range(4)] + [impression("b", 3, False)]
    first, third = position_rates(seen)
    k = SMOOTHING_IMPRESSIONS
    assert (first.rank, first.impressions, first.clicks) == (1, 4, 3)
    assert first.rate == (3 + k * 0.6) / (4 + k)
    assert (third.rank, third.rate) == (3, k * first.rate / (1 + k))
    assert position_rates([]) == ()


def test_expected_clicks_are_the_rates_of_the_places() -> None:
    seen = [impression("a", 1, True), impression("a", 2, False), impression("b", 2, True)]
    rates = position_rates(seen)
    a, b = clicked_pairs(seen, rates)
    assert (a.impressions, a.clicks, a.expected) == (2, 1, rates[0].rate + rates[1].rate)
    assert a.coec == 1 / (rates[0].rate + rates[1].rate)
    assert b.coec == 1 / rates[1].rate


def pair(clicks: int, expected: float, impressions: int = 100) -> ClickedPair:
    return ClickedPair(subject_id="s", target_id="t", impressions=impressions, clicks=clicks, expected=expected)


@pytest.mark.parametrize(
    ("clicked", "grade"),
    [
        (pair(0, 10), 0),
        (pair(4, 10), 0),
        (pair(5, 10), None),  # .5 is not below .5
        (pair(10, 10), None),
        (pair(13, 10), 1),
        (pair(20, 10), 2),
        (pair(99, 10), 2),  # clicks never give 3
    ],
)
def test_thresholds_decide(clicked: ClickedPair, grade: int | None) -> None:
    graded = click_grades([clicked], Thresholds())
    assert [one.grade for one in graded.judgments] == ([] if grade is None else [grade])
    assert graded.undecided == (grade is None)


@pytest.mark.parametrize("clicked", [pair(9, 3, impressions=9), pair(1, 0.2), pair(0, 1.9)])
def test_too_little_evidence_is_no_judgment(clicked: ClickedPair) -> None:
    graded = click_grades([clicked], Thresholds())
    assert (graded.judgments, graded.too_few) == ((), 1)


def test_note_holds_the_figures() -> None:
    [judgment] = click_grades([pair(20, 10)], Thresholds()).judgments
    assert judgment.note == "COEC 2.00: 20 clicks, 10.00 expected in 100 impressions"
