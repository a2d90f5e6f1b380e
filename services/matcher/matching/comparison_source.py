"""Which requests take part in a running comparison of two policies."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from services.matcher.interleaving.team_draft import Team
from services.matcher.scoring.policy import RankingPolicy
from shared.contracts.matches import ComparedPolicies, MatchRequest
from shared.contracts.profiles import Kind

Pair = frozenset[Kind]
"""Two kinds, or one where both sides are of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveComparison:
    """A running comparison, ready to rank."""

    comparison_id: str
    first: RankingPolicy = field(repr=False)
    second: RankingPolicy = field(repr=False)
    share: float
    """Of the subjects, in [0, 1]."""
    pairs: frozenset[Pair]

    def takes(self, request: MatchRequest, kind: Kind) -> bool:
        """Whether the request of a subject of a kind gets a list of both policies.

        One that names its policy, or whose subject is not stored, never does; one for several kinds, where all its
        pairs are compared. A subject is in or out for the whole comparison, so that equal requests stay equal.
        """
        if request.subject_id is None or request.policy is not None:
            return False
        asks_within = all(frozenset((kind, target)) in self.pairs for target in request.target_kinds)
        return asks_within and lot(self.comparison_id, request.subject_id) < self.share

    def policy_of(self, team: Team) -> RankingPolicy:
        """Whose ranking a team drafts from."""
        return self.first if team is Team.FIRST else self.second

    @property
    def named(self) -> ComparedPolicies:
        """As answers name it."""
        return ComparedPolicies(id=self.comparison_id, first=self.first.revision, second=self.second.revision)


def lot(comparison_id: str, subject_id: str) -> float:
    """In [0, 1), spread evenly over subjects, and anew for every comparison."""
    digest = sha256(f"{comparison_id}\n{subject_id}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


class ComparisonSource(Protocol):
    """The comparisons that run now."""

    def of(self, request: MatchRequest, kind: Kind) -> LiveComparison | None:
        """The one that the request of a subject of a kind takes part in."""
        ...


class NoComparisons:
    """A ComparisonSource where none runs."""

    def of(self, request: MatchRequest, kind: Kind) -> LiveComparison | None:  # noqa: ARG002 - the protocol's
        """None."""
        return None
