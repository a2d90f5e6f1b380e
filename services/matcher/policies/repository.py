"""SQL of policies, their evaluations and activations."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select

from services.matcher.comparison_tables import ComparedPairRow, ComparisonRow
from services.matcher.policy_tables import PolicyActivationRow, PolicyEvaluationRow, PolicyRow
from shared.kit.database import ReadSession


def find_policy(session: ReadSession, revision: str) -> PolicyRow | None:
    """One revision."""
    return session.get(PolicyRow, revision)


def find_by_content(session: ReadSession, content_hash: str) -> PolicyRow | None:
    """The revision of equal content."""
    return session.scalars(select(PolicyRow).where(PolicyRow.content_hash == content_hash)).one_or_none()


def list_policies(session: ReadSession, *, before: int | None, limit: int) -> Sequence[PolicyRow]:
    """Newest first, those drafted before a number."""
    query = select(PolicyRow).order_by(PolicyRow.number.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(PolicyRow.number < before)).all()


def next_number(session: ReadSession) -> int:
    """The number of the next revision."""
    return (session.scalar(select(func.max(PolicyRow.number))) or 0) + 1


def find_evaluation(session: ReadSession, evaluation_id: str) -> PolicyEvaluationRow | None:
    """One evaluation."""
    return session.get(PolicyEvaluationRow, evaluation_id)


def evaluations_of(session: ReadSession, revisions: Sequence[str]) -> Sequence[PolicyEvaluationRow]:
    """Of some revisions, oldest first."""
    query = select(PolicyEvaluationRow).where(PolicyEvaluationRow.revision.in_(revisions))
    return session.scalars(query.order_by(PolicyEvaluationRow.created_at, PolicyEvaluationRow.evaluation_id)).all()


def is_compared(session: ReadSession, revision: str) -> bool:
    """Whether a running comparison has the revision."""
    running = select(ComparisonRow.comparison_id).where(
        or_(ComparisonRow.first == revision, ComparisonRow.second == revision),
        ComparisonRow.comparison_id.in_(select(ComparedPairRow.comparison_id)),
    )
    return session.scalars(running.limit(1)).first() is not None


def newest_activation(session: ReadSession) -> PolicyActivationRow | None:
    """What ranks now; None where nothing was ever activated."""
    return session.scalars(select(PolicyActivationRow).order_by(PolicyActivationRow.number.desc()).limit(1)).first()


def list_activations(session: ReadSession, *, before: int | None, limit: int) -> Sequence[PolicyActivationRow]:
    """Newest first, those before a number."""
    query = select(PolicyActivationRow).order_by(PolicyActivationRow.number.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(PolicyActivationRow.number < before)).all()


def all_activations(session: ReadSession) -> Sequence[PolicyActivationRow]:
    """Oldest first."""
    return session.scalars(select(PolicyActivationRow).order_by(PolicyActivationRow.number)).all()
