"""Directed scores by hand: weights, neutral values, transforms, readings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.scoring.directed import Measured, directed_parts, directed_scores
from services.matcher.scoring.policy import DirectedPolicy, Reading, Weight
from shared.contracts.vocabularies import Signal

POLICY = DirectedPolicy(
    signals={
        Signal.MEANING: Weight(weight=0.5),
        Signal.WORDS: Weight(weight=0.3, half=0.25),
        Signal.REGION: Weight(weight=0.2, neutral=0.4),
        Signal.UNKNOWN_RULES: Weight(weight=-0.06),
    }
)


def measured(*values: float) -> Measured:
    array = np.array(values, dtype=np.float32)
    return Measured(raw=array, value=array)


SIGNALS = {
    Signal.MEANING: measured(0.5, 1.0),
    Signal.WORDS: measured(0.25, 0.0),
    Signal.REGION: measured(np.nan, 1.0),
    Signal.UNKNOWN_RULES: measured(0.5, 0.0),
}
ALL = {Reading.READ: np.ones(2, dtype=bool)}


def test_signals_are_transformed_weighed_and_added() -> None:
    # .5 * .5 + .3 * (.25 * 1.25 / .5 = .625) + .2 * .4 (missing) - .06 * .5 = .4875; .5 + 0 + .2 - 0 = .7
    assert directed_scores(SIGNALS, POLICY, ALL, 2) == pytest.approx([0.4875, 0.7])


def test_meaning_that_is_not_read_leaves_four_fifths_of_its_weight_to_words() -> None:
    masks = {Reading.READ: np.array([True, False]), Reading.ACROSS: np.array([False, True])}
    # Second pair: meaning weighs .1 and words .7, so .1 * 1 + 0 + .2.
    assert directed_scores(SIGNALS, POLICY, masks, 2) == pytest.approx([0.4875, 0.3])


def test_signal_that_nobody_measured_is_missing_for_all() -> None:
    assert directed_scores({}, POLICY, ALL, 2) == pytest.approx([0.08, 0.08])
    told = directed_parts({}, POLICY, [Reading.READ], np.array([0]))
    assert [part.is_missing for one in told for part in one.parts] == [True] * 4


def test_part_of_a_missing_signal_shows_its_neutral_value() -> None:
    [told] = directed_parts(SIGNALS, POLICY, [Reading.READ], np.array([0]))
    region = told.parts[2]
    assert (region.raw, region.value, region.is_missing) == (None, 0.4, True)
    assert region.contribution == pytest.approx(0.08)


def test_parts_are_those_of_the_places_asked_for_in_their_order() -> None:
    places, readings = np.array([1, 0]), [Reading.ACROSS, Reading.READ]
    second, first = directed_parts(SIGNALS, POLICY, readings, places)
    assert (first.score, second.score) == pytest.approx((0.4875, 0.3))
    assert [part.weight for part in second.parts] == pytest.approx([0.1, 0.7, 0.2, -0.06])


@given(
    st.lists(st.one_of(st.just(float("nan")), st.floats(0, 1, width=32)), min_size=4, max_size=4),
    st.sampled_from(Reading),
)
def test_parts_add_up_to_the_score_to_the_last_bit(values: list[float], texts: Reading) -> None:
    signals = {signal: measured(value) for signal, value in zip(POLICY.signals, values, strict=True)}
    [score] = directed_scores(signals, POLICY, {texts: np.ones(1, dtype=bool)}, 1)
    [told] = directed_parts(signals, POLICY, [texts], np.array([0]))
    assert told.score == score
