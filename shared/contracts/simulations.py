"""A draft policy beside the active one on the wire: what it would change for chosen subjects."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from shared.contracts.base import Identifier, WireModel
from shared.contracts.kinds import Kind
from shared.contracts.policies import PolicyDocument
from shared.contracts.vocabularies import Signal


class SimulationRequest(WireModel):
    """A draft beside the active policy, on chosen subjects."""

    revision: Identifier | None = None
    document: PolicyDocument | None = None
    """A policy that is not stored; give this or `revision`."""
    against: Identifier | None = None
    """The revision to compare with; the active one where it is not given."""
    subject_ids: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=50)]
    target_kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=5)]
    limit: Annotated[int, Field(ge=1, le=100)] = 10

    @model_validator(mode="after")
    def _one_policy(self) -> "SimulationRequest":
        if (self.revision is None) == (self.document is None):
            raise ValueError("give exactly one of revision and document")
        return self


class Change(StrEnum):
    """What a draft does to one counterpart of a list."""

    ENTERED = "entered"
    LEFT = "left"
    UP = "up"
    DOWN = "down"
    STAYED = "stayed"


class SignalShift(WireModel):
    """How much more a signal adds to a pair's two directed scores together."""

    signal: Signal
    forward: float
    backward: float


class SimulatedMatch(WireModel):
    """One counterpart under both policies."""

    profile_id: str
    title: str
    change: Change
    old_rank: int | None = None
    """None where it is not in the list."""
    new_rank: int | None = None
    old_score: float
    new_score: float
    moved_by: tuple[SignalShift, ...]
    """The signals whose contributions changed most, the largest change first."""


class SimulatedSubject(WireModel):
    """The list of one subject under both policies, in the draft's order; what left stands at the end."""

    subject_id: str
    matches: tuple[SimulatedMatch, ...]
    entered: int
    left: int
    moved: int


class Simulation(WireModel):
    """Both policies side by side."""

    draft: str
    against: str
    snapshot: str
    subjects: tuple[SimulatedSubject, ...]
