"""Interleaved comparisons on made-up people: is the better policy found, and are equal ones left alone?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np
import numpy.typing as npt

from services.cli.bench.report import BenchReport, Row
from services.matcher.evaluation.comparison import StageProgress, no_progress
from services.matcher.interleaving.credit import Verdict, verdict
from services.matcher.interleaving.sequential import Decision, StoppingRule, preference
from services.matcher.interleaving.team_draft import Drafted, team_draft

Vector = npt.NDArray[np.float64]

_TARGETS = 60
_RELEVANT = 0.1
_PERSISTENCE = 0.8
"""Of a reader from one place to the next: the position bias of the cascade's examination."""
_CLICK_RELEVANT, _CLICK_OTHER = 0.5, 0.05
_TARGET_FOUND, _TARGET_FALSE = 0.9, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class InterleavingOptions:
    """What to simulate."""

    seeds: int = 100
    places: int = 10
    better: float = 0.65
    """Correlation of the better policy's scores with what is wanted."""
    worse: float = 0.55
    """Of the worse one's, and of both where they are equal."""
    rule: StoppingRule = field(default_factory=StoppingRule)
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How one comparison ended."""

    decision: Decision
    lists: int
    preference: float


def run(options: InterleavingOptions, progress: StageProgress = no_progress) -> BenchReport:
    """As many comparisons of unequal and of equal policies as there are seeds."""
    kinds = {
        "better first": ((options.better, options.worse), Decision.FIRST),
        "better second": ((options.worse, options.better), Decision.SECOND),
        "equal quality": ((options.worse, options.worse), None),
    }
    rows, found = [], {}
    for number, (name, (qualities, right)) in enumerate(kinds.items()):
        comparisons = []
        for repeat in range(options.seeds):
            progress(name, repeat, options.seeds)
            comparisons.append(compare(qualities, options, (options.seed, number, repeat)))
        progress(name, options.seeds, options.seeds)
        called = [one.decision in (Decision.FIRST, Decision.SECOND) for one in comparisons]
        found[name] = fmean(one.decision is right for one in comparisons) if right else fmean(called)
        rows.append(Row(name=name, figures=_figures(comparisons, right)))
    return BenchReport(
        benchmark="interleaving",
        settings={
            "seeds": options.seeds,
            "places": options.places,
            "better": options.better,
            "worse": options.worse,
            "alpha": options.rule.alpha,
            "max_decided": options.rule.max_decided,
            "seed": options.seed,
        },
        rows=rows,
        ratios={},
        checks={
            f"the better policy is found in >= {_TARGET_FOUND:.0%}, {name}": found[name] >= _TARGET_FOUND
            for name in ("better first", "better second")
        }
        | {f"equal policies are called different in <= {_TARGET_FALSE:.0%}": found["equal quality"] <= _TARGET_FALSE},
        notes=[
            "People are made up: what they want is drawn, and they read a list from its top with less and less care."
        ],
    )


def compare(qualities: tuple[float, float], options: InterleavingOptions, seed: tuple[int, ...]) -> Comparison:
    """Lists are shown and read until the rule says stop."""
    generator = np.random.default_rng(seed)
    wins = {Verdict.FIRST: 0, Verdict.SECOND: 0, Verdict.TIE: 0}
    decision = Decision.UNDECIDED
    lists = 0
    while decision is Decision.UNDECIDED:
        drafted, chosen = _one_list(qualities, options, generator, (*seed, lists))
        wins[verdict(drafted, chosen)] += 1
        lists += 1
        decision = options.rule.decide(wins[Verdict.FIRST], wins[Verdict.SECOND])
    return Comparison(decision=decision, lists=lists, preference=preference(wins[Verdict.FIRST], wins[Verdict.SECOND]))


def _one_list(
    qualities: tuple[float, float],
    options: InterleavingOptions,
    generator: np.random.Generator,
    seed: tuple[int, ...],
) -> tuple[list[Drafted], set[str]]:
    """One person: what is wanted, what both policies make of it, and what is chosen."""
    wish = generator.standard_normal(_TARGETS)
    wanted = wish >= np.quantile(wish, 1 - _RELEVANT)
    first, second = (_ranking(wish, quality, generator) for quality in qualities)
    drafted = team_draft(first, second, options.places, seed)
    return drafted, _chosen(drafted, wanted, generator.random)


def _ranking(wish: Vector, quality: float, generator: np.random.Generator) -> list[str]:
    """By scores that correlate with the wish to the given degree."""
    scores = quality * wish + np.sqrt(1 - quality**2) * generator.standard_normal(len(wish))
    return [str(target) for target in np.argsort(-scores, kind="stable")]


def _chosen(drafted: list[Drafted], wanted: npt.NDArray[np.bool_], luck: Callable[[int], Vector]) -> set[str]:
    chances = [
        (_CLICK_RELEVANT if wanted[int(one.target_id)] else _CLICK_OTHER) * _PERSISTENCE**place
        for place, one in enumerate(drafted)
    ]
    return {
        one.target_id for one, chance, drawn in zip(drafted, chances, luck(len(drafted)), strict=True) if drawn < chance
    }


def _figures(comparisons: list[Comparison], right: Decision | None) -> dict[str, float]:
    decisions = [one.decision for one in comparisons]
    lists = sorted(one.lists for one in comparisons)
    share = {name: 100 * fmean(decision is name for decision in decisions) for name in Decision}
    return {
        "right_%": share[right] if right else share[Decision.NO_DIFFERENCE],
        "first_%": share[Decision.FIRST],
        "second_%": share[Decision.SECOND],
        "none_%": share[Decision.NO_DIFFERENCE],
        "lists_p50": lists[len(lists) // 2],
        "lists_p90": lists[len(lists) * 9 // 10],
        "preference": fmean(one.preference for one in comparisons),
    }
