"""Team-draft interleaving: one list from two rankings, each result of the team that chose it; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np


class Team(StrEnum):
    """Whose choice a result is."""

    FIRST = "first"
    SECOND = "second"

    @property
    def other(self) -> "Team":
        """The rival."""
        return Team.SECOND if self is Team.FIRST else Team.FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """One result of an interleaved list."""

    target_id: str
    team: Team


def team_draft(first: Sequence[str], second: Sequence[str], limit: int, seed: Sequence[int]) -> list[Drafted]:
    """At most `limit` results, each once (Radlinski, Kurup and Joachims 2008, section 4.2).

    In each round both teams choose their best result that nobody has chosen; a coin says who chooses first. So each
    place of the list is as likely to be of either team, and equal rankings are credited equally. A team that has
    nothing left passes. Equal `seed` and rankings give the equal list. Raises ValueError where a ranking names a
    target twice.
    """
    for ranking in (first, second):
        if len(set(ranking)) < len(ranking):
            raise ValueError("a ranking names a target twice; rank each target once")
    drafted: list[Drafted] = []
    taken: set[str] = set()
    remaining = {Team.FIRST: _untaken(first, taken), Team.SECOND: _untaken(second, taken)}
    for team in _turns(seed, limit):
        target_id = next(remaining[team], None)
        if target_id is not None and len(drafted) < limit:
            taken.add(target_id)
            drafted.append(Drafted(target_id=target_id, team=team))
    return drafted


def _untaken(ranking: Sequence[str], taken: set[str]) -> Iterator[str]:
    """The ranking from its top, without what is taken when it is asked."""
    return (target_id for target_id in ranking if target_id not in taken)


def _turns(seed: Sequence[int], limit: int) -> Iterator[Team]:
    """Two a round, the first of them by a coin; rounds enough even where one team always passes."""
    coins = np.random.default_rng(list(seed)).integers(0, 2, size=limit)
    for coin in coins.tolist():
        team = Team.FIRST if coin else Team.SECOND
        yield from (team, team.other)
