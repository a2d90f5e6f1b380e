"""The served ranking equals the score of every eligible document computed from its definition."""

from dataclasses import replace
from datetime import date

import pytest

from services.matcher.matching.eligible import Scope
from services.matcher.matching.indexing import Indexer
from services.matcher.matching.pipeline import Ranking
from services.matcher.matching.stored import stored_subject
from services.matcher.scoring.policy import DirectedPolicy, RankingPolicy, Weight
from services.matcher.scoring.shipped import one_leg
from shared.contracts.parts import Region
from shared.contracts.profiles import Kind
from shared.contracts.rules import AtLeast, AtMost, NotIn, Or, Overlaps, Range, Rule, SetAttribute, Within
from shared.contracts.rules import NumberAttribute as Number
from shared.contracts.vocabularies import Fusion, Language, Signal
from tests.factories import make_project
from tests.matcher.matching.cases import EVERYBODY, Case, case_of, make_case
from tests.matcher.plain_ranking import PlainPair
from tests.matcher.profile_collections import ALL_KINDS, documents, ids, make_publisher, random_versions, version

ENERGY = Overlaps(attribute=SetAttribute.SECTOR, values=("energy",))
CHINESE = Overlaps(attribute=SetAttribute.LANGUAGE, values=("zh",))
HEBEI = Within(region=Region(province="河北省"))
MATURE = Rule(condition=AtLeast(attribute=Number.TRL, value=6), label="mature")
SMALL_OR_ENERGY = Rule(
    condition=Or(conditions=(AtMost(attribute=Number.AMOUNT_USD, value=1e6), ENERGY)),
    applies_to=(Kind.PROJECT, Kind.INVESTOR),
)
QUESTIONS: dict[str, tuple[Scope, Fusion | None, int]] = {
    "everybody": (EVERYBODY, None, 10),
    "only the best": (EVERYBODY, None, 1),
    "more than the nearest": (EVERYBODY, None, 300),
    "energy": (replace(EVERYBODY, filters=(ENERGY,)), None, 20),
    "Chinese in Hebei": (replace(EVERYBODY, filters=(CHINESE, HEBEI)), None, 150),
    "not medical, on a day": (
        replace(
            EVERYBODY, filters=(NotIn(attribute=SetAttribute.SECTOR, values=("medical",)),), as_of=date(2026, 7, 1)
        ),
        Fusion.MINIMUM,
        10,
    ),
    "nothing": (replace(EVERYBODY, filters=(Range(attribute=Number.TRL, minimum=10),)), None, 10),
    "rules": (replace(EVERYBODY, rules=(MATURE, SMALL_OR_ENERGY)), Fusion.PRODUCT, 30),
    "investors": (Scope(target_kinds=(Kind.INVESTOR,)), Fusion.WEIGHTED, 10),
    "projects and demands": (Scope(target_kinds=(Kind.PROJECT, Kind.RD_DEMAND)), Fusion.HARMONIC, 200),
}


def assert_exact(ranking: Ranking, plain: dict[str, PlainPair], limit: int) -> None:
    """The same scores in the same order; single precision in the signals, times the slope of the calibration."""
    assert ranking.eligible == len(plain)
    assert len(ranking.matches) == min(limit, len(plain))
    best = sorted((pair.score for pair in plain.values()), reverse=True)[:limit]
    assert [scored.score for scored in ranking.matches] == pytest.approx(best, abs=1e-4)
    for scored in ranking.matches:
        pair = plain[scored.entry.profile_id]
        told = (scored.forward.score, scored.backward.score, scored.fused)
        assert told == pytest.approx((pair.forward, pair.backward, pair.fused), abs=2e-6)
        assert scored.score == pytest.approx(pair.score, abs=1e-4)
        assert 0 <= scored.score < 1
    order = [(-scored.score, scored.entry.profile_id) for scored in ranking.matches]
    assert order == sorted(order)


@pytest.mark.parametrize("name", QUESTIONS)
def test_answer_equals_brute_force(case: Case, name: str) -> None:
    scope, fusion, limit = QUESTIONS[name]
    for asker in case.askers(name, 2):
        assert_exact(case.ranking(asker, limit, scope, fusion), case.plain_scores(asker, scope, fusion), limit)


@pytest.mark.parametrize("kind", Kind)
def test_answer_equals_brute_force_whoever_asks(case: Case, kind: Kind) -> None:
    asker = next(key for key, one in sorted(case.plain.live.items()) if one.entry.attributes.kind is kind)
    assert_exact(case.ranking(asker, 25), case.plain_scores(asker), 25)


@pytest.mark.parametrize("languages", [frozenset(), frozenset({Language.CHINESE}), frozenset(Language)])
def test_answer_equals_brute_force_whatever_the_model_reads(case: Case, languages: frozenset[Language]) -> None:
    told = make_case(case.snapshot, case.plain, languages=languages)
    for asker in case.askers(7, 2):
        assert_exact(told.ranking(asker, 10), told.plain_scores(asker), 10)


@pytest.mark.parametrize("signal", [Signal.MEANING, Signal.WORDS, Signal.FOCUS])
def test_answer_of_one_leg_equals_brute_force(base_alone: Case, signal: Signal) -> None:
    told = make_case(base_alone.snapshot, base_alone.plain, one_leg(signal))
    [asker] = told.askers(signal, 1)
    assert_exact(told.ranking(asker, 10), told.plain_scores(asker), 10)


@pytest.mark.parametrize("signal", [Signal.MEANING, Signal.WORDS])
@pytest.mark.parametrize("limit", [1, 10])
def test_answer_equals_brute_force_where_a_likeness_is_a_cost(case: Case, signal: Signal, limit: int) -> None:
    """As a policy that is drafted may have it: the best are then among the least alike."""
    weights = {Signal.FOCUS: 0.3, Signal.STAGE: 0.3, Signal.TAGS: 0.4, signal: -0.5}
    policy = RankingPolicy(
        revision="unlike", base=DirectedPolicy(signals={one: Weight(weight=each) for one, each in weights.items()})
    )
    told = make_case(case.snapshot, case.plain, policy)
    for asker in told.askers(limit, 3):
        assert_exact(told.ranking(asker, limit), told.plain_scores(asker), limit)


@pytest.mark.parametrize("limit", [5, 60])
def test_answer_equals_brute_force_where_the_legs_disagree(case: Case, limit: int) -> None:
    """The words of one document with the vectors of another: the best are not among the nearest."""
    told = make_case(case.snapshot, case.plain, languages=frozenset(Language))
    for first, second in zip(case.askers(limit, 3), case.askers(limit + 1, 3), strict=True):
        words, vectors = (stored_subject(asker, case.snapshot) for asker in (first, second))
        mixed = replace(words.texts, offer_vector=vectors.texts.offer_vector, need_vector=vectors.texts.need_vector)
        subject = replace(words, texts=mixed)
        assert_exact(told.ranking(subject, limit), told.plain_scores(subject), limit)


def test_nobody_is_proposed_to_oneself_and_the_hidden_to_nobody(case: Case) -> None:
    hidden = {key for key, one in case.plain.live.items() if one.entry.visibility == "hidden"}
    assert hidden
    for asker in (*case.askers(9, 3), min(hidden)):
        assert not {asker, *hidden} & set(ids(case.ranking(asker, 1_000)))


def test_equal_documents_are_listed_by_id_across_segments(indexer: Indexer) -> None:
    filler = random_versions(1, 400)
    equal = make_project(title="Solid electrolyte", summary="for safer cells")
    twins = [version(f"twin{number:02}", equal) for number in range(60)]
    publisher = make_publisher(indexer, [*filler, *twins[::2]])
    publisher.apply(documents(indexer, twins[1::2]), (), 1_000)
    assert publisher.current.delta.size == 30
    case = make_case(publisher.current, case_of(indexer, []).plain)
    for limit in (1, 5, 58, 59):
        ranking = case.ranking("twin00", limit, Scope(target_kinds=(Kind.PROJECT,)))
        assert ids(ranking) == [f"twin{number:02}" for number in range(1, limit + 1)]


def test_equal_questions_have_equal_answers_to_the_last_bit(case: Case) -> None:
    again = make_case(case.snapshot, case.plain)  # calibrated anew
    for asker in case.askers(11, 3):
        assert case.ranking(asker, 100) == case.ranking(asker, 100) == again.ranking(asker, 100)


def test_longer_answer_begins_with_the_shorter_one(case: Case) -> None:
    for asker in case.askers(12, 2):
        longest = case.ranking(asker, 400).matches
        assert all(case.ranking(asker, limit).matches == longest[:limit] for limit in (1, 7, 99, 257))


def test_score_does_not_depend_on_who_else_is_asked_for(base_alone: Case) -> None:
    [asker] = base_alone.askers(13, 1)
    everybody = {one.entry.profile_id: one for one in base_alone.ranking(asker, 1_000).matches}
    few = base_alone.ranking(asker, 1_000, Scope(target_kinds=(Kind.INVESTOR,), filters=(ENERGY,)))
    assert few.matches
    assert all(one == everybody[one.entry.profile_id] for one in few.matches)


def test_empty_snapshot_answers_nothing(indexer: Indexer) -> None:
    asking, empty = case_of(indexer, [make_project()]), case_of(indexer, [])
    ranking = empty.ranking(stored_subject("p0", asking.snapshot), 10)
    assert ranking == Ranking(matches=(), eligible=0)


def test_kinds_that_are_not_asked_for_are_not_answered(base_alone: Case) -> None:
    for asker in base_alone.askers(14, 3):
        found = base_alone.ranking(asker, 1_000, Scope(target_kinds=ALL_KINDS[1:3])).matches
        assert {one.entry.attributes.kind for one in found} == set(ALL_KINDS[1:3])
