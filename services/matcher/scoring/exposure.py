"""Shares the attention that lists give among those who are listed: who is shown a lot already gives way."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]
Attention = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

NOBODY = -1
"""Stands in a place that is left empty."""
DEFAULT_FAIRNESS = 0.2
"""Where the simulator of `liaison bench two-sided` keeps the matches and loses most of the envy."""
_SWEEPS = 4
_FLOOR = 0.01
_LEAST_GAIN = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A list for every viewer."""

    places: Places
    """(viewers, places): index of whoever is shown, best first, each at most once a list; NOBODY where none is left."""
    welfare: tuple[float, ...]
    """Of the plain lists, then after each sweep; it never falls."""


def attention_by_rank(places: int) -> Attention:
    """Chance that a viewer looks at rank k: 1 / log2(k + 1), the discount of DCG (Järvelin and Kekäläinen 2002)."""
    return 1 / np.log2(np.arange(2, places + 2))


def plain_lists(scores: Scores, places: int) -> Places:
    """Each viewer's best by score (viewers, listed), ties by index; those who score 0 are not shown."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :places]
    lists: Places = np.where(np.take_along_axis(scores, order, axis=1) > 0, order, NOBODY)
    return lists


def exposure_of(lists: Places, listed: int, attention: Attention) -> Scores:
    """(viewers, listed): the attention that each viewer gives to everyone."""
    exposure: Scores = np.zeros((len(lists), listed + 1))
    np.put_along_axis(exposure, lists, np.broadcast_to(attention[: lists.shape[1]], lists.shape), axis=1)
    return exposure[:, :listed]  # NOBODY, -1, was the last column


def allocate_exposure(scores: Scores, attention: Attention, fairness: float = DEFAULT_FAIRNESS) -> Allocation:
    """Lists for all viewers at once, such that the chances they give are well spread over those who are listed.

    `scores` is (viewers, listed), fused, in [0, 1], 0 for who must not be shown; `attention` is (places,), falling.
    With U_j = sum over viewers of score * attention, what being listed is worth to j, the lists seek the greatest
    sum of U_j^(1-fairness) / (1-fairness): 0 is the plain order by score; 1 is the sum of log U_j, Nash's welfare,
    whose maximum over divisible exposure leaves no envy but for the limit of one place a list (Tomita and Yokoyama
    2024, Fair Reciprocal Recommendation in Matching Markets; the exponent between is alpha-fairness, Mo and Walrand
    2000). In between, few matches pay for most of the envy.

    Viewers choose in turn, in order of their index: each takes the best by score / U_j^fairness, U_j being what the
    other lists give, and keeps its list where that is no gain for the sum. So the sum never falls, and the result is a
    list that nobody improves in this way, or what four rounds reached. Deterministic; O(viewers * listed) memory and
    a sort of `listed` per viewer and round. Raises ValueError for a fairness outside [0, 1].
    """
    if not 0 <= fairness <= 1:
        raise ValueError(f"a fairness of {fairness} is outside [0, 1]")
    lists = plain_lists(scores, len(attention))
    market = _Market(scores, lists, attention, fairness)
    welfare = [market.welfare()]
    for _ in range(_SWEEPS if fairness > 0 and scores.size else 0):
        changes = [market.choose_again(viewer) for viewer in range(len(scores))]
        welfare.append(market.welfare())
        if not any(changes):
            break
    return Allocation(places=market.lists, welfare=tuple(welfare))


class _Market:
    """The lists of all viewers and what they are worth to those who are listed."""

    def __init__(self, scores: Scores, lists: Places, attention: Attention, fairness: float) -> None:
        self.lists = lists
        self._scores = scores
        self._attention = attention
        self._fairness = fairness
        self._worth = (scores * exposure_of(lists, scores.shape[1], attention)).sum(axis=0)  # (listed,)
        # Keeps the value of a first place finite for those who are not shown at all.
        self._floor = _FLOOR * float(self._worth.mean()) if self._worth.any() else 1.0

    def welfare(self) -> float:
        return float(self._values(self._worth).sum())

    def choose_again(self, viewer: int) -> bool:
        """Whether the viewer's list gave way to a better one."""
        old = self.lists[viewer]
        others = self._worth - self._given(viewer, old)
        new = self._best_list(viewer, others)
        worth = others + self._given(viewer, new)
        touched = np.union1d(old[old != NOBODY], new[new != NOBODY])
        gain = float((self._values(worth[touched]) - self._values(self._worth[touched])).sum())
        if gain <= _LEAST_GAIN:
            return False
        self.lists[viewer], self._worth = new, worth
        return True

    def _best_list(self, viewer: int, others: Scores) -> Places:
        """By the slope of the welfare where the viewer gives everyone a middling place."""
        scores = self._scores[viewer]
        slopes = scores / (others + self._floor + scores * self._attention.mean()) ** self._fairness
        best: Places = plain_lists(slopes[None, :], len(self._attention))[0]
        return best

    def _given(self, viewer: int, places: Places) -> Scores:
        given: Scores = self._scores[viewer] * exposure_of(places[None, :], len(self._worth), self._attention)[0]
        return given

    def _values(self, worth: Scores) -> Scores:
        amounts = np.maximum(worth, 0) + self._floor  # taking a list off again may leave a hair less than 0
        values: Scores = (
            np.log(amounts) if self._fairness == 1 else amounts ** (1 - self._fairness) / (1 - self._fairness)
        )
        return values
