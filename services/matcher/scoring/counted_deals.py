"""Deals of a record that count for the other side, as depth of experience and as preference; pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.matcher.scoring.directed import FloatVector, Measured

PSEUDO_DEALS = np.float32(5)
"""Deals of an average record that are mixed into every share: a short record says little."""
FAR_FROM_USUAL = np.float32(100)
"""A share so many times the usual one makes a preference of 1, one as many times smaller a preference of 0."""
DEEP = np.float32(300)
"""So many deals that count make a depth of 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Deals that count for the other side, all deals, and the share that an average record has; NaN where unknown."""

    like: FloatVector
    total: FloatVector
    usual: FloatVector | np.float32

    def depth(self) -> Measured:
        """ln(1 + like) / ln(1 + 300), at most 1; raw is the number of deals."""
        value = np.minimum(np.log1p(self.like) / np.log1p(DEEP), np.float32(1))
        return Measured(raw=self.like, value=value)

    def preference(self) -> Measured:
        """1/2 + ln r / (2 ln 100), where r is the smoothed share over the usual one: one half where one does as all do.

        r = ((like + a u) / (total + a)) / u with u the usual share and a = 5; raw is r. On this scale shares of
        independent facts add up as their odds multiply (naive Bayes).
        """
        usual = np.clip(self.usual, np.float32(1e-3), np.float32(1))
        lift = (self.like + PSEUDO_DEALS * usual) / (self.total + PSEUDO_DEALS) / usual
        value = np.float32(0.5) + np.log(np.maximum(lift, 1 / FAR_FROM_USUAL)) / (2 * np.log(FAR_FROM_USUAL))
        return Measured(raw=lift, value=np.minimum(value, np.float32(1)).astype(np.float32))


def counted(like: FloatVector, total: FloatVector, usual: np.float32, known: object) -> Counted:
    """NaN where the holder counts no deals of the sort, or the other side's fact is unknown."""
    is_known = (total > 0) & bool(known)
    nan = np.float32(np.nan)
    return Counted(
        like=np.where(is_known, like, nan).astype(np.float32), total=np.asarray(total, dtype=np.float32), usual=usual
    )


def counted_of(like: FloatVector, total: np.float32, usual: FloatVector, known: npt.NDArray[np.bool_]) -> Counted:
    is_known = known & (total > 0)
    nan = np.float32(np.nan)
    return Counted(
        like=np.where(is_known, like, nan).astype(np.float32),
        total=np.full(len(known), total, dtype=np.float32),
        usual=np.asarray(usual, dtype=np.float32),
    )


def uncounted(size: int) -> Counted:
    nothing = np.full(size, np.nan, dtype=np.float32)
    return Counted(like=nothing, total=nothing, usual=nothing)
