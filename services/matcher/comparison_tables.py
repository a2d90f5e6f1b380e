"""The matcher's tables of comparisons: what is compared on which requests, and whose choice each result was."""

from datetime import datetime

from sqlalchemy import BigInteger, Float, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.matcher.tables import Base
from shared.kit.columns import UtcDateTime


class ComparisonRow(Base):
    """Two policies on live requests; what it came to is written when it ends."""

    __tablename__ = "comparisons"
    __table_args__ = (UniqueConstraint("number"),)

    comparison_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(20))
    first: Mapped[str] = mapped_column(String(200))
    second: Mapped[str] = mapped_column(String(200))
    share: Mapped[float] = mapped_column(Float(53))
    kinds: Mapped[str | None] = mapped_column(String(100))
    alpha: Mapped[float] = mapped_column(Float(53))
    max_decided: Mapped[int] = mapped_column(BigInteger)
    is_forced: Mapped[bool]
    created_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(Text)
    ended_reason: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tally: Mapped[str | None] = mapped_column(Text)
    """What readers had said when it ended, as JSON; None while it runs."""


class ComparedPairRow(Base):
    """A pair of kinds that a running comparison holds: no two can hold the same."""

    __tablename__ = "compared_pairs"
    __table_args__ = (Index(None, "comparison_id"),)

    pair: Mapped[str] = mapped_column(String(100), primary_key=True)
    comparison_id: Mapped[str] = mapped_column(String(36))


class DraftedListRow(Base):
    """A recorded answer whose list was drafted from two policies; written with the run, and no part of the answer."""

    __tablename__ = "drafted_lists"
    __table_args__ = (Index(None, "comparison_id"),)

    run_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    comparison_id: Mapped[str] = mapped_column(String(36))
    subject_id: Mapped[str] = mapped_column(String(200))


class DraftedResultRow(Base):
    """Whose choice one result of a drafted list was."""

    __tablename__ = "drafted_results"

    run_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    target_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    team: Mapped[str] = mapped_column(String(10))
