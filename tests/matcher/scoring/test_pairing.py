"""Pairings: the pool's bound rules out no pair that reaches a score, and costs bring nothing below nought."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.scoring.bounds import Upper
from services.matcher.scoring.calibration import Calibration
from services.matcher.scoring.directed import Measured, directed_scores
from services.matcher.scoring.pairing import Pairing, TextValues
from services.matcher.scoring.policy import Reading
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Fusion, Signal

TEXTS = (Signal.MEANING, Signal.WORDS, Signal.FOCUS)
values = st.fixed_dictionaries({signal: st.floats(0, 1, width=32) for signal in Signal})


def make_pairing(needs: Kind, offers: Kind, fusion: Fusion) -> Pairing:
    return Pairing(
        forward=SHIPPED_POLICY.needs_of(needs, offers),
        backward=SHIPPED_POLICY.needs_of(offers, needs),
        fusion=fusion,
        forward_weight=0.5,
        calibration=Calibration(median=0.1, top=0.3),
    )


def measured(value: float) -> Measured:
    array = np.array([value], dtype=np.float32)
    return Measured(raw=array, value=array)


@given(st.sampled_from(Kind), st.sampled_from(Kind), st.sampled_from(Fusion), st.sampled_from(Reading), values, values)
def test_pair_is_never_told_that_it_cannot_reach_its_own_score(
    needs: Kind,
    offers: Kind,
    fusion: Fusion,
    texts: Reading,
    forward: dict[Signal, float],
    backward: dict[Signal, float],
) -> None:
    pairing, masks = make_pairing(needs, offers, fusion), {texts: np.ones(1, dtype=bool)}
    sides = [{signal: measured(value) for signal, value in side.items()} for side in (forward, backward)]
    known = [{signal: side[signal].value for signal in TEXTS} for side in sides]
    bounds = [{signal: value for signal, value in side.items() if signal not in TEXTS} for side in (forward, backward)]
    fused = pairing.fused(
        directed_scores(sides[0], pairing.forward, masks, 1), directed_scores(sides[1], pairing.backward, masks, 1)
    )
    [score] = pairing.calibration.scores(fused)
    told = TextValues(forward=known[0], backward=known[1])
    for others in (Upper(forward={}, backward={}), Upper(forward=bounds[0], backward=bounds[1])):
        [promise] = pairing.promise(told, others, masks, 1)
        assert promise >= pairing.enough(score)
        assert fused >= pairing.enough(score)
    assert 0 <= score < 1


def test_pair_that_falls_short_is_told_so() -> None:
    pairing, masks = make_pairing(Kind.SCENARIO, Kind.PROJECT, Fusion.MINIMUM), {Reading.READ: np.ones(2, dtype=bool)}
    nothing, everything = (np.array([side], dtype=np.float32) for side in (0, 1))
    texts = {signal: np.concatenate([nothing, everything]) for signal in TEXTS}
    others = {signal: 0.0 for signal in Signal if signal not in TEXTS}
    told, known = TextValues(forward=texts, backward=texts), Upper(forward=others, backward=others)
    promise = pairing.promise(told, known, masks, 2)
    assert (promise >= pairing.enough(0.5)).tolist() == [False, True]


def test_each_language_is_weighed_as_the_model_reads_it() -> None:
    """As `directed_scores` weighs it: both sides alike, so the mean is either."""
    pairing = make_pairing(Kind.PROJECT, Kind.PROJECT, Fusion.WEIGHTED)
    texts = {
        signal: np.array([value] * 2, dtype=np.float32) for signal, value in zip(TEXTS, (0.9, 0.2, 0.4), strict=True)
    }
    masks = {Reading.READ: np.array([True, False]), Reading.ACROSS: np.array([False, True])}
    others = {signal: 0.0 for signal in Signal if signal not in TEXTS}
    told, known = TextValues(forward=texts, backward=texts), Upper(forward=others, backward=others)
    exact = directed_scores(
        {
            **{signal: measured(0.0) for signal in others},
            **{signal: Measured(raw=value, value=value) for signal, value in texts.items()},
        },
        pairing.forward,
        masks,
        2,
    )
    assert pairing.promise(told, known, masks, 2) == pytest.approx(exact, abs=1e-6)


def test_cost_brings_no_side_below_nought() -> None:
    pairing = make_pairing(Kind.PROJECT, Kind.INVESTOR, Fusion.MINIMUM)
    assert pairing.fused(np.array([-0.06]), np.array([0.5])) == pytest.approx([0.0])
