"""The two-sided simulator: its people by hand, its measures by hand, its report whole."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from services.cli.bench.commands import bench_app
from services.cli.bench.market import Luck, Market, MarketSettings, Matrix, draw_market
from services.cli.bench.market_fairness import amounts_of, envious_share
from services.cli.bench.market_policies import EXPOSURE_SHARED, POLICIES, RECIPROCAL
from services.cli.bench.market_round import Asking, Exposures, mutual_matches
from services.cli.bench.two_sided import TwoSidedOptions, outcomes_of, run, variations_of
from services.matcher.evaluation.set_measures import gini

SMALL = MarketSettings(side_a=60, side_b=50)


def willing_market(wanted: Matrix, scores: Matrix, *, capacity: int = 1) -> Market:
    """Everyone looks at everything they are shown; both sides want the same pairs."""
    zeros = np.zeros(wanted.shape)
    ties = np.arange(wanted.size, dtype=np.float64).reshape(wanted.shape)
    return Market(
        settings=replace(SMALL, side_a=wanted.shape[0], side_b=wanted.shape[1], capacity=capacity),
        a_wants_b=wanted > 0,
        b_wants_a=wanted > 0,
        forward=scores,
        backward=scores,
        luck=Luck(list_of_a=zeros, list_of_b=zeros, inbox_of_a=zeros, inbox_of_b=zeros, order=ties),
    )


def shown(of_b: Matrix, of_a: Matrix | None = None) -> Exposures:
    return Exposures(of_b=of_b, of_a=np.zeros(of_b.shape) if of_a is None else of_a)


def test_pairs_that_want_each_other_and_are_shown_meet() -> None:
    market = willing_market(np.eye(3), np.full((3, 3), 0.5))
    assert mutual_matches(market, shown(np.ones((3, 3))), Asking.BOTH_SIDES) == 3
    assert mutual_matches(market, shown(1 - np.eye(3)), Asking.BOTH_SIDES) == 0  # shown to the wrong ones only


def test_nobody_meets_more_than_their_capacity() -> None:
    # Three of side a want the only one of side b.
    column = np.ones((3, 1))
    for capacity, met in ((1, 1), (2, 2), (5, 3)):
        market = willing_market(column, column / 2, capacity=capacity)
        assert mutual_matches(market, shown(column), Asking.BOTH_SIDES) == met


def test_without_an_inbox_both_must_come_upon_each_other() -> None:
    market = willing_market(np.eye(2), np.full((2, 2), 0.5))
    of_b = np.ones((2, 2))
    assert mutual_matches(market, shown(of_b), Asking.MUST_FIND) == 0
    assert mutual_matches(market, shown(of_b, np.array([[1.0, 0.0], [0.0, 0.0]])), Asking.MUST_FIND) == 1


def test_side_b_does_not_ask_where_only_side_a_does() -> None:
    market = willing_market(np.eye(2), np.full((2, 2), 0.5))
    lists_of_b_only = shown(np.zeros((2, 2)), np.ones((2, 2)))
    assert mutual_matches(market, lists_of_b_only, Asking.BOTH_SIDES) == 2
    assert mutual_matches(market, lists_of_b_only, Asking.ONE_SIDE) == 0


def test_envy_by_hand() -> None:
    # One viewer a, two listed b: the second, shown half as much and as keen, would rather stand in the first's place.
    # Ordered pairs: 2 among side b, 0 on side a, where the only member has nobody to envy.
    values = np.array([[1.0, 1.0]])
    assert envious_share(values, shown(np.array([[1.0, 0.5]]))) == 0.5
    assert envious_share(values, shown(np.array([[1.0, 1.0]]))) == 0
    # Whoever gets nothing out of that viewer does not mind.
    assert envious_share(np.array([[1.0, 0.0]]), shown(np.array([[1.0, 0.5]]))) == 0


def test_gini_by_hand() -> None:
    assert gini(np.array([2.0, 2.0, 2.0])) == 0
    assert gini(np.array([0.0, 0.0, 6.0])) == pytest.approx(2 / 3)  # (n - 1) / n where one has all
    assert gini(np.zeros(4)) == 0
    assert amounts_of(shown(np.array([[1.0, 0.5]]), np.array([[0.25, 0.5]]))).tolist() == [0.75, 1.0, 0.5]


def test_people_want_the_share_they_are_said_to_and_scores_are_calibrated() -> None:
    market = draw_market(MarketSettings(side_a=300, side_b=300, crowding=0.0), (1, 0))
    assert market.a_wants_b.mean(axis=1) == pytest.approx(0.1, abs=1 / 300)
    assert market.b_wants_a.mean(axis=0) == pytest.approx(0.1, abs=1 / 300)
    sure = market.forward > 0.5
    # Of the pairs said to be wanted with this chance on average, as many are.
    assert market.a_wants_b[sure].mean() == pytest.approx(market.forward[sure].mean(), abs=0.05)


def test_equal_seeds_give_equal_outcomes_and_others_do_not() -> None:
    options = TwoSidedOptions(market=SMALL, repeats=2)
    assert outcomes_of(SMALL, options) == outcomes_of(SMALL, options)
    assert outcomes_of(SMALL, options) != outcomes_of(SMALL, replace(options, seed=1))


def test_shared_exposure_shows_more_people_more_evenly() -> None:
    market = draw_market(SMALL, (0, 0))
    plain, shared = (amounts_of(POLICIES[name](market)) for name in (RECIPROCAL, EXPOSURE_SHARED))
    assert gini(shared) < gini(plain)
    assert (shared == 0).sum() <= (plain == 0).sum()


def test_two_sided_lists_beat_one_sided_ones_and_sharing_leaves_less_envy() -> None:
    report = run(TwoSidedOptions(market=MarketSettings(side_a=150, side_b=150), repeats=2))
    assert report.ratios["reciprocal / better one-sided, only side a asks"] > 1.4
    assert report.ratios["exposure shared / reciprocal, both sides ask"] > 0.85
    assert report.ratios["exposure shared: envy left, by scores"] < 0.2


def test_variations_change_one_thing_at_a_time() -> None:
    for name, market in list(variations_of(SMALL).items())[1:]:
        changed, value = name.split(" ")
        assert getattr(market, changed) == float(value)
        assert replace(market, **{changed: getattr(SMALL, changed)}) == SMALL


@pytest.mark.parametrize(("flag", "rows"), [([], 4), (["--sensitivity"], 13)])
def test_command_reports_to_people_and_machines(flag: list[str], rows: int) -> None:
    arguments = ["two-sided", "--side-a", "20", "--side-b", "30", "--repeats", "1", "--json", "-", *flag]
    result = CliRunner().invoke(bench_app, arguments)
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["benchmark"] == "two-sided"
    assert report["settings"]["side_b"] == 30
    assert len(report["rows"]) == rows
    for row in report["rows"]:
        assert all(math.isfinite(value) for name, value in row.items() if name != "name")
    assert "│" in result.stderr
