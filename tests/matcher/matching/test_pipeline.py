"""The served ranking equals the score of every eligible document computed from its definition."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from services.matcher.matching.policies import TEXT_POLICY, RankingPolicy

from services.matcher.bootstrap import open_database
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.matching.indexing import Indexer
from services.matcher.matching.matchmaker import stored_subject
from services.matcher.matching.pipeline import Ranking, Scope, match
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.parts import Region
from shared.contracts.profiles import Kind
from shared.contracts.rules import Condition, NotIn, Overlaps, Range, SetAttribute, Within
from shared.contracts.rules import NumberAttribute as Number
from shared.contracts.vocabularies import Language
from tests.factories import make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.plain_ranking import PlainCollection, plain_collection, plain_scores
from tests.matcher.profile_collections import (
    ALL_KINDS,
    MODEL_LANGUAGES,
    documents,
    ids,
    make_publisher,
    random_profile,
    random_versions,
    rank,
    version,
)

BASE_SIZE = 700
FILTERS: dict[str, tuple[Condition, ...]] = {
    "none": (),
    "energy": (Overlaps(attribute=SetAttribute.SECTOR, values=("energy",)),),
    "chinese outside Beijing": (
        Overlaps(attribute=SetAttribute.LANGUAGE, values=("zh",)),
        Within(region=Region(province="河北省")),
    ),
    "not medical": (NotIn(attribute=SetAttribute.SECTOR, values=("medical",)),),
    "nothing": (Range(attribute=Number.TRL, minimum=1),),
}
LEXICAL_ONLY = RankingPolicy(revision="lexical", dense_weight=0, dense_weight_across=0, dense_weight_unread=0)
DENSE_ONLY = RankingPolicy(revision="dense", dense_weight=1, dense_weight_across=1, dense_weight_unread=1)
POLICIES = {policy.revision: policy for policy in (TEXT_POLICY, LEXICAL_ONLY, DENSE_ONLY)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A snapshot and what it holds, told plainly."""

    snapshot: Snapshot
    plain: PlainCollection


@pytest.fixture(scope="module")
def module_indexer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexer]:
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('pipeline') / 'matcher.db'}")
    encoder = HashingEncoder()
    yield Indexer(encoder, VectorStore(database, encoder))
    database.close()


@pytest.fixture(scope="module", params=["base alone", "base and delta", "delta alone"])
def case(request: pytest.FixtureRequest, module_indexer: Indexer) -> Case:
    draw = random.Random(5)
    first = random_versions(1, BASE_SIZE if request.param != "delta alone" else 0)
    publisher = make_publisher(module_indexer, first)
    base = documents(module_indexer, first)
    live = {one.entry.profile_id: one for one in base}
    delta = []
    if request.param != "base alone":
        revised = [version(f"p{number:04}", random_profile(draw, number), 2) for number in range(0, 40, 2)]
        delta = documents(module_indexer, revised + random_versions(3, 20, first=BASE_SIZE))
        withdrawn = [f"p{number:04}" for number in range(1, 20, 2)]
        publisher.apply(delta, withdrawn, BASE_SIZE + 1)
        live |= {one.entry.profile_id: one for one in delta}
        live = {key: one for key, one in live.items() if key not in withdrawn}
    if request.param == "base and delta":
        assert publisher.current.delta.size == len(delta) == 40
    if request.param == "delta alone":
        base, delta = delta, []  # a first delta is merged at once: the collection is its own base
    return Case(snapshot=publisher.current, plain=plain_collection(base, delta, live))


def assert_exact(ranking: Ranking, scores: dict[str, float], limit: int) -> None:
    assert ranking.eligible == len(scores)
    assert len(ranking.matches) == min(limit, len(scores))
    best = sorted(scores.values(), reverse=True)[:limit]
    assert [scored.score for scored in ranking.matches] == pytest.approx(best, abs=1e-5)
    for scored in ranking.matches:
        assert scored.score == pytest.approx(scores[scored.entry.profile_id], abs=1e-5)
    order = [(-scored.score, scored.entry.profile_id) for scored in ranking.matches]
    assert order == sorted(order)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("limit", [1, 10, 150])
@pytest.mark.parametrize("chosen", FILTERS)
def test_answer_equals_brute_force(case: Case, chosen: str, limit: int, policy: str) -> None:
    draw = random.Random(f"{chosen}{limit}{policy}")
    for asker in draw.sample(sorted(case.plain.live), 2):
        subject = stored_subject(asker, case.snapshot)
        scope = Scope(target_kinds=draw.sample(ALL_KINDS, 4), filters=FILTERS[chosen], limit=limit)
        ranking = match(subject, scope, case.snapshot, POLICIES[policy], MODEL_LANGUAGES)
        assert_exact(ranking, plain_scores(subject, scope, case.plain, POLICIES[policy], MODEL_LANGUAGES), limit)


@pytest.mark.parametrize("languages", [frozenset(), frozenset({Language.CHINESE}), frozenset(Language)])
def test_answer_equals_brute_force_whatever_the_model_reads(case: Case, languages: frozenset[Language]) -> None:
    for asker in random.Random(7).sample(sorted(case.plain.live), 3):
        subject, scope = stored_subject(asker, case.snapshot), Scope(target_kinds=ALL_KINDS)
        ranking = match(subject, scope, case.snapshot, TEXT_POLICY, languages)
        assert_exact(ranking, plain_scores(subject, scope, case.plain, TEXT_POLICY, languages), 10)


@pytest.mark.parametrize("limit", [5, 60])
def test_answer_equals_brute_force_where_the_legs_disagree(case: Case, limit: int) -> None:
    """The words of one document with the vector of another: the best are not among the nearest."""
    draw = random.Random(limit)
    for _ in range(10):
        first, second = (stored_subject(asker, case.snapshot) for asker in draw.sample(sorted(case.plain.live), 2))
        subject, scope = replace(first, vector=second.vector), Scope(target_kinds=ALL_KINDS, limit=limit)
        ranking = match(subject, scope, case.snapshot, TEXT_POLICY, frozenset(Language))
        assert_exact(ranking, plain_scores(subject, scope, case.plain, TEXT_POLICY, frozenset(Language)), limit)


def test_contributions_add_up_to_the_score(case: Case) -> None:
    for asker in random.Random(8).sample(sorted(case.plain.live), 5):
        for scored in rank(stored_subject(asker, case.snapshot), case.snapshot, limit=50).matches:
            parts = scored.dense.weight * scored.dense.normalised + scored.lexical.weight * scored.lexical.normalised
            assert abs(parts - scored.score) < 1e-9
            assert scored.dense.weight + scored.lexical.weight == pytest.approx(1, abs=1e-12)
            assert 0 <= scored.score <= 1


def test_nobody_is_proposed_to_oneself(case: Case) -> None:
    for asker in random.Random(9).sample(sorted(case.plain.live), 5):
        assert asker not in ids(rank(stored_subject(asker, case.snapshot), case.snapshot, limit=200))


def test_equal_documents_are_listed_by_id_across_segments(indexer: Indexer) -> None:
    filler = random_versions(1, 400)
    equal = make_project(title="Solid electrolyte", summary="for safer cells")
    twins = [version(f"twin{number:02}", equal) for number in range(60)]
    publisher = make_publisher(indexer, [*filler, *twins[::2]])
    publisher.apply(documents(indexer, twins[1::2]), (), 1_000)
    assert publisher.current.delta.size == 30
    subject = stored_subject("twin00", publisher.current)
    for limit in (1, 5, 58, 59):
        assert ids(rank(subject, publisher.current, limit, [Kind.PROJECT])) == [
            f"twin{number:02}" for number in range(1, limit + 1)
        ]


def test_equal_questions_have_equal_answers_to_the_last_bit(case: Case) -> None:
    subject = stored_subject(min(case.plain.live), case.snapshot)
    assert rank(subject, case.snapshot, 100) == rank(subject, case.snapshot, 100)


def test_longer_answer_begins_with_the_shorter_one(case: Case) -> None:
    subject = stored_subject(min(case.plain.live), case.snapshot)
    longest = ids(rank(subject, case.snapshot, 200))
    assert all(ids(rank(subject, case.snapshot, limit)) == longest[:limit] for limit in (1, 7, 99))


def test_empty_snapshot_answers_nothing(indexer: Indexer) -> None:
    asking = make_publisher(indexer, random_versions(1, 1))
    empty = make_publisher(indexer, [])
    ranking = rank(stored_subject("p0000", asking.current), empty.current)
    assert ranking == Ranking(matches=(), eligible=0)
