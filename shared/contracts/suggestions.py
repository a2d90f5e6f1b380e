"""Suggested rules on the wire: what an owner's refusals would be as a rule of its profile; never applied by itself."""

from shared.contracts.base import Identifier, WireModel
from shared.contracts.explanations import BilingualText
from shared.contracts.feedback import FeedbackReason
from shared.contracts.kinds import Kind
from shared.contracts.rules import Rule


class SuggestedRule(WireModel):
    """One rule that would have spared the owner some refusals, and would have shut out nobody it welcomed."""

    rule: Rule
    """Ready for the profile's `rules`."""
    kind: Kind
    """Of the counterparts it is about."""
    reason: FeedbackReason
    """Why they were turned down."""
    support: int
    """Refusals for this reason that the rule would have spared."""
    refused: int
    """All refusals for this reason of this kind that the owner's rules do not spare it already."""
    declined: tuple[Identifier, ...]
    """Those of the support that you may know of."""
    welcome: int
    """Counterparts of this kind that were shortlisted, accepted or met; the rule refuses none of them."""
    candidates: int
    """Counterparts of this kind that may be proposed now."""
    taken_away: int
    """Those of them that the rule would refuse."""
    text: BilingualText
    """All of this in a sentence."""


class SuggestedRules(WireModel):
    """Suggestions for one profile, the best supported first."""

    profile_id: Identifier
    items: tuple[SuggestedRule, ...]
    minimum_support: int
    """Refusals that a rule must stand on."""
    snapshot: str
    """The state of the index that candidates were counted on."""
