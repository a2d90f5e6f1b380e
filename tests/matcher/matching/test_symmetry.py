"""What must hold of any pair, whoever asks: properties on random profiles and rules."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matcher.matching.eligible import Scope
from services.matcher.matching.indexing import Indexer
from services.matcher.matching.pipeline import ScoredMatch
from services.matcher.scoring.reciprocal import fuse
from shared.contracts.profiles import Profile
from shared.contracts.rules import AtLeast, NumberAttribute, Rule
from shared.contracts.vocabularies import Signal, Visibility
from tests.factories import make_demand, make_project
from tests.matcher.matching.cases import EVERYBODY, Case, case_of, random_case
from tests.matcher.plain_eligibility import FAILS, rule_truth
from tests.matcher.profile_collections import ids
from tests.matcher.profile_strategies import profiles_with_rules, rules

some_profiles = st.lists(profiles_with_rules, min_size=2, max_size=8)
SOME = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def assert_swapped(there: ScoredMatch, back: ScoredMatch) -> None:
    assert (there.forward, there.backward) == (back.backward, back.forward)  # every part, to the last bit
    assert (there.fused, there.score) == (back.fused, back.score)


@given(profiles=some_profiles)
@SOME
def test_swapping_sides_swaps_the_directed_scores_and_leaves_the_match(
    shared_indexer: Indexer, profiles: list[Profile]
) -> None:
    case = case_of(shared_indexer, profiles)
    for other in range(1, len(profiles)):
        assert_swapped(case.pair("p0", f"p{other}"), case.pair(f"p{other}", "p0"))


def test_swapping_sides_swaps_scores_in_a_large_base(base_alone: Case) -> None:
    askers = base_alone.askers("swap", 40)
    for one, other in zip(askers[::2], askers[1::2], strict=True):
        assert_swapped(base_alone.pair(one, other), base_alone.pair(other, one))


def test_swapping_sides_across_base_and_delta_swaps_the_two_scores(shared_indexer: Indexer) -> None:
    """To rounding: the two segments add up in another order."""
    case = random_case(shared_indexer, "base and delta")
    stored = sorted(set(case.plain.live) - {one.entry.profile_id for one in case.plain.delta})
    for one, other in zip((each.entry.profile_id for each in case.plain.delta), stored, strict=False):
        there, back = case.pair(one, other), case.pair(other, one)
        assert there.fused == pytest.approx(back.fused, abs=1e-6)
        for mine, yours in ((there.forward, back.backward), (there.backward, back.forward)):
            assert [part.value for part in mine.parts] == pytest.approx([part.value for part in yours.parts], abs=1e-5)


def test_contributions_add_up_and_make_the_score(case: Case) -> None:
    for asker in case.askers(8, 3):
        prepared = case.prepared(asker)
        for scored in case.ranking(asker, 60).matches:
            kind = scored.entry.attributes.kind
            pairing = prepared.scorer.pairings[kind]
            for directed, policy in ((scored.forward, pairing.forward), (scored.backward, pairing.backward)):
                assert [part.signal for part in directed.parts] == list(policy.signals)
                assert sum(part.weight * part.value for part in directed.parts) == pytest.approx(
                    directed.score, abs=1e-6
                )
            there, back = (np.clip(np.array([side.score]), 0, 1) for side in (scored.forward, scored.backward))
            fused = fuse(there, back, pairing.fusion, pairing.forward_weight)
            assert fused[0] == pytest.approx(scored.fused, abs=1e-6)
            assert pairing.calibration.scores(np.array([scored.fused]))[0] == pytest.approx(scored.score, abs=1e-6)


def test_missing_signals_show_the_neutral_value_of_their_direction(case: Case) -> None:
    [asker] = case.askers(15, 1)
    prepared, plain = case.prepared(asker), case.plain_scores(asker)
    seen = set()
    for scored in case.ranking(asker, 200).matches:
        pairing, pair = prepared.scorer.pairings[scored.entry.attributes.kind], plain[scored.entry.profile_id]
        for directed, policy, values in (
            (scored.forward, pairing.forward, pair.forward_values),
            (scored.backward, pairing.backward, pair.backward_values),
        ):
            for part in directed.parts:
                assert part.is_missing is (values.get(part.signal) is None)
                assert (part.raw is None) is part.is_missing
                if part.is_missing:
                    assert part.value == policy.signals[part.signal].neutral
                    seen.add(part.signal)
    assert len(seen) >= 3


@given(profiles=some_profiles, added=st.lists(rules, max_size=2))
@SOME
def test_a_failed_rule_of_either_side_excludes_and_nothing_else_does(
    shared_indexer: Indexer, profiles: list[Profile], added: list[Rule]
) -> None:
    case = case_of(shared_indexer, profiles)
    entry = case.plain.live["p0"].entry
    for_others = [*(one.rule for one in entry.attributes.rules), *added]
    expected = set()
    for key, one in case.plain.live.items():
        profile, language = one.entry.profile(), one.entry.language
        told = [rule_truth(profile, language, rule) for rule in for_others]
        told += [rule_truth(entry.profile(), entry.language, each.rule) for each in one.entry.attributes.rules]
        if key != "p0" and profile.visibility is not Visibility.HIDDEN and FAILS not in told:
            expected.add(key)
    ranking = case.ranking("p0", 50, replace(EVERYBODY, rules=added))
    assert set(ids(ranking)) == expected
    assert ranking.eligible == len(expected)


@given(profiles=some_profiles, added=st.lists(rules, min_size=1, max_size=3))
@SOME
def test_tightening_a_rule_never_adds_results(
    shared_indexer: Indexer, profiles: list[Profile], added: list[Rule]
) -> None:
    case = case_of(shared_indexer, profiles)
    found = [set(ids(case.ranking("p0", 50, replace(EVERYBODY, rules=added[:count])))) for count in range(4)]
    assert all(after <= before for before, after in pairwise(found))


@given(profiles=some_profiles, fewer=st.integers(1, 9), more=st.integers(1, 9))
@SOME
def test_raising_a_minimum_never_adds_results(
    shared_indexer: Indexer, profiles: list[Profile], fewer: int, more: int
) -> None:
    case = case_of(shared_indexer, profiles)
    low, high = sorted((fewer, more))
    found = [set(ids(case.ranking("p0", 50, replace(EVERYBODY, rules=(_trl_of(level),))))) for level in (low, high)]
    assert found[1] <= found[0]


def _trl_of(level: float) -> Rule:
    return Rule(condition=AtLeast(attribute=NumberAttribute.TRL, value=level))


def test_an_unknown_rule_costs_and_appears(indexer: Indexer) -> None:
    case = case_of(indexer, [make_demand(), make_project(title="A pump"), make_project(title="A pump", trl=6)])
    asked = Scope(target_kinds=EVERYBODY.target_kinds, rules=(_trl_of(5),))
    unknown, before = case.pair("p0", "p1", asked), case.pair("p0", "p1")
    known = case.pair("p0", "p2", asked)
    told = {part.signal: part for part in unknown.forward.parts}[Signal.UNKNOWN_RULES]
    # One unanswered rule counts 1 - 1 / 2, at a weight of -.06.
    assert (told.raw, told.value, told.contribution) == (1, 0.5, -0.03)
    assert unknown.forward.score == pytest.approx(before.forward.score - 0.03, abs=1e-9)
    assert unknown.backward == before.backward
    assert unknown.score < known.score
    assert {"p1", "p2"} <= set(ids(case.ranking("p0", 10, asked)))


def test_the_other_sides_unknown_rule_costs_the_other_side(indexer: Indexer) -> None:
    rules = [{"condition": {"op": "at_least", "attribute": "trl", "value": 5}}]
    case = case_of(indexer, [make_project(), make_demand(), make_demand(rules=rules)])
    free, asking = case.pair("p0", "p1"), case.pair("p0", "p2")
    assert asking.forward == free.forward
    assert asking.backward.score == pytest.approx(free.backward.score - 0.03, abs=1e-9)
