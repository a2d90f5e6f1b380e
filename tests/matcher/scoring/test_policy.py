"""Ranking policies: weights by direction and language, scaling, the shipped one."""

from itertools import product

import pytest

from services.matcher.scoring.policy import (
    COSTS,
    DirectedPolicy,
    FusionChoice,
    RankingPolicy,
    Reading,
    Weight,
    reading,
)
from services.matcher.scoring.shipped import SHIPPED_POLICY, one_leg
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Fusion, Language, Signal

DIRECTIONS = list(product(Kind, Kind))
ENGLISH, CHINESE = Language.ENGLISH, Language.CHINESE


@pytest.mark.parametrize(
    ("first", "second", "read", "expected"),
    [
        (ENGLISH, ENGLISH, {ENGLISH}, Reading.READ),
        (CHINESE, ENGLISH, {ENGLISH}, Reading.ACROSS),
        (CHINESE, CHINESE, {ENGLISH}, Reading.UNREAD),
        (CHINESE, ENGLISH, {ENGLISH, CHINESE}, Reading.READ),
        (ENGLISH, CHINESE, set(), Reading.ACROSS),
    ],
)
def test_reading_depends_on_both_languages(
    first: Language, second: Language, read: set[Language], expected: Reading
) -> None:
    assert reading(first, second, frozenset(read)) is reading(second, first, frozenset(read)) is expected


@pytest.mark.parametrize(("needs", "offers"), DIRECTIONS)
@pytest.mark.parametrize("texts", Reading)
def test_shipped_weights_add_up_to_one_whatever_is_read(needs: Kind, offers: Kind, texts: Reading) -> None:
    weights = SHIPPED_POLICY.needs_of(needs, offers).weights(texts).values()
    assert sum(weight for weight in weights if weight > 0) == pytest.approx(1)


@pytest.mark.parametrize(("needs", "offers"), DIRECTIONS)
def test_shipped_neutral_values_are_shares_and_only_costs_cost(needs: Kind, offers: Kind) -> None:
    signals = SHIPPED_POLICY.needs_of(needs, offers).signals
    assert all(0 <= weight.neutral <= 1 for weight in signals.values())
    assert Signal.UNKNOWN_RULES in {signal for signal, weight in signals.items() if weight.weight < 0} <= COSTS


def test_a_project_is_not_proposed_to_who_backs_it_already() -> None:
    signals = SHIPPED_POLICY.needs_of(Kind.PROJECT, Kind.INVESTOR).signals
    assert sum(weight.weight for weight in signals.values()) <= 0  # so the score is nought whatever else is known


def test_half_lifts_small_values_and_keeps_the_ends() -> None:
    weight = Weight(weight=1, half=0.25)
    # .25 (1 + .25) / (.25 + .25) = .625
    assert [float(weight.transformed(value)) for value in (0.0, 0.25, 1.0)] == [0, 0.625, 1]  # type: ignore[arg-type]


def test_signals_are_changed_by_name_and_scaled() -> None:
    policy = DirectedPolicy(signals={Signal.MEANING: Weight(weight=1), Signal.WORDS: Weight(weight=1)})
    changed = policy.with_signals(words=None, tags=Weight(weight=3)).scaled()
    assert {signal: weight.weight for signal, weight in changed.signals.items()} == {
        Signal.MEANING: 0.25,
        Signal.TAGS: 0.75,
    }


def test_weight_of_a_side_follows_the_kind_that_asks() -> None:
    choice = FusionChoice(first=Kind.PROJECT, first_weight=0.7)
    assert choice.forward_weight(Kind.PROJECT) == 0.7
    assert choice.forward_weight(Kind.INVESTOR) == pytest.approx(0.3)
    assert FusionChoice().forward_weight(Kind.PROJECT) == 0.5


def test_pair_of_kinds_has_one_fusion_whoever_asks() -> None:
    choice = FusionChoice(fusion=Fusion.MINIMUM)
    policy = RankingPolicy(
        revision="test",
        base=SHIPPED_POLICY.base,
        fusions={frozenset((Kind.PROJECT, Kind.INVESTOR)): choice},
    )
    assert policy.fusion_of(Kind.PROJECT, Kind.INVESTOR) is policy.fusion_of(Kind.INVESTOR, Kind.PROJECT) is choice
    assert policy.fusion_of(Kind.PROJECT, Kind.PROJECT) is policy.fusion


def test_policy_of_one_leg_counts_the_askers_side_alone() -> None:
    policy = one_leg(Signal.WORDS)
    assert policy.fusion.forward_weight(Kind.PROJECT) == 1
    assert list(policy.needs_of(Kind.PROJECT, Kind.INVESTOR).signals) == [Signal.WORDS]
