"""When to stop a comparison: a test that may be looked at after every list; pure."""

import math
from dataclasses import dataclass
from enum import StrEnum

from scipy.special import betaln

_PRIOR = 5.0
"""Of a Beta(5, 5): most differences between two policies are small."""
_LARGEST = 700.0
"""The exponential of more is infinite in double precision."""


class Decision(StrEnum):
    """What a comparison has come to."""

    FIRST = "first"
    """The first policy is better: stop."""
    SECOND = "second"
    """The second policy is better: stop."""
    NO_DIFFERENCE = "no_difference"
    """As many lists as were planned, and no difference shown: stop, and keep what is cheaper to keep."""
    UNDECIDED = "undecided"
    """Go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingRule:
    """How sure one must be, and how long one is ready to wait."""

    alpha: float = 0.05
    """Chance, over the whole comparison, that two equal policies are called different."""
    max_decided: int = 2_000
    """Lists with a verdict other than a tie after which the comparison ends in any case."""

    def decide(self, first_wins: int, second_wins: int) -> Decision:
        """From the lists that spoke for either policy; ties say nothing and are left out."""
        if evidence(first_wins, second_wins) >= 1 / self.alpha:
            return Decision.FIRST if first_wins > second_wins else Decision.SECOND
        return Decision.NO_DIFFERENCE if first_wins + second_wins >= self.max_decided else Decision.UNDECIDED


def evidence(first_wins: int, second_wins: int) -> float:
    """How many times likelier the wins are under some difference than under none.

    With n = w + l decided lists, the Bayes factor of p ~ Beta(a, a) against p = 1/2: B(a + w, a + l) / B(a, a) * 2^n
    (Robbins 1970; Johari, Koomen, Pekelis and Walsh 2017, "Peeking at A/B tests"). Where the policies are equal it is a
    martingale that starts at 1, so by Ville's inequality it ever reaches 1 / alpha with a chance of alpha at most,
    however often one looks. 1 without a list.
    """
    if first_wins < 0 or second_wins < 0:
        raise ValueError(f"wins below nought: {first_wins} and {second_wins}")
    logarithm = betaln(_PRIOR + first_wins, _PRIOR + second_wins) - betaln(_PRIOR, _PRIOR)
    logarithm += (first_wins + second_wins) * math.log(2)
    return math.exp(min(logarithm, _LARGEST))


def preference(first_wins: int, second_wins: int) -> float:
    """Share of the decided lists that spoke for the first policy; a half where there are none."""
    decided = first_wins + second_wins
    return first_wins / decided if decided else 0.5
