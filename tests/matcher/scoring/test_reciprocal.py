"""Two directed scores become one that neither side can buy alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.scoring.reciprocal import Scores, fuse
from shared.contracts.vocabularies import Fusion

scores = st.floats(min_value=0, max_value=1)
weights = st.floats(min_value=0, max_value=1)
fusions = st.sampled_from(Fusion)
pairs = st.lists(st.tuples(scores, scores), max_size=20)


def columns(pairs: list[tuple[float, float]]) -> tuple[Scores, Scores]:
    both = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()


def fused(forward: float, backward: float, fusion: Fusion, forward_weight: float = 0.5) -> float:
    return float(fuse(np.array([forward]), np.array([backward]), fusion, forward_weight)[0])


def test_each_fusion_by_hand() -> None:
    assert fused(0.9, 0.1, Fusion.HARMONIC) == pytest.approx(0.18)  # 2 * 0.9 * 0.1 / (0.9 + 0.1)
    assert fused(0.9, 0.4, Fusion.PRODUCT) == pytest.approx(0.6)  # sqrt(0.36)
    assert fused(0.9, 0.1, Fusion.MINIMUM) == 0.1
    assert fused(0.9, 0.1, Fusion.WEIGHTED) == pytest.approx(0.5)  # (0.9 + 0.1) / 2


def test_weight_of_the_forward_side_by_hand() -> None:
    assert fused(0.6, 0.3, Fusion.HARMONIC, 0.8) == pytest.approx(0.5)  # 1 / (0.8 / 0.6 + 0.2 / 0.3) = 1 / 2
    assert fused(0.16, 0.81, Fusion.PRODUCT, 0.75) == pytest.approx(0.24)  # 0.4^1.5 * 0.9^0.5 = 0.4 * 0.6
    assert fused(0.6, 0.3, Fusion.WEIGHTED, 0.8) == pytest.approx(0.54)  # 0.48 + 0.06
    assert fused(0.6, 0.3, Fusion.MINIMUM, 0.8) == 0.3


@pytest.mark.parametrize("fusion", [Fusion.HARMONIC, Fusion.PRODUCT, Fusion.MINIMUM])
@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_a_side_without_interest_makes_no_match(fusion: Fusion, weight: float) -> None:
    assert fused(1, 0, fusion, weight) == 0
    assert fused(0, 1, fusion, weight) == 0
    assert fused(0, 0, fusion, weight) == 0


@given(pairs=pairs, fusion=fusions, weight=weights)
def test_swapping_sides_and_weights_gives_the_same_bits(
    pairs: list[tuple[float, float]], fusion: Fusion, weight: float
) -> None:
    forward, backward = columns(pairs)
    assert fuse(forward, backward, fusion, weight).tobytes() == fuse(backward, forward, fusion, 1 - weight).tobytes()


@given(pairs=pairs, fusion=fusions, weight=weights)
def test_fused_score_lies_between_the_two(pairs: list[tuple[float, float]], fusion: Fusion, weight: float) -> None:
    forward, backward = columns(pairs)
    result = fuse(forward, backward, fusion, weight)
    assert (result >= np.minimum(forward, backward)).all()
    assert (result <= np.maximum(forward, backward)).all()


@given(low=scores, high=scores, other=scores, fusion=fusions, weight=weights)
def test_a_higher_directed_score_never_lowers_the_fused_one(
    low: float, high: float, other: float, fusion: Fusion, weight: float
) -> None:
    low, high = sorted((low, high))
    # A power is rounded to within a unit or two of the last place, not to the nearest.
    allowed = 1e-15 if fusion is Fusion.PRODUCT else 0
    assert fused(high, other, fusion, weight) >= fused(low, other, fusion, weight) - allowed
    assert fused(other, high, fusion, weight) >= fused(other, low, fusion, weight) - allowed


@given(pairs=pairs, weight=weights)
def test_harmonic_is_never_above_geometric_nor_that_above_arithmetic(
    pairs: list[tuple[float, float]], weight: float
) -> None:
    forward, backward = columns(pairs)
    harmonic, product, weighted = (
        fuse(forward, backward, fusion, weight) for fusion in (Fusion.HARMONIC, Fusion.PRODUCT, Fusion.WEIGHTED)
    )
    assert (harmonic <= product + 1e-12).all()
    assert (product <= weighted + 1e-12).all()


def test_matrices_keep_their_shape() -> None:
    assert fuse(np.ones((3, 2)), np.zeros((3, 2)), Fusion.HARMONIC).shape == (3, 2)


def test_what_is_no_score_or_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="shapes"):
        fuse(np.zeros(2), np.zeros(3), Fusion.HARMONIC)
    with pytest.raises(ValueError, match="weight"):
        fuse(np.zeros(2), np.zeros(2), Fusion.HARMONIC, 1.5)
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="score is outside"):
            fuse(np.array([0.5]), np.array([wrong]), Fusion.HARMONIC)
