"""Folds keep an organisation whole; a gain is promised only where interval and test support it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from services.matcher.scoring.policy import Scores
from services.matcher.tuning.held_back import Trained, folds_of, gain_of, held_back_scores, without
from services.matcher.tuning.signal_table import SignalTable
from tests.matcher.tuning.tables import small_table


def test_every_query_is_held_back_once_and_organisations_stay_whole() -> None:
    tables = [small_table(61, 12), small_table(30, 12, seed=1)]
    folds = folds_of(tables, 4, seed=3)
    for number, table in enumerate(tables):
        assert sorted(np.concatenate([held[number] for held in folds]).tolist()) == list(range(table.size))
    where: dict[str, set[int]] = {}
    for fold, held in enumerate(folds):
        for table, rows in zip(tables, held, strict=True):
            for row in rows.tolist():
                where.setdefault(table.organisations[row], set()).add(fold)
    assert all(len(found) == 1 for found in where.values())
    sizes = [sum(len(rows) for rows in held) for held in folds]
    assert max(sizes) - min(sizes) <= 4


def test_an_organisation_behind_most_queries_is_parted() -> None:
    table = replace(small_table(40, 12), organisations=("agency",) * 36 + ("a", "b", "c", "d"))
    assert [len(rows) for [rows] in folds_of([table], 4)] == [10, 10, 10, 10]


def test_what_is_learned_has_not_seen_what_it_is_measured_on() -> None:
    table = small_table(40, 12)
    seen: list[set[str]] = []

    def train(tables: Sequence[SignalTable]) -> Trained:
        [one] = tables
        seen.append(set(one.query_ids))
        return rank

    def rank(part: SignalTable) -> Scores:
        assert not seen[-1] & set(part.query_ids)
        return np.zeros(part.targets.shape)

    folds = folds_of([table], 5)
    [scores] = held_back_scores([table], train, folds, lambda: None)
    assert scores.shape == (40,)
    assert [len(one) for one in seen] == [without([table], held)[0].size for held in folds]


def test_a_gain_needs_both_interval_and_test() -> None:
    generator = np.random.default_rng(0)
    base = generator.random(200)
    assert gain_of(base, base + 0.02 + 0.01 * generator.standard_normal(200)).is_supported
    assert not gain_of(base, base + 0.2 * generator.standard_normal(200)).is_supported
    assert not gain_of(base, base).is_supported
    assert not gain_of(base, base - 0.02).is_supported
