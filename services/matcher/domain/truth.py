"""Three-valued truth (Kleene 1952): fail, unknown, pass as 0, 1, 2, so that and is min, or is max, not is 2 - x."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.contracts.explanations import Truth

FAIL, UNKNOWN, PASS = 0, 1, 2
Truths = npt.NDArray[np.int8]
Counts = npt.NDArray[np.int16]
_WORDS = (Truth.FAIL, Truth.UNKNOWN, Truth.PASS)


def truth_word(value: int) -> Truth:
    """The wire's word for 0, 1 or 2."""
    return _WORDS[value]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCounts:
    """How many of the rules that apply each row fails, and of how many it is unknown whether it does; both (n,)."""

    failed: Counts
    unknown: Counts
