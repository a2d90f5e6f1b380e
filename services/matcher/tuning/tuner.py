"""Tunes one pair of kinds on judged data, and says what that gains on queries that were held back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from services.matcher.evaluation.progress import StageProgress, no_progress
from services.matcher.scoring.learned import LearnedModel
from services.matcher.scoring.policy import RankingPolicy, Scores
from services.matcher.tuning.held_back import Gain, Train, Trained, folds_of, gain_of, held_back_scores
from services.matcher.tuning.lambdamart import TreeSettings, learned_scores, train
from services.matcher.tuning.ranking_gain import ndcg_of, policy_scores
from services.matcher.tuning.signal_table import SignalTable
from services.matcher.tuning.weight_search import SearchSettings, tuned_policy
from shared.contracts.profiles import Kind


class TooFewQueries(ValueError):
    """A pair of kinds has fewer judged queries than folds."""

    def __init__(self, pair: str, queries: int, folds: int) -> None:
        super().__init__(f"{pair}: {queries} judged queries cannot be parted into {folds} folds; lower --folds")


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneSettings:
    """How to search, and how to check what was found."""

    seed: int = 0
    folds: int = 5
    repeats: int = 3
    """Of the cross-validation of weights, each with other folds; a query's score is the mean over them."""
    restarts: int = 1
    is_learned: bool = False
    """Train LambdaMART beside the weights."""

    @property
    def search(self) -> SearchSettings:
        """Of the weights."""
        return SearchSettings(seed=self.seed, restarts=self.restarts)

    @property
    def trees(self) -> TreeSettings:
        """Of the learned model."""
        return TreeSettings(seed=self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of ranking against the one to beat, on held-back queries."""

    whole: Gain
    """Over the queries of all sets."""
    sets: dict[str, Gain]
    fitted: float = field(default=float("nan"))
    """nDCG@10 on the very queries that the final fit saw: an upper bound, not a promise."""

    @property
    def is_supported(self) -> bool:
        """A gain over all queries, and a loss on no set."""
        return self.whole.is_supported and all(gain.difference.high >= 0 for gain in self.sets.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What was found for one pair of kinds."""

    kinds: tuple[Kind, Kind]
    """In alphabetic order."""
    policy: RankingPolicy
    """The base with the tuned weights, whether they gain or not."""
    weights: Way
    model: LearnedModel | None = None
    learned: Way | None = None
    """Against the tuned weights where they gain, else against the base."""

    @property
    def is_supported(self) -> bool:
        """Whether held-back queries speak for anything that was found."""
        return self.weights.is_supported or self.is_model_supported

    @property
    def is_model_supported(self) -> bool:
        """Whether the model wins by more than the interval."""
        return self.learned is not None and self.learned.is_supported

    def applied_to(self, policy: RankingPolicy, *, is_forced: bool = False) -> RankingPolicy:
        """The policy with what gains; where forced, with the weights and the model whatever they gain.

        A model comes with the weights that chose whom it was trained on: the base's.
        """
        takes_model = self.model is not None and (self.is_model_supported or is_forced)
        if takes_model:
            assert self.model is not None
            return replace(policy, learned={**policy.learned, frozenset(self.kinds): self.model})
        if not (self.weights.is_supported or is_forced):
            return policy
        first, second = self.kinds
        sides = ((first, second), (second, first))
        return replace(policy, directed={**policy.directed, **{side: self.policy.needs_of(*side) for side in sides}})


def tune_pair(
    tables: Sequence[SignalTable],
    base: RankingPolicy,
    settings: TuneSettings,
    progress: StageProgress = no_progress,
) -> Tuned:
    """Tune on all queries, and measure the same on held-back ones. The tables are of one pair of two kinds.

    Equal tables and settings give equal results. Raises TooFewQueries.
    """
    first, second = sorted((tables[0].asking, tables[0].asked))
    queries = sum(table.size for table in tables)
    if queries < settings.folds:
        raise TooFewQueries(f"{first}+{second}", queries, settings.folds)
    before = [ndcg_of(table, policy_scores(table, base)) for table in tables]
    held = _held_back(
        tables, partial(_weights, base, settings), settings, settings.repeats, partial(progress, "Weights, held back")
    )
    policy = tuned_policy(tables, base, settings.search, partial(progress, "Weights, all queries"))
    after = [ndcg_of(table, policy_scores(table, policy)) for table in tables]
    weights = _way(tables, before, held, settings.seed, fitted=after)
    found = Tuned(kinds=(first, second), policy=policy, weights=weights)
    if not settings.is_learned:
        return found
    rival = held if weights.is_supported else before
    by_trees = _held_back(
        tables, partial(_trees, base, settings), settings, 1, partial(progress, "LambdaMART, held back")
    )
    model = train(tables, base, settings.trees, partial(progress, "LambdaMART, all queries"))
    fitted = [ndcg_of(table, learned_scores(table, model, base)) for table in tables]
    return replace(found, model=model, learned=_way(tables, rival, by_trees, settings.seed, fitted=fitted))


def _weights(base: RankingPolicy, settings: TuneSettings, tables: Sequence[SignalTable]) -> Trained:
    return partial(policy_scores, policy=tuned_policy(tables, base, settings.search))


def _trees(base: RankingPolicy, settings: TuneSettings, tables: Sequence[SignalTable]) -> Trained:
    return partial(learned_scores, model=train(tables, base, settings.trees), base=base)


def _held_back(
    tables: Sequence[SignalTable],
    learn: Train,
    settings: TuneSettings,
    repeats: int,
    progress: Callable[[int, int], None],
) -> list[Scores]:
    bar = _Bar(progress, repeats * settings.folds)
    runs = []
    for repeat in range(repeats):
        folds = folds_of(tables, settings.folds, seed=settings.seed * 1_000 + repeat)
        runs.append(held_back_scores(tables, learn, folds, bar.step))
    return [np.mean(of_table, axis=0) for of_table in zip(*runs, strict=True)]


class _Bar:
    """Counts steps of long work."""

    def __init__(self, progress: Callable[[int, int], None], total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0
        progress(0, total)

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        self._progress(self._done, self._total)


def _way(
    tables: Sequence[SignalTable],
    before: Sequence[Scores],
    after: Sequence[Scores],
    seed: int,
    *,
    fitted: Sequence[Scores],
) -> Way:
    return Way(
        whole=gain_of(np.concatenate(before), np.concatenate(after), seed=seed),
        sets={
            table.name: gain_of(base, found, seed=seed)
            for table, base, found in zip(tables, before, after, strict=True)
        },
        fitted=float(np.concatenate(fitted).mean()),
    )
