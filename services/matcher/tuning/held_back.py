"""What a way of ranking gains on queries that it was not made from: folds by organisation, paired differences."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from services.matcher.evaluation.intervals import Interval, mean_intervals
from services.matcher.evaluation.significance import randomisation_test
from services.matcher.scoring.policy import Scores
from services.matcher.tuning.ranking_gain import ndcg_of
from services.matcher.tuning.signal_table import Indices, SignalTable

Trained = Callable[[SignalTable], npt.NDArray[np.floating]]
"""Scores of a table, (queries, width)."""
Train = Callable[[Sequence[SignalTable]], Trained]
"""Learns from tables."""
LEVEL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """nDCG@10 of each held-back query, before and after."""

    base: Scores = field(repr=False)
    found: Scores = field(repr=False)
    difference: Interval
    """95 % interval of the mean difference, by paired bootstrap over queries."""
    p_value: float
    """Of the randomisation test: how often chance alone does as well."""

    @property
    def is_supported(self) -> bool:
        """Whether the held-back queries speak for a gain: the interval lies above 0, and chance rarely does as well."""
        return self.difference.low > 0 and self.p_value < LEVEL


def gain_of(base: Scores, found: Scores, *, seed: int = 0) -> Gain:
    """Compare query by query."""
    [difference] = mean_intervals((found - base)[:, None], seed=seed)
    [p_value] = randomisation_test((found - base)[:, None], seed=seed)
    return Gain(base=base, found=found, difference=difference, p_value=p_value)


def folds_of(tables: Sequence[SignalTable], folds: int, *, seed: int = 0) -> list[list[Indices]]:
    """Rows of each table that each fold holds back: [fold][table]; one poster's queries stay together.

    Posters go in a seeded order to the fold that has fewest queries so far. An organisation that posts more than a
    fold's fair share, such as an agency behind half of all demands, would be a fold of its own: its queries are dealt
    singly.
    """
    sizes = Counter(name for table in tables for name in table.organisations)
    most = sum(sizes.values()) / folds
    posters = [
        [name if sizes[name] <= most else f"{name} {query}" for name, query in zip(*who, strict=True)]
        for who in ((table.organisations, table.query_ids) for table in tables)
    ]
    loads, fold_of = [0] * folds, {}
    counts = Counter(name for table in posters for name in table)
    names = sorted(counts)
    for place in np.random.default_rng(seed).permutation(len(names)).tolist():
        fold = loads.index(min(loads))
        fold_of[names[place]] = fold
        loads[fold] += counts[names[place]]
    return [[np.flatnonzero([fold_of[name] == fold for name in table]) for table in posters] for fold in range(folds)]


def without(tables: Sequence[SignalTable], held: Sequence[Indices]) -> list[SignalTable]:
    """What is left to learn from."""
    return [
        table.of_queries(np.setdiff1d(np.arange(table.size), rows)) for table, rows in zip(tables, held, strict=True)
    ]


def held_back_scores(
    tables: Sequence[SignalTable], train: Train, folds: Sequence[Sequence[Indices]], told: Callable[[], None]
) -> list[Scores]:
    """nDCG@10 of each table's queries under what was learned without their fold; `told` of each fold that is done."""
    found = [np.zeros(table.size) for table in tables]
    for held in folds:
        trained = train([one for one in without(tables, held) if one.size])
        for table, rows, values in zip(tables, held, found, strict=True):
            if len(rows):
                part = table.of_queries(rows)
                values[rows] = ndcg_of(part, trained(part))
        told()
    return found
