"""SQL of models and their activations."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from services.matcher.policy_tables import ModelActivationRow, ModelRow
from services.matcher.tables import DocumentRow, VectorRow
from shared.kit.database import ReadSession, WriteSession


def find_model(session: ReadSession, name: str) -> ModelRow | None:
    """One model."""
    return session.get(ModelRow, name)


def find_by_source(session: ReadSession, source: str) -> ModelRow | None:
    """The model of a folder or hub name."""
    return session.scalars(select(ModelRow).where(ModelRow.source == source)).one_or_none()


def all_models(session: ReadSession) -> Sequence[ModelRow]:
    """By name."""
    return session.scalars(select(ModelRow).order_by(ModelRow.model)).all()


def all_activations(session: ReadSession) -> Sequence[ModelActivationRow]:
    """Oldest first."""
    return session.scalars(select(ModelActivationRow).order_by(ModelActivationRow.number)).all()


def newest_activation(session: ReadSession) -> ModelActivationRow | None:
    """Which model answers now; None where none was ever activated."""
    return session.scalars(select(ModelActivationRow).order_by(ModelActivationRow.number.desc()).limit(1)).first()


def count_active_documents(session: ReadSession) -> int:
    """Number of documents that a model has to know."""
    return session.scalar(select(func.count()).select_from(DocumentRow).where(DocumentRow.is_active)) or 0


def delete_vectors(session: WriteSession, vectors_of: str) -> None:
    """Forget every text embedded under a model."""
    session.execute(delete(VectorRow).where(VectorRow.model_id == vectors_of))
