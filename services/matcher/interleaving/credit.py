"""What a person did with an interleaved list, as credit for the teams; pure."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from services.matcher.interleaving.team_draft import Drafted, Team


class Verdict(StrEnum):
    """Which policy one list speaks for."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"


def verdict(drafted: Sequence[Drafted], chosen: Collection[str]) -> Verdict:
    """The team of which more results were chosen.

    `chosen` are targets that somebody opened, shortlisted, asked for or accepted; what was not shown does not count.
    """
    credit = {team: sum(one.team is team and one.target_id in chosen for one in drafted) for team in Team}
    if credit[Team.FIRST] == credit[Team.SECOND]:
        return Verdict.TIE
    return Verdict.FIRST if credit[Team.FIRST] > credit[Team.SECOND] else Verdict.SECOND
