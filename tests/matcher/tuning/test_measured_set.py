"""A signal table holds what the pipeline measures: its order under a policy is the served order."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.matcher.bootstrap import open_database
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.evaluation.judged_set import JudgedSet, Record
from services.matcher.evaluation.metrics import ndcg_at_k
from services.matcher.evaluation.progress import no_progress
from services.matcher.evaluation.served import PipelineRanker, pipeline_rankers
from services.matcher.policies.model_folder import ModelFolder
from services.matcher.scoring.policy import RankingPolicy, Scores
from services.matcher.scoring.shipped import SHIPPED_POLICY
from services.matcher.tuning.lambdamart import TreeSettings, learned_scores, train
from services.matcher.tuning.measured_set import measure_set
from services.matcher.tuning.ranking_gain import ndcg_of, policy_scores
from services.matcher.tuning.signal_table import NO_TARGET, SignalTable
from services.matcher.tuning.weight_search import SearchSettings, tuned_policy
from shared.contracts.profiles import Kind, Profile
from tests.matcher.encoders import HashingEncoder
from tests.matcher.profile_collections import random_versions

DEPTH = 30
Ask = Callable[[RankingPolicy], PipelineRanker]


@pytest.fixture(scope="module")
def profiles() -> dict[str, Profile]:
    return {one.profile_id: one.profile for one in random_versions(6, 700)}


@pytest.fixture(scope="module")
def judged(profiles: dict[str, Profile]) -> JudgedSet:
    of_kind = {kind: [key for key, profile in profiles.items() if profile.kind is kind] for kind in Kind}
    subjects: list[tuple[str, Record]] = [(key, {}) for key in of_kind[Kind.PROJECT][:40]]
    targets: list[tuple[str, Record]] = [(key, {}) for key in of_kind[Kind.INVESTOR]]
    qrels = {
        query: {targets[(7 * number + step) % len(targets)][0]: 1 + step % 2 for step in range(3)}
        for number, (query, _) in enumerate(subjects)
    }
    return JudgedSet(
        name="random",
        subject_kind=Kind.PROJECT,
        target_kind=Kind.INVESTOR,
        language=None,
        description="",
        subjects=subjects,
        targets=targets,
        qrels=qrels,
        ignore={subjects[0][0]: {targets[0][0], targets[1][0]}},
    )


@pytest.fixture(scope="module")
def ask(profiles: dict[str, Profile], judged: JudgedSet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('tuning') / 'matcher.db'}")
    encoder = HashingEncoder()
    store = VectorStore(database, encoder)

    def ranker(policy: RankingPolicy) -> PipelineRanker:
        subjects = [(key, profiles[key]) for key, _ in judged.subjects]
        targets = [(key, profiles[key]) for key, _ in judged.targets]
        [one] = pipeline_rankers(
            subjects, targets, no_progress, encoder=encoder, store=store, policies={"one": policy}
        ).values()
        return one

    yield ranker
    database.close()


@pytest.fixture(scope="module")
def table(ask: Ask, judged: JudgedSet) -> SignalTable:
    return measure_set(judged, ask(SHIPPED_POLICY))


def order_of(table: SignalTable, scores: Scores, row: int) -> list[str]:
    ranked = sorted(
        (-scores[row, place], table.target_ids[target])
        for place, target in enumerate(table.targets[row].tolist())
        if target != NO_TARGET
    )
    return [target_id for _, target_id in ranked]


def test_the_tables_order_is_the_served_order(ask: Ask, judged: JudgedSet, table: SignalTable) -> None:
    for policy in (SHIPPED_POLICY, tuned_policy([table], SHIPPED_POLICY, SearchSettings(restarts=1, passes=1))):
        ranker, scores = ask(policy), policy_scores(table, policy)
        for row, query in enumerate(table.query_ids):
            ignored = judged.ignore.get(query, set())
            served = [one for one in ranker.rank(query, DEPTH + len(ignored)) if one not in ignored][:DEPTH]
            assert order_of(table, scores, row)[:DEPTH] == served


def test_ndcg_of_the_table_is_that_of_the_served_rankings(ask: Ask, judged: JudgedSet, table: SignalTable) -> None:
    ranker, qrels = ask(SHIPPED_POLICY), judged.evaluated()
    assert tuple(qrels) == table.query_ids
    expected = []
    for query, grades in qrels.items():
        ignored = judged.ignore.get(query, set())
        ranking = [one for one in ranker.rank(query, DEPTH) if one not in ignored]
        expected.append(ndcg_at_k(ranking, grades, 10))
    assert ndcg_of(table, policy_scores(table, SHIPPED_POLICY)).tolist() == pytest.approx(expected, abs=1e-12)


def test_a_learned_models_order_is_the_served_order(ask: Ask, table: SignalTable, judged: JudgedSet) -> None:
    model = train([table], SHIPPED_POLICY, TreeSettings(least_in_leaf=5))
    policy = replace(SHIPPED_POLICY, learned={model.kinds: model})
    ranker, scores = ask(policy), learned_scores(table, model, SHIPPED_POLICY)
    for row, query in enumerate(table.query_ids):
        ignored = judged.ignore.get(query, set())
        served = [one for one in ranker.rank(query, DEPTH + len(ignored)) if one not in ignored][:DEPTH]
        told = order_of(table, scores, row)
        values = {table.target_ids[target]: scores[row, place] for place, target in enumerate(table.targets[row])}
        assert [values[one] for one in told[: len(served)]] == pytest.approx([values[one] for one in served], abs=1e-9)


def test_a_large_corpus_keeps_the_best_and_the_relevant(ask: Ask, judged: JudgedSet, table: SignalTable) -> None:
    few = measure_set(judged, ask(SHIPPED_POLICY), most_targets=12)
    whole = policy_scores(table, SHIPPED_POLICY)
    for row in range(few.size):
        kept = {few.target_ids[target] for target in few.targets[row].tolist() if target != NO_TARGET}
        relevant = {
            table.target_ids[target]
            for target, grade in zip(table.targets[row].tolist(), table.grades[row].tolist(), strict=True)
            if grade
        }
        assert kept == set(order_of(table, whole, row)[:12]) | relevant
    assert few.ideals.tolist() == table.ideals.tolist()


def test_the_artefact_survives_a_file(tmp_path: Path, table: SignalTable) -> None:
    model = train([table], SHIPPED_POLICY, TreeSettings(least_in_leaf=5))
    folder = ModelFolder(tmp_path / "models")
    assert list(folder) == []
    path = folder.write(model)
    assert list(folder) == [model.model_id]
    assert folder[model.model_id].trees == model.trees
    path.write_text(json.dumps({**model.as_json(), "id": "lambdamart-000000000000"}), encoding="utf-8")
    nonsense, short = replace(model, trees="no trees"), replace(model, features=model.features[1:])
    for unsound in (nonsense, short):
        folder.write(unsound)
        assert folder.get(unsound.model_id) is None
    for unknown in (model.model_id, "lambdamart-000000000000", "../secret"):
        assert folder.get(unknown) is None
