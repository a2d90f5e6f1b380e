"""Team-draft interleaving: one list from two rankings, each result of the team that chose it; pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

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


class Places(Protocol):
    """Who may have the next place of the list, for limits that hold for the list as a whole."""

    def allowed(self) -> Collection[str]:
        """Targets that may have the next place; none where the list is full."""
        ...

    def take(self, target_id: str) -> None:
        """The next place goes to a target that is allowed."""
        ...


class EveryPlace:
    """Places that are free to every target of two rankings, each once."""

    def __init__(self, first: Sequence[str], second: Sequence[str]) -> None:
        self._left = {*first, *second}

    def allowed(self) -> Collection[str]:
        """Those not taken."""
        return self._left

    def take(self, target_id: str) -> None:
        """Not allowed again."""
        self._left.remove(target_id)


def team_draft(
    first: Sequence[str], second: Sequence[str], limit: int, seed: Sequence[int], places: Places | None = None
) -> list[Drafted]:
    """At most `limit` results, each once (Radlinski, Kurup and Joachims 2008, section 4.2).

    In each round both teams choose their best result that nobody has chosen and that `places` allow; a coin says who
    chooses first. So each place of the list is as likely to be of either team, and equal rankings are credited
    equally. A team that has nothing left passes. Equal `seed` and rankings give the equal list. Raises ValueError
    where a ranking names a target twice.
    """
    for ranking in (first, second):
        if len(set(ranking)) < len(ranking):
            raise ValueError("a ranking names a target twice; rank each target once")
    places = places or EveryPlace(first, second)
    rankings = {Team.FIRST: first, Team.SECOND: second}
    drafted: list[Drafted] = []
    for team in _turns(seed, limit):
        allowed = places.allowed() if len(drafted) < limit else ()
        target_id = next((one for one in rankings[team] if one in allowed), None)
        if target_id is not None:
            places.take(target_id)
            drafted.append(Drafted(target_id=target_id, team=team))
    return drafted


def _turns(seed: Sequence[int], limit: int) -> Iterator[Team]:
    """Two a round, the first of them by a coin; rounds enough even where one team always passes."""
    coins = np.random.default_rng(list(seed)).integers(0, 2, size=limit)
    for coin in coins.tolist():
        team = Team.FIRST if coin else Team.SECOND
        yield from (team, team.other)
