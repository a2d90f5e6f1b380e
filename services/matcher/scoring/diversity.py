"""Maximal marginal relevance: a candidate much like a better one already placed gives way."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

FloatVector = npt.NDArray[np.float32]
FloatMatrix = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]


class MarginalRelevance:
    """What each candidate adds to those placed so far.

    lambda * score - (1 - lambda) * greatest cosine to a placed candidate, with lambda = 1 - diversity (Carbonell and
    Goldstein 1998). A negative cosine counts as 0: being unlike is no merit of its own, and a candidate without a
    vector, whose likeness is unknown, is then treated as one unlike all others.
    """

    def __init__(self, scores: Scores, unit_rows: FloatMatrix, diversity: float) -> None:
        self._unit_rows = unit_rows  # (candidates, dimension); a row of zeros where there is no vector
        self._weighted_scores = (1 - diversity) * scores
        self._diversity = diversity
        self._redundancy = np.zeros(len(scores))

    @classmethod
    def of(cls, scores: Sequence[float], vectors: Sequence[FloatVector | None], diversity: float) -> Self:
        """Vectors of any length but 0; all of one dimension."""
        return cls(np.array(scores, dtype=np.float64), _unit_rows(vectors), diversity)

    def values(self) -> Scores:
        """The marginal relevance of every candidate, placed ones included."""
        return self._weighted_scores - self._diversity * self._redundancy

    def place(self, index: int) -> None:
        """Counts the candidate among the placed ones."""
        cosines = self._unit_rows @ self._unit_rows[index]
        np.maximum(self._redundancy, cosines, out=self._redundancy)


def _unit_rows(vectors: Sequence[FloatVector | None]) -> FloatMatrix:
    dimension = next((len(vector) for vector in vectors if vector is not None), 0)
    rows = np.zeros((len(vectors), dimension), dtype=np.float32)
    for index, vector in enumerate(vectors):
        if vector is not None:
            rows[index] = vector
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units: FloatMatrix = np.divide(rows, lengths, out=rows, where=lengths > 0)
    return units
