"""Rows as wire records, and policies as they are stored."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from services.matcher.policies.documents import NO_MODELS, document_of, policy_of
from services.matcher.policies.states import Standing
from services.matcher.policy_tables import PolicyActivationRow, PolicyEvaluationRow, PolicyRow
from services.matcher.scoring.learned import LearnedModel
from services.matcher.scoring.policy import DirectedPolicy, RankingPolicy
from shared.contracts.policies import PolicyDocument
from shared.contracts.policy_records import (
    Activation,
    ActivationAction,
    EvaluationDraft,
    EvaluationSummary,
    PolicyEvaluation,
    PolicyRevision,
)
from shared.contracts.problems import FieldProblem
from shared.kit.errors import InvalidRequest

_NOTHING = RankingPolicy(revision="nothing", base=DirectedPolicy(signals={}))
"""What a stored policy inherits from: it says everything itself."""
_METRIC = "ndcg@10"


class FaultyReport(InvalidRequest):
    """The report does not tell how the revision ranked."""

    code = "faulty_report"


def resolved_text(policy: RankingPolicy) -> str:
    """Everything a policy says, for the store."""
    return document_of(policy, _NOTHING).model_dump_json(exclude_none=True)


def stored_policy(row: PolicyRow, models: Mapping[str, LearnedModel] = NO_MODELS) -> RankingPolicy:
    """The policy behind a row: the same to the last bit whatever the release.

    Raises FaultyPolicy where it names a model that is not at hand.
    """
    return policy_of(PolicyDocument.model_validate_json(row.resolved), _NOTHING, row.revision, models)


def document_text(document: PolicyDocument) -> str:
    """The document for the store; what was not given stays away, a signal taken out stays in."""
    return document.model_dump_json(exclude_unset=True)


def content_hash(resolved: str) -> str:
    """Equal for documents that make equal policies."""
    canonical = json.dumps(json.loads(resolved), sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def revision_record(row: PolicyRow, evaluations: Sequence[PolicyEvaluationRow], standing: Standing) -> PolicyRevision:
    """A revision as it is told."""
    return PolicyRevision(
        revision=row.revision,
        state=standing.state,
        document=PolicyDocument.model_validate_json(row.document),
        created_by=row.created_by,
        created_at=row.created_at,
        evaluations=tuple(evaluation_record(one) for one in evaluations),
        retired_by=row.retired_by,
        retired_reason=row.retired_reason,
    )


def evaluation_record(row: PolicyEvaluationRow) -> PolicyEvaluation:
    """An evaluation as it is told."""
    return PolicyEvaluation(
        id=row.evaluation_id,
        revision=row.revision,
        ranking=row.ranking,
        by=row.created_by,
        at=row.created_at,
        note=row.note,
        sets=summaries(json.loads(row.report), row.ranking),
    )


def activation_record(row: PolicyActivationRow) -> Activation:
    """An activation as it is told."""
    return Activation(
        number=row.number,
        action=ActivationAction(row.action),
        revision=row.revision,
        previous=row.previous,
        evaluation_id=row.evaluation_id,
        is_forced=row.is_forced,
        by=row.created_by,
        reason=row.reason,
        at=row.created_at,
    )


def report_text(draft: EvaluationDraft) -> str:
    """The report for the store. Raises FaultyReport."""
    try:
        text = json.dumps(draft.report, separators=(",", ":"), allow_nan=False)
    except ValueError:
        raise _faulty("report", "holds a number that is none", "Leave out NaN and infinity.") from None
    summaries(draft.report, draft.ranking)
    return text


def summaries(report: dict[str, Any], ranking: str) -> tuple[EvaluationSummary, ...]:  # Any: JSON
    """The sets of a report in short. Raises FaultyReport where a set does not tell of the ranking."""
    sets = report.get("sets")
    if not isinstance(sets, list) or not sets:
        raise _faulty("report.sets", "holds no sets", "Send what `liaison evaluate --json` wrote.")
    return tuple(_summary(one, ranking, number) for number, one in enumerate(sets))


def _summary(judged: Any, ranking: str, number: int) -> EvaluationSummary:  # Any: JSON
    field = f"report.sets.{number}"
    rankings = judged.get("rankings") if isinstance(judged, dict) else None
    if not isinstance(rankings, dict) or ranking not in rankings:
        known = ", ".join(sorted(rankings)) if isinstance(rankings, dict) else "none"
        raise _faulty(f"{field}.rankings", f"has no ranking {ranking!r}", f"Name one of its rankings: {known}.")
    means = {
        name: float(one[_METRIC])
        for name, one in rankings.items()
        if isinstance(one, dict) and isinstance(one.get(_METRIC), int | float)
    }
    queries, name = judged.get("queries"), judged.get("name")
    if ranking not in means or not isinstance(queries, int) or not isinstance(name, str):
        raise _faulty(field, f"tells no name, queries or {_METRIC}", "Send what `liaison evaluate --json` wrote.")
    others = [mean for other, mean in means.items() if other != ranking]
    return EvaluationSummary(
        set_name=name, queries=queries, ndcg_at_10=means[ranking], best_other=max(others, default=None)
    )


def _faulty(field: str, message: str, fix: str) -> FaultyReport:
    return FaultyReport(f"{field} {message}. {fix}", errors=(FieldProblem(field=field, message=message, fix=fix),))
