"""Whom a rule would take away: counterparts that may be proposed now, as columns; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.matcher.domain.attributes import AttributeTable, Mask
from services.matcher.domain.eligibility import condition_truths
from services.matcher.domain.truth import FAIL
from shared.contracts.rules import Condition


@dataclass(frozen=True, slots=True)
class Candidates:
    """Tables with the rows that are eligible now; each mask is (table.size,)."""

    parts: Sequence[tuple[AttributeTable, Mask]]

    @property
    def size(self) -> int:
        """How many there are."""
        return sum(int(np.count_nonzero(mask)) for _, mask in self.parts)

    def taken_away(self, condition: Condition) -> int:
        """How many of them the condition fails; what is unknown stays."""
        return sum(
            int(np.count_nonzero(mask & (condition_truths(table, condition) == FAIL))) for table, mask in self.parts
        )
