"""How evenly lists treat those who are listed."""

import numpy as np
import numpy.typing as npt

from services.cli.bench.market import Matrix
from services.cli.bench.market_round import Exposures

_LEAST_ENVY = 1e-9


def envious_share(values: Matrix, exposures: Exposures) -> float:
    """Share of the ordered pairs of one side in which the first envies the second, over both sides.

    i envies j if i would get more from the places that j has in everybody's list than from its own: if the sum over
    viewers v of value(v, i) * exposure(v, j) exceeds that of value(v, i) * exposure(v, i) (Tomita and Yokoyama 2024;
    envy over what the others are given as in Do et al. 2022). `values` is (side a, side b): what it is worth to be
    looked at, such as the chance that both say yes.
    """
    of_b = _envious_pairs(values, exposures.of_b)
    of_a = _envious_pairs(values.T, exposures.of_a.T)
    side_a, side_b = values.shape
    pairs: int = side_a * (side_a - 1) + side_b * (side_b - 1)
    return (of_a + of_b) / max(1, pairs)


def amounts_of(exposures: Exposures) -> npt.NDArray[np.float64]:
    """The attention that each member gets in all, side a before side b."""
    return np.concatenate([exposures.of_a.sum(axis=1), exposures.of_b.sum(axis=0)])


def _envious_pairs(values: Matrix, exposure: Matrix) -> int:
    """`values` and `exposure` are (viewers, listed)."""
    in_the_place_of = values.T @ exposure
    own = in_the_place_of.diagonal()
    return int(np.count_nonzero(in_the_place_of > own[:, None] + _LEAST_ENVY))
