"""When an introduction first reached each state that the feed told of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.contracts.introductions import IntroductionState


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroductionSteps:
    """One introduction's way."""

    introduction_id: str
    subject_id: str
    target_id: str
    run_id: str | None
    """The answer that began it."""
    rank: int | None
    """Where the target stood in that answer."""
    is_told: bool
    """The target has heard of it."""
    reached: Mapping[IntroductionState, datetime]
