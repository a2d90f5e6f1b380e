"""What readers said, counted by run."""

from services.matcher.comparisons.tally import Tally, tally_of
from services.matcher.interleaving.sequential import Decision, StoppingRule
from services.matcher.interleaving.team_draft import Drafted, Team

FIRST, SECOND = Drafted(target_id="a", team=Team.FIRST), Drafted(target_id="b", team=Team.SECOND)


def test_each_run_speaks_once_for_the_team_of_which_more_was_chosen() -> None:
    tally = tally_of(9, 4, {"r1": [FIRST], "r2": [SECOND], "r3": [FIRST, SECOND], "r4": []})
    assert tally == Tally(lists=9, subjects=4, first_wins=1, second_wins=1, ties=1)
    assert (tally.preference, tally.decision(StoppingRule())) == (0.5, Decision.UNDECIDED)


def test_wins_of_one_side_decide() -> None:
    # B(5 + 12, 5) / B(5, 5) * 2^12 = 25.3, above 1 / .05 = 20; with 11 wins it is 17.3.
    assert Tally(lists=12, subjects=12, second_wins=12).decision(StoppingRule()) is Decision.SECOND
    assert Tally(lists=11, subjects=11, second_wins=11).decision(StoppingRule()) is Decision.UNDECIDED
    assert 25 < Tally(lists=12, subjects=12, second_wins=12).evidence < 26


def test_so_many_lists_as_were_planned_end_it() -> None:
    assert Tally(lists=4, subjects=1, first_wins=2, second_wins=2).decision(StoppingRule(max_decided=4)) is (
        Decision.NO_DIFFERENCE
    )
