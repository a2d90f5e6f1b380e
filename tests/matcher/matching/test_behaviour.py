"""Priors as signals: weighed like any other, the same whoever asks, and never lost by the bounds."""

from dataclasses import replace

import numpy as np
import pytest

from services.matcher.matching.behaviour import NO_BEHAVIOUR, Behaviour, PriorBook
from services.matcher.matching.indexing import Indexer
from services.matcher.matching.pipeline import Prepared, ScoredMatch, in_order, match, prepare
from services.matcher.matching.stored import stored_subject
from services.matcher.matching.why import why
from services.matcher.priors.cells import cells_of
from services.matcher.priors.priors import NO_PRIORS, Priors, make_priors
from services.matcher.priors.shrinkage import Counted
from services.matcher.scoring.directed import SignalPart
from services.matcher.scoring.policy import DirectedPolicy, RankingPolicy, Weight
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.vocabularies import Signal
from tests.matcher.matching.cases import EVERYBODY, Case, make_case, random_case


def weighing(acceptance: float) -> RankingPolicy:
    """The shipped policy with a weight of `acceptance`."""

    def with_it(policy: DirectedPolicy) -> DirectedPolicy:
        return policy.with_signals(acceptance=Weight(weight=acceptance, neutral=0.5)).scaled()

    directed = {kinds: with_it(policy) for kinds, policy in SHIPPED_POLICY.directed.items()}
    return replace(SHIPPED_POLICY, revision="weighing", base=with_it(SHIPPED_POLICY.base), directed=directed)


@pytest.fixture(scope="module")
def case(shared_indexer: Indexer) -> Case:
    found = random_case(shared_indexer, "base and delta")
    return make_case(found.snapshot, found.plain, weighing(0.3))


@pytest.fixture(scope="module")
def priors(case: Case) -> Priors:
    """Every other profile was asked now and then."""
    generator = np.random.default_rng(3)
    asked = sorted(case.plain.live)[::2]
    counts = {one: Counted(asked=9, yes=float(generator.integers(0, 10))) for one in asked}
    return make_priors(counts, counts, {one: cells_of(case.plain.live[one].entry.facts) for one in asked})


def prepared(case: Case, asker: str, priors: Priors, *, is_personalised: bool = True) -> Prepared:
    subject = stored_subject(asker, case.snapshot)
    behaviour = Behaviour.of(priors, subject, PriorBook(), is_personalised=is_personalised)
    return prepare(subject, EVERYBODY, case.snapshot, case.book, behaviour=behaviour)


def part(scored: ScoredMatch, signal: Signal, *, forward: bool) -> SignalPart:
    parts = (scored.forward if forward else scored.backward).parts
    return next(one for one in parts if one.signal is signal)


def test_the_answer_is_the_best_of_all_pairs_whatever_the_bounds_leave_out(case: Case, priors: Priors) -> None:
    moved = 0
    for asker in case.askers(4, 4):
        asking = prepared(case, asker, priors)
        ranked = match(asking, 10).matches
        everybody = match(asking, len(case.plain.live)).matches
        assert [one.entry.profile_id for one in ranked] == [one.entry.profile_id for one in in_order(everybody)[:10]]
        moved += ranked[0].entry.profile_id != case.ranking(asker, 1).matches[0].entry.profile_id
        for scored in ranked:
            own = why(asking, case.snapshot, scored.entry.profile_id, limit=1, floor=0).match
            assert own.score == pytest.approx(scored.score)
    assert moved  # the prior matters in this policy


def test_a_prior_is_the_targets_forward_and_the_subjects_backward(case: Case, priors: Priors) -> None:
    [asker] = case.askers(5, 1)
    own = priors.of(asker, case.plain.live[asker].entry.facts)
    for scored in match(prepared(case, asker, priors), 20).matches:
        theirs = priors.of(scored.entry.profile_id, scored.entry.facts)
        assert part(scored, Signal.ACCEPTANCE, forward=True).raw == pytest.approx(theirs.acceptance, abs=1e-6)
        assert part(scored, Signal.ACCEPTANCE, forward=False).raw == pytest.approx(own.acceptance, abs=1e-6)
        for directed in (scored.forward, scored.backward):
            assert sum(one.contribution for one in directed.parts) == pytest.approx(directed.score)


def test_a_pair_scores_the_same_whoever_asks(case: Case, priors: Priors) -> None:
    one, other = case.askers(6, 2)
    there = why(prepared(case, one, priors), case.snapshot, other, limit=1, floor=0).match
    back = why(prepared(case, other, priors), case.snapshot, one, limit=1, floor=0).match
    assert there.fused == pytest.approx(back.fused, abs=1e-6)


def test_without_profiling_nothing_is_told_of_what_the_subject_did(case: Case, priors: Priors) -> None:
    [asker] = case.askers(5, 1)
    for scored in match(prepared(case, asker, priors, is_personalised=False), 5).matches:
        assert part(scored, Signal.ACCEPTANCE, forward=False).is_missing
        assert not part(scored, Signal.ACCEPTANCE, forward=True).is_missing


def test_before_anybody_was_asked_answers_are_as_without_priors(case: Case) -> None:
    [asker] = case.askers(7, 1)
    assert make_priors({}, {}, {}) is NO_PRIORS
    without = case.ranking(asker, 20)
    assert match(prepared(case, asker, NO_PRIORS), 20) == without
    assert all(part(one, Signal.ACCEPTANCE, forward=True).is_missing for one in without.matches)
    assert NO_BEHAVIOUR.priors.version is None


def test_the_version_names_what_was_counted_and_of_whom() -> None:
    counted = {"a": Counted(asked=2, yes=1), "b": Counted(asked=1)}
    version = make_priors(counted, {}, {}).version
    assert version == make_priors(dict(reversed(counted.items())), {}, {}).version
    assert version != make_priors({"a": counted["a"]}, {}, {}).version
    assert version != make_priors({}, counted, {}).version


def test_columns_say_of_every_profile_what_is_said_of_it_alone(case: Case, priors: Priors) -> None:
    book, declared = PriorBook(), 0
    for segment, _ in case.snapshot.segments():
        columns = book.columns(priors, segment)
        for row, entry in enumerate(segment.entries):
            alone = priors.of(entry.profile_id, entry.facts)
            declared += bool(entry.facts.record and entry.facts.record.response_rate)
            told = [float(columns.acceptance[row]), float(columns.responsiveness[row])]
            assert told == pytest.approx([alone.acceptance, alone.responsiveness], abs=1e-6, nan_ok=True)
        assert book.columns(priors, segment) is columns
    assert declared > 20
