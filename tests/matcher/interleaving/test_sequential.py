"""The stopping rule: its evidence by hand, its errors over many comparisons."""

import numpy as np
import pytest

from services.matcher.interleaving.sequential import Decision, StoppingRule, evidence, preference


def test_evidence_starts_at_one_and_follows_the_bayes_factor() -> None:
    assert evidence(0, 0) == 1
    # One win: B(6, 5) / B(5, 5) * 2 = (5/10) * 2 = 1. Two wins: (5 * 6) / (10 * 11) * 4 = 120/110.
    assert evidence(1, 0) == pytest.approx(1)
    assert evidence(2, 0) == pytest.approx(120 / 110)
    assert evidence(3, 7) == pytest.approx(evidence(7, 3))


def test_evidence_of_very_many_wins_is_large_and_finite() -> None:
    assert 1e300 < evidence(100_000, 0) < np.inf


def test_negative_wins_are_refused() -> None:
    with pytest.raises(ValueError, match="below nought"):
        evidence(-1, 3)


def test_decision_names_the_side_with_more_wins() -> None:
    rule = StoppingRule()
    assert rule.decide(3, 2) is Decision.UNDECIDED
    assert rule.decide(60, 20) is Decision.FIRST
    assert rule.decide(20, 60) is Decision.SECOND
    assert rule.decide(1_003, 997) is Decision.NO_DIFFERENCE


def test_preference_is_the_share_of_decided_lists() -> None:
    assert preference(0, 0) == 0.5
    assert preference(3, 1) == 0.75


def test_equal_policies_are_rarely_called_different_however_often_one_looks() -> None:
    rule = StoppingRule(alpha=0.05, max_decided=1_000)
    called = sum(_ends(rule, 0.5, seed) is not Decision.NO_DIFFERENCE for seed in range(400))
    # At most alpha is promised: 20 of 400, and two standard deviations more are 9.
    assert called <= 29


def test_a_clear_difference_is_found_long_before_the_end() -> None:
    rule = StoppingRule(alpha=0.05, max_decided=1_000)
    assert all(_ends(rule, 0.62, seed) is Decision.FIRST for seed in range(100))


def _ends(rule: StoppingRule, chance: float, seed: int) -> Decision:
    wins = np.cumsum(np.random.default_rng(seed).random(rule.max_decided) < chance)
    for decided, first in enumerate(wins.tolist(), start=1):
        decision = rule.decide(first, decided - first)
        if decision is not Decision.UNDECIDED:
            return decision
    raise AssertionError("the rule ends at max_decided")
