"""What readers have said in a comparison so far; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matcher.interleaving.credit import Verdict, verdict
from services.matcher.interleaving.sequential import Decision, StoppingRule, evidence, preference
from services.matcher.interleaving.team_draft import Drafted


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Lists by the policy they speak for; a list of which nothing was chosen counts as shown only."""

    lists: int
    subjects: int
    first_wins: int = 0
    second_wins: int = 0
    ties: int = 0

    @property
    def preference(self) -> float:
        """Share of the won lists that the first policy won."""
        return preference(self.first_wins, self.second_wins)

    @property
    def evidence(self) -> float:
        """How many times likelier the wins are under some difference than under none."""
        return evidence(self.first_wins, self.second_wins)

    def decision(self, rule: StoppingRule) -> Decision:
        """What the comparison has come to."""
        return rule.decide(self.first_wins, self.second_wins)


def tally_of(lists: int, subjects: int, chosen: Mapping[str, Sequence[Drafted]]) -> Tally:
    """Each run once, whatever else was done about it: `chosen` are by run the results that are chosen now."""
    verdicts = [verdict(results, {one.target_id for one in results}) for results in chosen.values() if results]
    return Tally(
        lists=lists,
        subjects=subjects,
        first_wins=verdicts.count(Verdict.FIRST),
        second_wins=verdicts.count(Verdict.SECOND),
        ties=verdicts.count(Verdict.TIE),
    )
