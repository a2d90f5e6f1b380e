"""Lists made for one side, for both, and for the whole market, on made-up people with hidden preferences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from services.cli.bench.market import Market, MarketSettings, draw_market
from services.cli.bench.market_fairness import amounts_of, envious_share
from services.cli.bench.market_policies import BACKWARD, EXPOSURE_SHARED, FORWARD, POLICIES, RECIPROCAL
from services.cli.bench.market_round import Asking, Exposures, mutual_matches
from services.cli.bench.report import BenchReport, Row
from services.matcher.evaluation.comparison import StageProgress, no_progress
from services.matcher.evaluation.set_measures import gini

_TARGET_GAIN = 1.8
_TARGET_KEPT = 0.95
_TARGET_LESS_ENVY = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSidedOptions:
    """What to simulate."""

    market: MarketSettings = field(default_factory=MarketSettings)
    seed: int = 0
    repeats: int = 5
    is_sensitivity: bool = False
    """Change one setting after another, instead of comparing policies under one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one policy came to, as means over the repeats."""

    matches: Mapping[Asking, float]
    envious: float
    """Share of pairs, judged by the platform's chance that both say yes: what anybody can know beforehand."""
    hidden_envious: float
    """Share of pairs, judged by whether both would say yes."""
    exposure_gini: float
    never_shown: float


def run(options: TwoSidedOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Every policy on the same markets with the same luck."""
    if options.is_sensitivity:
        return _sensitivity(options, progress)
    outcomes = outcomes_of(options.market, options, progress)
    gain = gains_of(outcomes)
    return BenchReport(
        benchmark="two-sided",
        settings=_settings(options),
        rows=[Row(name=name, figures=_figures(outcome)) for name, outcome in outcomes.items()],
        ratios={
            **{f"reciprocal / better one-sided, {asking}": gain.matches[asking] for asking in Asking},
            **{f"exposure shared / reciprocal, {asking}": gain.kept[asking] for asking in Asking},
            "exposure shared: envy left, by scores": 1 - gain.less_envy,
            "exposure shared: envy left, by hidden preferences": 1 - gain.less_hidden_envy,
        },
        checks={
            **{
                f"reciprocal >= {_TARGET_GAIN} x the better one-sided, {asking}": gain.matches[asking] >= _TARGET_GAIN
                for asking in Asking
            },
            f"exposure shared keeps >= {_TARGET_KEPT:.0%} of the matches": (
                gain.kept[Asking.BOTH_SIDES] >= _TARGET_KEPT
            ),
            f"exposure shared: >= {_TARGET_LESS_ENVY:.0%} less envy, by scores": gain.less_envy >= _TARGET_LESS_ENVY,
            f"exposure shared: >= {_TARGET_LESS_ENVY:.0%} less envy, by hidden preferences": (
                gain.less_hidden_envy >= _TARGET_LESS_ENVY
            ),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What the targets speak of."""

    matches: Mapping[Asking, float]
    """Reciprocal over the better of the one-sided rankings."""
    kept: Mapping[Asking, float]
    """Exposure shared over plainly reciprocal."""
    less_envy: float
    less_hidden_envy: float


def outcomes_of(
    market: MarketSettings, options: TwoSidedOptions, progress: StageProgress = no_progress
) -> Mapping[str, Outcome]:
    """Means of each policy over the repeats."""
    found: dict[str, list[Outcome]] = {}
    for repeat in range(options.repeats):
        progress("Markets", repeat, options.repeats)
        drawn = draw_market(market, (options.seed, repeat))
        for name, policy in POLICIES.items():
            found.setdefault(name, []).append(_outcome(drawn, policy(drawn)))
    return {name: _mean(outcomes) for name, outcomes in found.items()}


def gains_of(outcomes: Mapping[str, Outcome]) -> Gains:
    """Ratios of the means."""
    reciprocal, controlled = outcomes[RECIPROCAL], outcomes[EXPOSURE_SHARED]
    one_sided = {
        asking: max(outcomes[FORWARD].matches[asking], outcomes[BACKWARD].matches[asking]) for asking in Asking
    }
    return Gains(
        matches={asking: _ratio(reciprocal.matches[asking], one_sided[asking]) for asking in Asking},
        kept={asking: _ratio(controlled.matches[asking], reciprocal.matches[asking]) for asking in Asking},
        less_envy=1 - _ratio(controlled.envious, reciprocal.envious),
        less_hidden_envy=1 - _ratio(controlled.hidden_envious, reciprocal.hidden_envious),
    )


def _outcome(market: Market, exposures: Exposures) -> Outcome:
    amounts = amounts_of(exposures)
    return Outcome(
        matches={asking: mutual_matches(market, exposures, asking) for asking in Asking},
        envious=envious_share(market.forward * market.backward, exposures),
        hidden_envious=envious_share(market.mutual.astype(float), exposures),
        exposure_gini=gini(amounts),
        never_shown=float((amounts == 0).mean()),
    )


def _mean(outcomes: Sequence[Outcome]) -> Outcome:
    return Outcome(
        matches={asking: fmean(outcome.matches[asking] for outcome in outcomes) for asking in Asking},
        envious=fmean(outcome.envious for outcome in outcomes),
        hidden_envious=fmean(outcome.hidden_envious for outcome in outcomes),
        exposure_gini=fmean(outcome.exposure_gini for outcome in outcomes),
        never_shown=fmean(outcome.never_shown for outcome in outcomes),
    )


def _figures(outcome: Outcome) -> Mapping[str, float]:
    return {
        "matches": outcome.matches[Asking.BOTH_SIDES],
        "envy_%": 100 * outcome.envious,
        "hidden_%": 100 * outcome.hidden_envious,
        "gini": outcome.exposure_gini,
        "unseen_%": 100 * outcome.never_shown,
    }


def _sensitivity(options: TwoSidedOptions, progress: StageProgress) -> BenchReport:
    markets = variations_of(options.market)
    rows = []
    for number, (name, market) in enumerate(markets.items()):
        progress("Variations", number, len(markets))
        rows.append(Row(name=name, figures=_gain_figures(gains_of(outcomes_of(market, options)))))
    return BenchReport(benchmark="two-sided", settings=_settings(options), rows=rows, ratios={}, checks={})


def variations_of(market: MarketSettings) -> Mapping[str, MarketSettings]:
    """The market as given, then with one thing changed at a time."""
    return {
        "as given": market,
        **{f"crowding {value}": replace(market, crowding=value) for value in (0.0, 0.5)},
        **{f"knowledge {value}": replace(market, knowledge=value) for value in (0.5, 0.8, 0.9, 0.99)},
        **{f"selectivity {value}": replace(market, selectivity=value) for value in (0.05, 0.2)},
        **{f"capacity {value}": replace(market, capacity=value) for value in (1, 10)},
        **{f"fairness {value}": replace(market, fairness=value) for value in (0.1, 0.5)},
    }


def _gain_figures(gain: Gains) -> Mapping[str, float]:
    return {
        "both_ask": gain.matches[Asking.BOTH_SIDES],
        "one_asks": gain.matches[Asking.ONE_SIDE],
        "must_find": gain.matches[Asking.MUST_FIND],
        "kept_%": 100 * gain.kept[Asking.BOTH_SIDES],
        "envy_cut_%": 100 * gain.less_envy,
        "hidden_cut_%": 100 * gain.less_hidden_envy,
    }


def _settings(options: TwoSidedOptions) -> Mapping[str, float]:
    market = options.market
    return {
        "side_a": market.side_a,
        "side_b": market.side_b,
        "crowding": market.crowding,
        "knowledge": market.knowledge,
        "selectivity": market.selectivity,
        "capacity": market.capacity,
        "places": market.places,
        "fairness": market.fairness,
        "seed": options.seed,
        "repeats": options.repeats,
    }


def _ratio(ours: float, theirs: float) -> float:
    """Over what is at least a trace: a tiny market may have no match or no envy at all."""
    return ours / max(theirs, 1e-6)
