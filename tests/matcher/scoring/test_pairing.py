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
        bound = pairing.bounds(told, others, masks, 1)
        assert bound.can_reach(score, bound.mean()).tolist() == [True]
    assert 0 <= score < 1


def test_pair_that_falls_short_is_told_so() -> None:
    pairing, masks = make_pairing(Kind.SCENARIO, Kind.PROJECT, Fusion.MINIMUM), {Reading.READ: np.ones(2, dtype=bool)}
    nothing, everything = (np.array([side], dtype=np.float32) for side in (0, 1))
    texts = {signal: np.concatenate([nothing, everything]) for signal in TEXTS}
    others = {signal: 0.0 for signal in Signal if signal not in TEXTS}
    told, known = TextValues(forward=texts, backward=texts), Upper(forward=others, backward=others)
    bounds = pairing.bounds(told, known, masks, 2)
    assert bounds.can_reach(0.5, bounds.mean()).tolist() == [False, True]


def test_cost_brings_no_side_below_nought() -> None:
    pairing = make_pairing(Kind.PROJECT, Kind.INVESTOR, Fusion.MINIMUM)
    assert pairing.fused(np.array([-0.06]), np.array([0.5])) == pytest.approx([0.0])
