"""Whether a difference of two rankings is more than chance: the paired randomisation test, and many tests at once."""

from collections.abc import Sequence

import numpy as np

from services.matcher.evaluation.intervals import FloatMatrix

PERMUTATIONS = 10_000
_PERMUTATIONS_AT_ONCE = 1_000
_ROUNDING = 1e-12
"""Sums of the same values in another order differ by so much: they count as equal."""


def randomisation_test(differences: FloatMatrix, *, seed: int = 0, permutations: int = PERMUTATIONS) -> list[float]:
    """Two-sided p-value of each column's mean being 0; `differences` is (queries, columns), paired by query.

    Were both rankings equally good, each query's difference could as well have the other sign: signs are flipped at
    random, and p is how often the mean is then as far from 0 as it really is (Smucker, Allan and Carterette 2007,
    CIKM). With (hits + 1) / (permutations + 1), so that p is never 0 (Phipson and Smyth 2010). Equal input and seed
    give equal values.
    """
    queries = len(differences)
    if queries == 0:
        raise ValueError("no queries to compare")
    observed = np.abs(differences.sum(axis=0)) - _ROUNDING
    generator = np.random.default_rng(seed)
    hits = np.zeros(differences.shape[1])
    for start in range(0, permutations, _PERMUTATIONS_AT_ONCE):
        size = min(_PERMUTATIONS_AT_ONCE, permutations - start)
        signs = 2.0 * generator.integers(0, 2, size=(size, queries)) - 1.0
        hits += (np.abs(signs @ differences) >= observed).sum(axis=0)
    return [float(p) for p in (hits + 1) / (permutations + 1)]


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for having made all these tests, in the given order (Holm 1979).

    The i-th smallest of m is multiplied by m - i + 1, never falls below a smaller one's, and ends at 1.
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for row, place in enumerate(sorted(range(len(p_values)), key=lambda place: p_values[place])):
        largest = max(largest, min(1.0, (len(p_values) - row) * p_values[place]))
        adjusted[place] = largest
    return adjusted
