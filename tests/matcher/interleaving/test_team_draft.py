"""Lists drafted from two rankings: whose places, fairness, repeatability."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.interleaving.credit import Verdict, verdict
from services.matcher.interleaving.team_draft import Drafted, Team, team_draft

rankings = st.lists(st.integers(0, 30).map(str), unique=True, max_size=20)


def test_each_team_brings_its_best_that_nobody_has_taken() -> None:
    # Whoever begins: a is the best of both, so one team takes it and the other its second.
    drafted = team_draft(["a", "b", "c"], ["a", "x", "y"], 4, (0,))
    assert {one.target_id for one in drafted[:2]} in ({"a", "x"}, {"a", "b"})
    assert len(drafted) == 4


def test_a_team_with_nothing_left_passes() -> None:
    drafted = team_draft(["a"], ["x", "y", "z"], 4, (0,))
    assert {one.target_id for one in drafted if one.team is Team.FIRST} == {"a"}
    assert [one.target_id for one in drafted if one.team is Team.SECOND] == ["x", "y", "z"]


@given(rankings, rankings, st.integers(1, 15), st.integers(0, 1_000))
def test_results_are_the_best_of_both_once_each_and_evenly_of_either(
    first: list[str], second: list[str], limit: int, seed: int
) -> None:
    drafted = team_draft(first, second, limit, (seed,))
    ids = [one.target_id for one in drafted]
    assert len(ids) == len(set(ids)) == min(limit, len({*first, *second}))
    for team, ranking in ((Team.FIRST, first), (Team.SECOND, second)):
        own = [one.target_id for one in drafted if one.team is team]
        assert own == [target_id for target_id in ranking if target_id in own]
    teams = [one.team for one in drafted]
    if set(first) == set(second):
        assert abs(teams.count(Team.FIRST) - teams.count(Team.SECOND)) <= 1
    assert drafted == team_draft(first, second, limit, (seed,))


def test_every_place_is_as_often_of_either_team() -> None:
    ranking = [str(number) for number in range(6)]
    firsts = Counter(
        place
        for seed in range(2_000)
        for place, one in enumerate(team_draft(ranking, ranking, 6, (seed,)))
        if one.team is Team.FIRST
    )
    # 2,000 fair coins a place: 1,000, and four standard deviations are 89.
    assert all(abs(firsts[place] - 1_000) < 90 for place in range(6))


def test_swapped_rankings_swap_the_teams() -> None:
    one, other = ["a", "b", "c"], ["c", "b", "a"]
    counts = Counter(
        (team_draft(one, other, 1, (seed,))[0], team_draft(other, one, 1, (seed,))[0].team) for seed in range(50)
    )
    assert {drafted.target_id for drafted, _ in counts} == {"a", "c"}
    assert {drafted.team for drafted, _ in counts} == set(Team)


class OneOfALetter:
    """Places of a list in which no two targets begin alike."""

    def __init__(self, targets: set[str]) -> None:
        self._targets = targets

    def allowed(self) -> set[str]:
        return self._targets

    def take(self, target_id: str) -> None:
        self._targets = {one for one in self._targets if one[0] != target_id[0]}


def test_a_limit_of_the_whole_list_passes_over_what_it_refuses() -> None:
    # Either team alone would bring a1 and b1, or a2 and b2; together no letter comes twice.
    for seed in range(20):
        drafted = team_draft(
            ["a1", "b1", "c1"], ["a2", "b2", "d2"], 4, (seed,), OneOfALetter({"a1", "b1", "c1", "a2", "b2", "d2"})
        )
        assert sorted(one.target_id[0] for one in drafted) == ["a", "b", "c", "d"]
        assert {one.team for one in drafted} == set(Team)


def test_a_target_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="rank each target once"):
        team_draft(["a", "a"], ["b"], 3, (0,))


def test_the_team_of_which_more_is_chosen_gets_the_list() -> None:
    drafted = [
        Drafted(target_id="a", team=Team.FIRST),
        Drafted(target_id="b", team=Team.SECOND),
        Drafted(target_id="c", team=Team.SECOND),
    ]
    assert verdict(drafted, {"b", "c", "a"}) is Verdict.SECOND
    assert verdict(drafted, {"a"}) is Verdict.FIRST
    assert verdict(drafted, {"a", "b"}) is Verdict.TIE
    assert verdict(drafted, {"not shown"}) is Verdict.TIE
