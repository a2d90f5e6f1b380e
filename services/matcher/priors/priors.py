"""Both priors of one moment, named by their content; pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from services.matcher.domain.facts import ProfileFacts
from services.matcher.priors.cells import Cell, cells_of
from services.matcher.priors.expected import NOTHING_EXPECTED, Expected, expected
from services.matcher.priors.shrinkage import Counted
from shared.contracts.vocabularies import Signal

PRIOR_SIGNALS = frozenset({Signal.ACCEPTANCE, Signal.RESPONSIVENESS})
"""What priors speak of: measured on what a profile did on the platform, so a request without profiling asks for none of
the reader's own."""
FloatVector = npt.NDArray[np.float32]
_NAME_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorValues:
    """What is expected of one profile, as shares; NaN where nothing is known."""

    acceptance: float
    responsiveness: float


NO_VALUES = PriorValues(acceptance=float("nan"), responsiveness=float("nan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorColumns:
    """The same of many, one row a document; both (size,)."""

    acceptance: FloatVector = field(repr=False)
    responsiveness: FloatVector = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """Immutable; answers name `version`, and equal versions say the same of equal profiles."""

    version: str | None
    """None where nobody was ever asked: then records alone speak."""
    acceptance: Expected = field(repr=False)
    responsiveness: Expected = field(repr=False)

    def of(self, profile_id: str | None, facts: ProfileFacts) -> PriorValues:
        """Of one profile; a rate that its record declares stands before that of its like."""
        cells = cells_of(facts)
        declared = facts.record.response_rate if facts.record else None
        return PriorValues(
            acceptance=self.acceptance.of(profile_id, cells),
            responsiveness=self.responsiveness.of(profile_id, cells, declared),
        )

    @property
    def asked(self) -> frozenset[str]:
        """Ids of the profiles that have a record of their own."""
        return frozenset(self.acceptance.own) | frozenset(self.responsiveness.own)


NO_PRIORS = Priors(version=None, acceptance=NOTHING_EXPECTED, responsiveness=NOTHING_EXPECTED)


def make_priors(
    acceptances: Mapping[str, Counted], responses: Mapping[str, Counted], cells: Mapping[str, Sequence[Cell]]
) -> Priors:
    """Priors from what was counted of each profile; `cells` has those of whoever takes part still."""
    if not acceptances and not responses:
        return NO_PRIORS
    return Priors(
        version=f"p{_digest(acceptances, responses, cells)[:_NAME_LENGTH]}",
        acceptance=expected(acceptances, cells),
        responsiveness=expected(responses, cells),
    )


def _digest(
    acceptances: Mapping[str, Counted], responses: Mapping[str, Counted], cells: Mapping[str, Sequence[Cell]]
) -> str:
    """Of everything that the shares are made of, as canonical JSON."""
    counted = [
        [[profile_id, one.asked, one.yes] for profile_id, one in sorted(of.items())] for of in (acceptances, responses)
    ]
    known = [[profile_id, list(of)] for profile_id, of in sorted(cells.items())]
    return sha256(json.dumps([*counted, known], separators=(",", ":")).encode()).hexdigest()
