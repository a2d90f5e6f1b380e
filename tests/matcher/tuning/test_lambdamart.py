"""A learned model: deterministic, monotone, explained to the last digit, and the same from both sides."""

from dataclasses import replace

import numpy as np
import pytest

from services.matcher.scoring.directed import Measured
from services.matcher.scoring.learned import BadModel, LearnedModel
from services.matcher.scoring.shipped import SHIPPED_POLICY
from services.matcher.tuning.lambdamart import TreeSettings, features_of, learned_scores, matrix_of, train
from services.matcher.tuning.ranking_gain import ndcg_of, policy_scores
from services.matcher.tuning.signal_table import SignalTable
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal
from tests.matcher.tuning.tables import small_table

SETTINGS = TreeSettings(least_in_leaf=20)


@pytest.fixture(scope="module")
def table() -> SignalTable:
    return small_table(120, 40)


@pytest.fixture(scope="module")
def model(table: SignalTable) -> LearnedModel:
    return train([table], SHIPPED_POLICY, SETTINGS)


def signals(table: SignalTable, row: int) -> tuple[dict[Signal, Measured], dict[Signal, Measured]]:
    forward, backward = (
        {signal: Measured(raw=values[row], value=values[row]) for signal, values in side.items()}
        for side in (table.forward, table.backward)
    )
    return forward, backward


def test_equal_data_and_seed_give_the_same_model(table: SignalTable, model: LearnedModel) -> None:
    again = train([table], SHIPPED_POLICY, SETTINGS)
    assert (again.model_id, again.trees) == (model.model_id, model.trees)
    assert train([table], SHIPPED_POLICY, replace(SETTINGS, seed=1)).model_id != model.model_id


def test_it_learns_what_the_judgments_follow(model: LearnedModel) -> None:
    fresh = small_table(60, 40, seed=9)
    before = ndcg_of(fresh, policy_scores(fresh, SHIPPED_POLICY)).mean()
    assert ndcg_of(fresh, learned_scores(fresh, model, SHIPPED_POLICY)).mean() > before + 0.3


def test_contributions_add_up_to_the_score(table: SignalTable, model: LearnedModel) -> None:
    forward, backward = signals(table, 4)
    margins = model.margins(Kind.PROJECT, forward, backward, 40)
    explained = model.explained(Kind.PROJECT, forward, backward, list(range(40)), 40)
    for margin, one in zip(margins.tolist(), explained, strict=True):
        assert one.margin == margin
        assert one.expected + sum(part.contribution for part in one.parts) == pytest.approx(margin, abs=1e-6)
        assert [part.feature for part in one.parts] == list(model.features)


def test_whoever_asks_the_score_is_the_same(table: SignalTable, model: LearnedModel) -> None:
    forward, backward = signals(table, 7)
    there = model.margins(Kind.PROJECT, forward, backward, 40)
    assert there.tolist() == model.margins(Kind.INVESTOR, backward, forward, 40).tolist()


def test_more_of_a_signal_never_lowers_the_score(table: SignalTable, model: LearnedModel) -> None:
    rows = matrix_of(table, model.features, table.is_target).astype(np.float64)[:500]
    before = model.predict(rows)
    for column in range(len(model.features)):
        raised = rows.copy()
        raised[:, column] = np.minimum(raised[:, column] + 0.2, 1)  # what is missing stays missing
        assert (model.predict(raised) >= before - 1e-9).all()


def test_features_leave_out_what_never_varies_and_what_is_there_twice(table: SignalTable) -> None:
    doubled = replace(
        table,
        forward={**table.forward, Signal.STAGE: np.ones_like(table.forward[Signal.WORDS])},
        backward={**table.backward, Signal.REGION: table.forward[Signal.REGION]},
    )
    found = features_of([doubled])
    assert Signal.STAGE not in {feature.signal for feature in found}
    assert [feature.signal for feature in found].count(Signal.REGION) == 1


def test_the_artefact_gives_the_same_model_and_tells_when_it_was_changed(model: LearnedModel) -> None:
    document = model.as_json()
    again = LearnedModel.from_json(document)
    assert (again.model_id, again.features, again.kinds) == (model.model_id, model.features, model.kinds)
    with pytest.raises(BadModel, match="it was changed"):
        LearnedModel.from_json({**document, "trees": document["trees"].replace("0", "1", 1)})
    with pytest.raises(BadModel, match="format 2"):
        LearnedModel.from_json({**document, "format": 2})
    with pytest.raises(BadModel, match="not a model's artefact"):
        LearnedModel.from_json({"format": 1})


def test_whom_the_readable_weights_leave_behind_stands_after_the_rest(table: SignalTable, model: LearnedModel) -> None:
    readable = policy_scores(table, SHIPPED_POLICY)
    scores = learned_scores(table, replace(model, depth=5), SHIPPED_POLICY)
    for row in range(10):
        forward = set(np.argsort(-readable[row], kind="stable")[:5].tolist())
        order = np.argsort(-scores[row], kind="stable").tolist()
        assert set(order[:5]) == forward
        assert order[5:] == np.argsort(-readable[row], kind="stable")[5:].tolist()
