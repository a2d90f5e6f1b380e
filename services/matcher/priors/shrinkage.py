"""Shares of small counts drawn towards the share of a larger group: beta-binomial, empirical Bayes; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DEFAULT_STRENGTH = 10.0
"""Answers that a group's share weighs where too few groups tell how far they differ."""
WEAKEST, STRONGEST = 2.0, 200.0
_FEWEST_GROUPS = 8
"""More than one a parent, in all, before their spread is estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """So many times asked, and said yes; parts of one where a profile belongs to several groups."""

    asked: float = 0.0
    yes: float = 0.0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(asked=self.asked + other.asked, yes=self.yes + other.yes)

    def part(self, share: float) -> "Counted":
        """A part of it."""
        return Counted(asked=self.asked * share, yes=self.yes * share)


def shrunk(counted: Counted, mean: float, strength: float) -> float:
    """The posterior mean under Beta(strength * mean, strength * (1 - mean)): (yes + strength * mean) / (asked +
    strength). Nothing counted gives the mean; the more is counted, the less the mean weighs (Efron and Morris 1973).
    """
    return (counted.yes + strength * mean) / (counted.asked + strength)


def strength_of(families: Iterable[Sequence[Counted]]) -> float:
    """How many answers the parent's share weighs, from how far its groups differ beyond chance.

    Moments of the beta-binomial (Kleinman 1973, weights n_i): with the parent's share p of N answers in G groups,
    S = sum n_i (p_i - p)^2 is expected to be p q [(G - 1) + g (N - G - sum n_i^2 / N + 1)], where g = 1 / (strength +
    1) is the correlation of two answers in one group. Both sides are added up over the families and solved for g.
    """
    excess = room = 0.0
    groups = 0
    for family in families:
        told = [one for one in family if one.asked > 0]
        total = sum(told, Counted())
        share = total.yes / total.asked if told else 0.0
        if len(told) < 2 or not 0 < share < 1:
            continue
        spread = sum(one.asked * (one.yes / one.asked - share) ** 2 for one in told)
        excess += spread / (share * (1 - share)) - (len(told) - 1)
        room += total.asked - len(told) - sum(one.asked**2 for one in told) / total.asked + 1
        groups += len(told) - 1
    if groups < _FEWEST_GROUPS or room <= 0:
        return DEFAULT_STRENGTH
    correlation = excess / room
    return STRONGEST if correlation <= 1 / (STRONGEST + 1) else max(WEAKEST, 1 / correlation - 1)
