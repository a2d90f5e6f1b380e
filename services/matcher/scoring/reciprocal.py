"""Fuses the two directed scores of a match into one."""

import numpy as np
import numpy.typing as npt

from shared.contracts.vocabularies import Fusion

Scores = npt.NDArray[np.float64]
"""Calibrated to [0, 1]."""


def fuse(forward: Scores, backward: Scores, fusion: Fusion, forward_weight: float = 0.5) -> Scores:
    """One score for both sides, of the shape of `forward` and `backward`, in [0, 1].

    With w the weight of `forward`: harmonic is the weighted harmonic mean 1 / (w/f + (1-w)/b), the usual choice for
    reciprocal recommendation (Pizzato et al. 2010, RECON); product is the weighted geometric mean f^w * b^(1-w), so
    that it stays on the scale of the two; both are 0 where either score is, whatever the weight. Minimum takes no
    notice of the weight; weighted is the arithmetic mean, the only one in which one side can outvote the other.

    Swapping the scores and taking 1 - w gives the same bits. The result lies between the lower and the higher score
    and never falls when one of them rises. Raises ValueError for unequal shapes, a weight or a score outside [0, 1].
    """
    _check(forward, backward, forward_weight)
    lower, higher = np.minimum(forward, backward), np.maximum(forward, backward)
    if fusion is Fusion.MINIMUM:
        return lower
    fused = _mean(forward, backward, fusion, *_weights(forward_weight))
    # Rounding may step over the bounds by the last bit.
    return np.clip(fused, lower, higher)


def _mean(forward: Scores, backward: Scores, fusion: Fusion, weight: float, counterweight: float) -> Scores:
    if fusion is Fusion.WEIGHTED:
        return weight * forward + counterweight * backward
    if fusion is Fusion.PRODUCT:
        mean = np.power(forward, weight) * np.power(backward, counterweight)
    else:
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            mean = 1 / (weight / forward + counterweight / backward)
    return np.where((forward > 0) & (backward > 0), mean, 0.0)


def _weights(forward_weight: float) -> tuple[float, float]:
    """Both weights, from the larger one: 1 - x is exact for x in [0.5, 1], so swapping gives the same two numbers."""
    if forward_weight >= 0.5:
        return forward_weight, 1 - forward_weight
    return 1 - (1 - forward_weight), 1 - forward_weight


def _check(forward: Scores, backward: Scores, forward_weight: float) -> None:
    if forward.shape != backward.shape:
        raise ValueError(f"directed scores of different shapes: {forward.shape} and {backward.shape}")
    if not 0 <= forward_weight <= 1:
        raise ValueError(f"a weight of {forward_weight} is outside [0, 1]")
    for scores in (forward, backward):
        if scores.size and not (scores.min() >= 0 and scores.max() <= 1):
            raise ValueError("a directed score is outside [0, 1]")
