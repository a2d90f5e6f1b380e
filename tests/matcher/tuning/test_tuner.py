"""Gains are promised where there are any, and not where judgments are dealt at random."""

from dataclasses import replace

import pytest

from services.cli.bench.made_up_judgments import shuffled
from services.matcher.policies.documents import policy_of
from services.matcher.scoring.shipped import SHIPPED_POLICY
from services.matcher.tuning.summary import draft_of, tuning_json
from services.matcher.tuning.tuner import TooFewQueries, TuneSettings, tune_pair
from shared.contracts.profiles import Kind
from tests.matcher.tuning.tables import small_table

QUICK = TuneSettings(folds=3, repeats=1)
PAIR = frozenset((Kind.INVESTOR, Kind.PROJECT))


def test_a_real_gain_is_supported_and_drafted() -> None:
    found = tune_pair([small_table()], SHIPPED_POLICY, QUICK)
    assert found.weights.is_supported
    assert found.weights.whole.difference.low > 0.2
    draft = draft_of([found], SHIPPED_POLICY)
    assert draft is not None
    assert set(draft.directed) == {"project>investor", "investor>project"}
    policy = policy_of(draft, SHIPPED_POLICY, "tuned-1")
    for side in ((Kind.PROJECT, Kind.INVESTOR), (Kind.INVESTOR, Kind.PROJECT)):
        drafted, tuned = policy.needs_of(*side).signals, found.policy.needs_of(*side).signals
        assert {signal: weight.weight for signal, weight in drafted.items()} == pytest.approx(
            {signal: weight.weight for signal, weight in tuned.items()}, abs=1e-12
        )
    assert "gain on 60 held-back queries" in str(draft.note)


@pytest.mark.parametrize("seed", range(6))
def test_no_gain_is_promised_on_shuffled_judgments(seed: int) -> None:
    found = tune_pair([shuffled(small_table(), seed)], SHIPPED_POLICY, replace(QUICK, seed=seed))
    assert not found.is_supported
    assert found.weights.fitted > found.weights.whole.found.mean()  # what was fitted looks like a gain
    assert draft_of([found], SHIPPED_POLICY) is None
    forced = draft_of([found], SHIPPED_POLICY, is_forced=True)
    assert forced is not None and "no gain supported" in str(forced.note)


def test_equal_settings_give_equal_results() -> None:
    first, second = (tune_pair([small_table()], SHIPPED_POLICY, QUICK) for _ in range(2))
    assert tuning_json([first], QUICK, SHIPPED_POLICY) == tuning_json([second], QUICK, SHIPPED_POLICY)


def test_a_set_that_loses_forbids_the_promise() -> None:
    large, small = small_table(120), small_table(40, seed=5, name="other")
    # In the other set those are relevant whom the first set's judgments put last.
    upside_down = replace(
        small,
        forward={signal: 1 - values for signal, values in small.forward.items()},
        backward={signal: 1 - values for signal, values in small.backward.items()},
    )
    found = tune_pair([large, upside_down], SHIPPED_POLICY, QUICK)
    assert found.weights.whole.is_supported
    assert found.weights.sets["other"].difference.high < 0
    assert not found.weights.is_supported


def test_a_model_takes_the_weights_place_only_where_it_wins_over_them() -> None:
    table = small_table(100)
    found = tune_pair([table], SHIPPED_POLICY, replace(QUICK, is_learned=True))
    assert found.weights.is_supported
    assert found.learned is not None and found.model is not None
    assert found.learned.whole.base.tolist() == found.weights.whole.found.tolist()
    policy = found.applied_to(SHIPPED_POLICY)
    assert (PAIR in policy.learned) is found.is_model_supported
    assert (policy.directed == SHIPPED_POLICY.directed) is found.is_model_supported


def test_too_few_queries_are_told() -> None:
    with pytest.raises(TooFewQueries, match="2 judged queries cannot be parted into 3 folds; lower --folds"):
        tune_pair([small_table(2, 12)], SHIPPED_POLICY, QUICK)
