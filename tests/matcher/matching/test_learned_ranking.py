"""A learned model orders whom the readable weights bring forward; where none is named nothing changes."""

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from services.matcher.matching.eligible import Scope
from services.matcher.matching.pipeline import ScoredMatch
from services.matcher.matching.why import why
from services.matcher.scoring.learned import Feature, LearnedModel
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Fusion, Signal
from shared.contracts.why import DropStage
from tests.matcher.matching.cases import EVERYBODY, Case, make_case

PAIR = frozenset((Kind.PROJECT, Kind.INVESTOR))
INVESTORS = Scope(target_kinds=(Kind.INVESTOR,))
FEATURES = (
    Feature(needing=Kind.PROJECT, signal=Signal.WORDS),
    Feature(needing=Kind.PROJECT, signal=Signal.REGION),
    Feature(needing=Kind.INVESTOR, signal=Signal.SECTOR_SHARE),
    Feature(needing=Kind.INVESTOR, signal=Signal.MEANING),
)


@pytest.fixture(scope="module")
def model() -> LearnedModel:
    """Trained on made-up rows: the values alone matter here."""
    import lightgbm  # noqa: PLC0415 - a second that other tests need not wait for

    generator = np.random.default_rng(0)
    rows = generator.random((600, len(FEATURES)))
    rows[generator.random(rows.shape) < 0.2] = np.nan
    grades = (np.nan_to_num(rows[:, 0]) + np.nan_to_num(rows[:, 2]) > 1.1).astype(int)
    settings: dict[str, Any] = {
        "objective": "lambdarank",
        "num_leaves": 7,
        "verbosity": -1,
        "num_threads": 1,
        "seed": 1,
    }
    data = lightgbm.Dataset(rows, grades, group=[20] * 30)
    trees = lightgbm.train(settings, data, num_boost_round=30).model_to_string()
    return LearnedModel(first=Kind.INVESTOR, second=Kind.PROJECT, features=FEATURES, trees=trees)


@pytest.fixture(scope="module")
def plain_case(case: Case) -> Case:
    return case


@pytest.fixture(scope="module")
def learned_case(case: Case, model: LearnedModel) -> Case:
    return make_case(case.snapshot, case.plain, replace(SHIPPED_POLICY, learned={PAIR: model}))


def of_kind(case: Case, kind: Kind, count: int, seed: int = 1) -> list[str]:
    found = sorted(key for key, one in case.plain.live.items() if one.entry.attributes.kind is kind)
    return random.Random(seed).sample(found, min(count, len(found)))


def told(matches: tuple[ScoredMatch, ...]) -> list[tuple[str, float]]:
    return [(one.entry.profile_id, one.score) for one in matches]


def test_other_pairs_are_ranked_as_before_to_the_last_bit(plain_case: Case, learned_case: Case) -> None:
    others = Scope(target_kinds=(Kind.RD_DEMAND, Kind.SCENARIO))
    for asker in of_kind(plain_case, Kind.PROJECT, 3):
        assert told(learned_case.ranking(asker, 20, others).matches) == told(
            plain_case.ranking(asker, 20, others).matches
        )


def test_the_order_is_the_models_over_all_that_are_eligible(plain_case: Case, learned_case: Case) -> None:
    for asker in of_kind(plain_case, Kind.PROJECT, 4):
        found = learned_case.ranking(asker, 300, INVESTORS).matches
        assert {one.entry.profile_id for one in found} == {
            one.entry.profile_id for one in plain_case.ranking(asker, 300, INVESTORS).matches
        }
        assert told(found) == sorted(told(found), key=lambda one: (-one[1], one[0]))
        for one in found:
            assert one.learned is not None
            assert one.fused == pytest.approx(1 / (1 + np.exp(-one.learned.margin)), abs=1e-12)
            total = one.learned.expected + sum(part.contribution for part in one.learned.parts)
            assert total == pytest.approx(one.learned.margin, abs=1e-6)
            assert 0 <= one.score < 1


def test_only_the_best_by_the_readable_weights_are_ordered(plain_case: Case, model: LearnedModel) -> None:
    policy = replace(SHIPPED_POLICY, learned={PAIR: replace(model, depth=7)})
    learned_case = make_case(plain_case.snapshot, plain_case.plain, policy)
    for asker in of_kind(plain_case, Kind.PROJECT, 4):
        forward = [one.entry.profile_id for one in plain_case.ranking(asker, 7, INVESTORS).matches]
        found = learned_case.ranking(asker, 20, INVESTORS).matches
        assert sorted(one.entry.profile_id for one in found) == sorted(forward)
        behind = [
            one for one in plain_case.ranking(asker, 12, INVESTORS).matches if one.entry.profile_id not in forward
        ]
        for place, one in enumerate(behind, start=len(found) + 1):
            placed = why(
                learned_case.prepared(asker, INVESTORS),
                learned_case.snapshot,
                one.entry.profile_id,
                limit=len(found),
                floor=0,
            )
            assert (placed.stage, placed.rank) == (DropStage.LIMIT, place)


def test_whoever_asks_the_score_is_the_same(learned_case: Case) -> None:
    for project, investor in zip(
        of_kind(learned_case, Kind.PROJECT, 6), of_kind(learned_case, Kind.INVESTOR, 6), strict=False
    ):
        there, back = learned_case.pair(project, investor), learned_case.pair(investor, project)
        assert there.learned is not None and back.learned is not None
        assert there.score == pytest.approx(back.score, abs=1e-6)
        assert there.learned.parts == back.learned.parts or there.fused == pytest.approx(back.fused, abs=1e-6)


def test_kinds_with_and_without_a_model_meet_in_one_list(plain_case: Case, learned_case: Case) -> None:
    for asker in of_kind(plain_case, Kind.PROJECT, 2):
        whole = learned_case.ranking(asker, 500, EVERYBODY).matches
        assert {one.entry.profile_id for one in whole} == {
            one.entry.profile_id for one in plain_case.ranking(asker, 500, EVERYBODY).matches
        }
        by_kind = [one for one in whole if one.entry.attributes.kind is Kind.INVESTOR]
        assert told(tuple(by_kind)) == told(learned_case.ranking(asker, 500, INVESTORS).matches)
        assert all((one.learned is not None) is (one in by_kind) for one in whole)


def test_a_fusion_that_is_asked_for_is_one_of_readable_scores(plain_case: Case, learned_case: Case) -> None:
    [asker] = of_kind(plain_case, Kind.PROJECT, 1)
    found = learned_case.ranking(asker, 10, INVESTORS, Fusion.MINIMUM).matches
    assert told(found) == told(plain_case.ranking(asker, 10, INVESTORS, Fusion.MINIMUM).matches)
    assert all(one.learned is None for one in found)


def test_why_tells_rank_and_score_of_the_answer(learned_case: Case) -> None:
    [asker] = of_kind(learned_case, Kind.PROJECT, 1)
    found = learned_case.ranking(asker, 10, INVESTORS).matches
    for rank, one in enumerate(found, start=1):
        placed = why(
            learned_case.prepared(asker, INVESTORS), learned_case.snapshot, one.entry.profile_id, limit=10, floor=0
        )
        assert (placed.stage, placed.rank, placed.match.score) == (DropStage.RETURNED, rank, one.score)
