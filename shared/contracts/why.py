"""Why a pair is, or is not, among the matches: the answer on the wire."""

from enum import StrEnum

from shared.contracts.base import Identifier, WireModel
from shared.contracts.explanations import BilingualText, RuleAnswer
from shared.contracts.matches import Match, Provenance


class DropStage(StrEnum):
    """The stage at which a counterpart left, in the order of the pipeline."""

    SAME_PROFILE = "same_profile"
    HIDDEN = "hidden"
    INTRODUCED = "introduced"
    """The two are being introduced, have met, or one has declined."""
    NOT_OPEN = "not_open"
    FILTERS = "filters"
    RULES = "rules"
    FLOOR = "floor"
    LIMIT = "limit"
    RETURNED = "returned"


class Remedy(WireModel):
    """One thing that would change the answer."""

    code: str
    text: BilingualText


class WhyAnswer(WireModel):
    """Where a pair stands, with everything that decided it."""

    subject_id: Identifier
    target_id: Identifier
    stage: DropStage
    stage_text: BilingualText
    rank: int | None = None
    """Among all eligible, by score; None where the target is not eligible."""
    eligible: int
    score: float
    """As it scores, or would score if no rule refused it."""
    threshold: float | None = None
    """The score that would do: of the last place, or the floor."""
    match: Match
    """The pair as a match: directed scores, contributions, explanation; `rank` is 0 where it has none."""
    rules: tuple[RuleAnswer, ...]
    """Every rule of either side that applies, and what it said."""
    remedies: tuple[Remedy, ...]
    """What would change the answer."""
    provenance: Provenance
