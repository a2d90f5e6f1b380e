"""How a learned model orders the targets of one kind that the readable weights bring forward; pure."""

from dataclasses import dataclass

from services.matcher.scoring.calibration import Calibration
from services.matcher.scoring.directed import Signals
from services.matcher.scoring.learned import LearnedModel, bounded
from services.matcher.scoring.policy import Scores
from shared.contracts.profiles import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescoring:
    """A learned model beside random pairs of its kinds."""

    model: LearnedModel
    calibration: Calibration
    asking: Kind

    def fused(self, forward: Signals, backward: Signals, size: int) -> Scores:
        """One score for both sides, in (0, 1), (size,): the model sees the signals of both directions at once."""
        return bounded(self.model.margins(self.asking, forward, backward, size))
