"""Ranking policies on the wire: the readable form of what decides a ranking."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contracts.base import Identifier, Paragraph, Share, WireModel
from shared.contracts.kinds import Kind
from shared.contracts.vocabularies import Fusion, Signal

_KIND = "|".join(Kind)
DirectionName = Annotated[str, StringConstraints(pattern=f"^({_KIND})>({_KIND})$")]
"""`needing>offering`, such as `project>investor`: how well an investor serves what a project needs."""
PairName = Annotated[str, StringConstraints(pattern=f"^({_KIND})[+]({_KIND})$")]
"""Two kinds in alphabetic order, such as `investor+project`: the same pair whoever asks."""


class SignalWeight(WireModel):
    """How much one signal counts in a directed score."""

    weight: Annotated[float, Field(ge=-1, le=1_000)]
    """Positive weights are scaled so that they add up to 1; a negative one is a cost and stays as it is."""
    neutral: Share = 0.0
    """The value that stands in where the signal is missing."""
    half: Annotated[float, Field(gt=0, le=1_000)] | None = None
    """Where given, a value v counts as v (1 + half) / (v + half): small values count more, 0 and 1 stay."""


SignalWeights = dict[Signal, SignalWeight | None]
"""Named signals take the place of the base's; null takes a signal out; the others stay."""


class FusionWeights(WireModel):
    """How the two directed scores of a pair become one."""

    fusion: Fusion = Fusion.HARMONIC
    first: Kind | None = None
    """The needing kind that `first_weight` belongs to; both sides weigh the same where it is not given."""
    first_weight: Share = 0.5


class PolicyDocument(WireModel):
    """A ranking policy as its differences from the revision it inherits from."""

    base: Identifier
    """The revision that everything not named here is taken from."""
    everywhere: SignalWeights = Field(default_factory=dict)
    """For every direction that neither this policy nor its base names."""
    directed: Annotated[dict[DirectionName, SignalWeights], Field(max_length=25)] = Field(default_factory=dict)
    fusion: FusionWeights | None = None
    """For every pair of kinds that is not named."""
    fusions: Annotated[dict[PairName, FusionWeights], Field(max_length=25)] = Field(default_factory=dict)
    learned: Annotated[dict[PairName, Identifier | None], Field(max_length=25)] = Field(default_factory=dict)
    """Ids of learned models that order the pairs; null takes the base's model out. Each is a file beside the policy."""
    floor: Share | None = None
    """Nothing below this calibrated score is returned."""
    floor_across: Share | None = None
    """The floor between languages of which the model does not read both."""
    medium: Share | None = None
    """From here on a score is of the medium band."""
    high: Share | None = None
    """From here on a score is of the high band."""
    note: Paragraph | None = None
    """What the policy is for, in words."""
