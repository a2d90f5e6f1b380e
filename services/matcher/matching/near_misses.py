"""Counterparts that exactly one rule keeps out."""

from dataclasses import dataclass, replace

import numpy as np

from services.matcher.explain.party import OwnedJudgement
from services.matcher.matching.eligible import Eligible
from services.matcher.matching.pair_rules import judge_pair
from services.matcher.matching.pipeline import Prepared, ScoredMatch, match
from shared.contracts.explanations import Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class NearlyMatched:
    """What it would have scored, and the rule it fails."""

    match: ScoredMatch
    failed: OwnedJudgement


def near_misses(prepared: Prepared, count: int) -> tuple[NearlyMatched, ...]:
    """The best of those that fail exactly one rule of either side, best first."""
    if not count:
        return ()
    missed = replace(prepared, eligible=[_missed_once(one) for one in prepared.eligible])
    return tuple(_nearly(prepared, one) for one in match(missed, count).matches)


def _missed_once(eligible: Eligible) -> Eligible:
    return replace(eligible, failed=np.where(eligible.failed == 1, 0, 1).astype(np.int16))


def _nearly(prepared: Prepared, one: ScoredMatch) -> NearlyMatched:
    scorer = prepared.scorer
    judged = judge_pair(scorer.subject.entry, one.entry, scorer.scope.rules)
    return NearlyMatched(match=one, failed=next(each for each in judged if each.judgement.truth is Truth.FAIL))
