"""The matcher's tables of ranking policies and embedding models: records, and what was active from when on."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.matcher.tables import Base
from shared.kit.columns import UtcDateTime


class PolicyRow(Base):
    """One revision of a ranking policy; only its retirement is ever written later."""

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("number"), UniqueConstraint("content_hash"))

    revision: Mapped[str] = mapped_column(String(200), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(Text)
    """As drafted: its differences from its base."""
    resolved: Mapped[str] = mapped_column(Text)
    """Everything it says, so that it stays the same when the base is no longer shipped."""
    content_hash: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_by: Mapped[str | None] = mapped_column(Text)
    retired_reason: Mapped[str | None] = mapped_column(Text)


class PolicyEvaluationRow(Base):
    """One evaluation of a revision, as it was reported."""

    __tablename__ = "policy_evaluations"
    __table_args__ = (Index(None, "revision"),)

    evaluation_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    revision: Mapped[str] = mapped_column(String(200))
    ranking: Mapped[str] = mapped_column(String(200))
    report: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PolicyActivationRow(Base):
    """What ranked from when on; the newest row is what ranks now."""

    __tablename__ = "policy_activations"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """From 1, without gaps: of two activations at once, the second finds its number taken."""
    action: Mapped[str] = mapped_column(String(20))
    revision: Mapped[str] = mapped_column(String(200))
    previous: Mapped[str] = mapped_column(String(200))
    evaluation_id: Mapped[str | None] = mapped_column(String(36))
    is_forced: Mapped[bool]
    created_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ModelRow(Base):
    """A model that may answer; its vectors stand under `vectors_of`."""

    __tablename__ = "models"
    __table_args__ = (UniqueConstraint("source"),)

    model: Mapped[str] = mapped_column(String(100), primary_key=True)
    source: Mapped[str] = mapped_column(String(1000))
    """The bundled name, a folder, or a name on a hub."""
    languages: Mapped[str] = mapped_column(Text)
    query_prompt: Mapped[str | None] = mapped_column(Text)
    passage_prompt: Mapped[str | None] = mapped_column(Text)
    is_wanted: Mapped[bool]
    """Built and kept ready by every replica."""
    vectors_of: Mapped[str | None] = mapped_column(String(200))
    """Under which id its vectors are kept; None until it was first loaded."""
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ModelActivationRow(Base):
    """Which model answered from when on; the newest row is the one that answers now."""

    __tablename__ = "model_activations"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """From 1, without gaps: of two activations at once, the second finds its number taken."""
    action: Mapped[str] = mapped_column(String(20))
    model: Mapped[str] = mapped_column(String(100))
    previous: Mapped[str] = mapped_column(String(100))
    created_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
