"""The search finds what judgments follow, and the same each time."""

from dataclasses import replace

from services.matcher.scoring.shipped import SHIPPED_POLICY
from services.matcher.tuning.ranking_gain import ndcg_of, policy_scores
from services.matcher.tuning.weight_search import SearchSettings, tuned_policy
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal
from tests.matcher.tuning.tables import small_table

QUICK = SearchSettings(restarts=1, passes=2)


def test_weights_move_to_what_the_judgments_follow() -> None:
    table = small_table()
    found = tuned_policy([table], SHIPPED_POLICY, QUICK)
    before, after = (ndcg_of(table, policy_scores(table, one)).mean() for one in (SHIPPED_POLICY, found))
    assert after > before + 0.3
    forward = found.needs_of(Kind.PROJECT, Kind.INVESTOR).signals
    assert forward[Signal.ACTIVITY].weight == max(weight.weight for weight in forward.values())


def test_the_same_seed_and_data_give_the_same_weights_to_the_last_digit() -> None:
    settings = replace(QUICK, restarts=2, seed=7)
    first, second = (tuned_policy([small_table()], SHIPPED_POLICY, settings) for _ in range(2))
    assert first.directed == second.directed


def test_positive_weights_add_up_to_one_and_costs_stay() -> None:
    found = tuned_policy([small_table()], SHIPPED_POLICY, QUICK)
    for sides in ((Kind.PROJECT, Kind.INVESTOR), (Kind.INVESTOR, Kind.PROJECT)):
        signals = found.needs_of(*sides).signals
        assert abs(sum(max(weight.weight, 0) for weight in signals.values()) - 1) < 1e-9
        assert signals[Signal.UNKNOWN_RULES] == SHIPPED_POLICY.needs_of(*sides).signals[Signal.UNKNOWN_RULES]
        assert all(0 <= weight.neutral <= 1 for weight in signals.values())


def test_other_pairs_of_kinds_keep_their_weights() -> None:
    found = tuned_policy([small_table()], SHIPPED_POLICY, QUICK)
    assert found.needs_of(Kind.RD_DEMAND, Kind.PROJECT) == SHIPPED_POLICY.needs_of(Kind.RD_DEMAND, Kind.PROJECT)
    assert found.base == SHIPPED_POLICY.base


def test_a_signal_that_the_policy_does_not_know_yet_joins_by_itself() -> None:
    table = small_table()
    unheard = replace(table, forward={**table.forward, Signal.TAGS: (table.grades > 0).astype("float32")})
    assert Signal.TAGS not in SHIPPED_POLICY.needs_of(Kind.PROJECT, Kind.INVESTOR).signals
    found = tuned_policy([unheard], SHIPPED_POLICY, QUICK)
    assert found.needs_of(Kind.PROJECT, Kind.INVESTOR).signals[Signal.TAGS].weight > 0.1
