"""Rows as wire records, and running comparisons ready to rank."""

from services.matcher.comparison_tables import ComparisonRow
from services.matcher.comparisons.states import next_step, pairs_of
from services.matcher.comparisons.tally import Tally
from services.matcher.matching.comparison_source import LiveComparison
from services.matcher.matching.policy_source import PolicySource
from shared.contracts.comparisons import Comparison, ComparisonState
from shared.contracts.policy_records import PolicyRevision


def comparison_record(row: ComparisonRow, tally: Tally, *, winner: PolicyRevision | None) -> Comparison:
    """A comparison as it is told; `winner` is the policy it was decided for."""
    state = ComparisonState(row.state)
    return Comparison(
        id=row.comparison_id,
        state=state,
        first=row.first,
        second=row.second,
        share=row.share,
        kinds=row.kinds,
        alpha=row.alpha,
        max_decided=row.max_decided,
        started_by=row.created_by,
        reason=row.reason,
        started_at=row.created_at,
        is_forced=row.is_forced,
        ended_by=row.ended_by,
        ended_reason=row.ended_reason,
        ended_at=row.ended_at,
        lists=tally.lists,
        subjects=tally.subjects,
        first_wins=tally.first_wins,
        second_wins=tally.second_wins,
        ties=tally.ties,
        preference=tally.preference,
        evidence=tally.evidence,
        next_step=next_step(state, winner=winner),
    )


def live_comparison(row: ComparisonRow, policies: PolicySource) -> LiveComparison:
    """A running comparison, ready to rank. Raises PolicyNotFound."""
    return LiveComparison(
        comparison_id=row.comparison_id,
        first=policies.named(row.first),
        second=policies.named(row.second),
        share=row.share,
        pairs=pairs_of(row.kinds),
    )
