"""Trains LambdaMART over the signals of tables, seeded and on one thread: equal input gives an equal model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from services.matcher.scoring.learned import DEPTH, Feature, LearnedModel
from services.matcher.scoring.policy import COSTS, RankingPolicy, Scores
from services.matcher.tuning.held_back import folds_of, without
from services.matcher.tuning.ranking_gain import leading, policy_scores, present_signals
from services.matcher.tuning.signal_table import SignalTable
from services.matcher.tuning.weight_search import Progress, not_told
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal

MOST_TREES = 600
_PATIENCE = 60
"""Trees without a gain on the queries set apart, after which training stops."""
_WAYS = 5
"""Into so many parts the training queries fall; one is set apart to choose the number of trees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSettings:
    """Few leaves and strong smoothing: judged pairs are few."""

    seed: int = 0
    leaves: int = 12
    learning_rate: float = 0.05
    least_in_leaf: int = 50
    smoothing: float = 10.0
    trained_on: int = DEPTH
    """Best targets of each query by the readable weights, as served. No others: a relevant one from beyond them
    would teach that who stands far behind is relevant."""

    def parameters(self, features: Sequence[Feature]) -> dict[str, Any]:  # Any: lightgbm
        """As LightGBM names them."""
        return {
            "objective": "lambdarank",
            "metric": "ndcg",
            "eval_at": [10],
            "lambdarank_truncation_level": 20,
            "num_leaves": self.leaves,
            "learning_rate": self.learning_rate,
            "min_data_in_leaf": self.least_in_leaf,
            "lambda_l2": self.smoothing,
            "feature_fraction": 0.7,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "monotone_constraints": [-1 if feature.signal in COSTS else 1 for feature in features],
            "seed": self.seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "verbosity": -1,
        }


def features_of(tables: Sequence[SignalTable]) -> tuple[Feature, ...]:
    """Signals of both directions that vary; of two that are the same in every pair, the first."""
    found: dict[bytes, Feature] = {}
    sides = dict.fromkeys(side for table in tables for side in sorted(table.sides))
    for side in sides:
        for signal in present_signals(tables, side):
            columns = [_column(table, side, signal) for table in tables]
            whole = np.concatenate(columns)
            if not np.isnan(whole).all() and np.nanmin(whole) < np.nanmax(whole):
                found.setdefault(whole.tobytes(), Feature(needing=side[0], signal=signal))
    return tuple(found.values())


def train(
    tables: Sequence[SignalTable],
    base: RankingPolicy,
    settings: TreeSettings,
    progress: Progress = not_told,
) -> LearnedModel:
    """A model of the tables' pair of kinds; the number of trees is chosen on queries set apart, then all are used."""
    kept = [table.narrowed(leading(table, policy_scores(table, base), settings.trained_on)) for table in tables]
    features = features_of(kept)
    [apart, *_] = folds_of(kept, _WAYS, seed=settings.seed)
    learning = without(kept, apart)
    checking = [table.of_queries(rows) for table, rows in zip(kept, apart, strict=True)]
    trees = _trees(learning, checking, features, settings)
    progress(1, 2)
    booster = _boosted(kept, None, features, settings, trees)
    progress(2, 2)
    first, second = sorted((kept[0].asking, kept[0].asked))
    return LearnedModel(
        first=first,
        second=second,
        features=features,
        depth=settings.trained_on,
        trees=booster.model_to_string(num_iteration=trees),
        training={
            "sets": {table.name: table.size for table in tables},
            "trees": trees,
            "parameters": settings.parameters(features),
        },
    )


def learned_scores(table: SignalTable, model: LearnedModel, base: RankingPolicy) -> Scores:
    """As served: the best by the readable weights in the model's order, the others after them in theirs."""
    readable = policy_scores(table, base)
    pool = leading(table, readable, model.depth)
    scores = np.where(table.is_target, readable - 1e6, -np.inf)
    scores[pool] = model.predict(matrix_of(table, model.features, pool).astype(np.float64))
    return scores


def matrix_of(table: SignalTable, features: Sequence[Feature], mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Values of the features, (pairs in the mask, features), query after query."""
    return np.stack(
        [_column(table, _side(table, feature.needing), feature.signal, mask) for feature in features], axis=1
    )


def _trees(
    learning: Sequence[SignalTable],
    checking: Sequence[SignalTable],
    features: Sequence[Feature],
    settings: TreeSettings,
) -> int:
    if not sum(table.size for table in checking) or not sum(table.size for table in learning):
        return _PATIENCE
    booster = _boosted(learning, checking, features, settings, MOST_TREES)
    return max(int(booster.best_iteration), 1)


def _boosted(
    learning: Sequence[SignalTable],
    checking: Sequence[SignalTable] | None,
    features: Sequence[Feature],
    settings: TreeSettings,
    trees: int,
) -> Any:  # Any: lightgbm
    import lightgbm  # noqa: PLC0415 - takes a second

    parameters = settings.parameters(features)
    data = lightgbm.Dataset(**_data(learning, features), params=parameters)
    if checking is None:
        return lightgbm.train(parameters, data, num_boost_round=trees)
    return lightgbm.train(
        parameters,
        data,
        num_boost_round=trees,
        valid_sets=[lightgbm.Dataset(**_data(checking, features), reference=data, params=parameters)],
        callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)],
    )


def _data(tables: Sequence[SignalTable], features: Sequence[Feature]) -> Mapping[str, Any]:  # Any: lightgbm
    masks = [table.is_target for table in tables]
    return {
        "data": np.concatenate([matrix_of(table, features, mask) for table, mask in zip(tables, masks, strict=True)]),
        "label": np.concatenate([table.grades[mask] for table, mask in zip(tables, masks, strict=True)]),
        "group": np.concatenate([mask.sum(axis=1) for mask in masks]),
    }


def _side(table: SignalTable, needing: Kind) -> tuple[Kind, Kind]:
    return next(side for side in table.sides if side[0] is needing)


def _column(
    table: SignalTable, side: tuple[Kind, Kind], signal: Signal, mask: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.float32]:
    chosen = table.is_target if mask is None else mask
    values = table.signals_of(side).get(signal)
    return np.full(int(chosen.sum()), np.nan, dtype=np.float32) if values is None else values[chosen]
