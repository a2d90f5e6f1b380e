"""The shipped ranking policy: readable weights by direction; docs/experiments.md holds the figures they stand on."""

from services.matcher.scoring.policy import DirectedPolicy, FusionChoice, RankingPolicy, Weight
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Fusion, Signal

_UNKNOWN_RULES = Weight(weight=-0.06)
_ALREADY_BACKED = Weight(weight=-1.0)
"""Who has financed a project needs no introduction."""
_SHORT_WORDS = 0.25
"""Of an investor's few words any that are shared count most."""
_FIVE_YEARS = 0.1
"""Recency by the year becomes recency over about five years."""

BASE = DirectedPolicy(
    signals={
        Signal.MEANING: Weight(weight=0.38),
        Signal.WORDS: Weight(weight=0.29),
        Signal.FOCUS: Weight(weight=0.17),
        Signal.SECTOR: Weight(weight=0.05, neutral=0.4),
        Signal.TAGS: Weight(weight=0.02, neutral=0.1),
        Signal.REGION: Weight(weight=0.03, neutral=0.3),
        Signal.STAGE: Weight(weight=0.01, neutral=0.5),
        Signal.TRL: Weight(weight=0.02, neutral=0.5),
        Signal.DEADLINE: Weight(weight=0.02, neutral=0.5),
        Signal.RESPONSIVENESS: Weight(weight=0.01, neutral=0.5),
        Signal.UNKNOWN_RULES: _UNKNOWN_RULES,
    }
)
"""Any kind's needs against any kind's offer."""

_DEMAND_NEEDS_PROJECT = BASE.with_signals(
    meaning=Weight(weight=0.19),
    words=Weight(weight=0.43),
    focus=Weight(weight=0.14),
    sector=Weight(weight=0.02, neutral=0.4),
    pace=Weight(weight=0.11, neutral=0.1),
    recency=Weight(weight=0.02, neutral=0.5, half=_FIVE_YEARS),
).scaled()
"""A project that was funded often and lately delivers again."""
_PROJECT_NEEDS_DEMAND = BASE.with_signals(
    meaning=Weight(weight=0.20),
    words=None,
    focus=Weight(weight=0.14),
    sector=Weight(weight=0.04, neutral=0.4),
    appetite=Weight(weight=0.36, neutral=0.1),
    recent_habit=Weight(weight=0.20, neutral=0.5, half=_FIVE_YEARS),
).scaled()
"""And looks for the next demand of the sort; what else it can do than the demand asks for does not matter."""

_PROJECT_NEEDS_INVESTOR = DirectedPolicy(
    signals={
        Signal.ACTIVITY: Weight(weight=0.245, neutral=0.3),
        Signal.MEANING: Weight(weight=0.165),
        Signal.CO_INVESTMENT: Weight(weight=0.155),
        Signal.RECENCY: Weight(weight=0.125, neutral=0.3),
        Signal.WORDS: Weight(weight=0.11, half=_SHORT_WORDS),
        Signal.DEAL_SIZE: Weight(weight=0.105, neutral=0.5),
        Signal.REGION: Weight(weight=0.085, neutral=0.3),
        Signal.RESPONSIVENESS: Weight(weight=0.01, neutral=0.5),
        Signal.ALREADY_BACKED: _ALREADY_BACKED,
        Signal.UNKNOWN_RULES: _UNKNOWN_RULES,
    }
)
"""An investor serves a project by investing often, still, near, and beside those who back it already."""
_INVESTOR_NEEDS_PROJECT = DirectedPolicy(
    signals={
        Signal.STAGE_SHARE: Weight(weight=0.36, neutral=0.5),
        Signal.KINDRED_SECTORS: Weight(weight=0.28, neutral=0.5),
        Signal.KINDRED_REGIONS: Weight(weight=0.25, neutral=0.5),
        Signal.WORDS: Weight(weight=0.06, half=_SHORT_WORDS),
        Signal.SECTOR_SHARE: Weight(weight=0.02, neutral=0.5),
        Signal.REGION_SHARE: Weight(weight=0.02, neutral=0.5),
        Signal.RECENT_HABIT: Weight(weight=0.01, neutral=0.3),
        Signal.UNKNOWN_RULES: _UNKNOWN_RULES,
    }
)
"""A project suits an investor at the stage, in the sectors and in the places where it invests more than others do."""
_INVESTMENT = FusionChoice(fusion=Fusion.PRODUCT, first=Kind.PROJECT, first_weight=0.35)
"""Odds multiply: a habit far from the usual counts as such, and what the investor looks for decides more."""

SHIPPED_POLICY = RankingPolicy(
    revision="reciprocal-3",
    base=BASE.scaled(),
    directed={
        (Kind.RD_DEMAND, Kind.PROJECT): _DEMAND_NEEDS_PROJECT,
        (Kind.PROJECT, Kind.RD_DEMAND): _PROJECT_NEEDS_DEMAND,
        (Kind.PROJECT, Kind.INVESTOR): _PROJECT_NEEDS_INVESTOR,
        (Kind.INVESTOR, Kind.PROJECT): _INVESTOR_NEEDS_PROJECT,
    },
    fusions={frozenset((Kind.PROJECT, Kind.INVESTOR)): _INVESTMENT},
)


def one_leg(signal: Signal) -> RankingPolicy:
    """A policy of one signal alone, from the subject's side: a leg to compare with."""
    alone = DirectedPolicy(signals={signal: Weight(weight=1.0)})
    return RankingPolicy(
        revision=f"{signal}-alone", base=alone, fusion=FusionChoice(fusion=Fusion.WEIGHTED, is_one_sided=True)
    )
