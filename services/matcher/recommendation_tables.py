"""The matcher's tables of recommended contacts: what was told to whom cannot be rebuilt from the feed."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.matcher.tables import Base
from shared.kit.columns import UtcDateTime


class RecommendationRoundRow(Base):
    """What a profile was recommended in one period; it never changes."""

    __tablename__ = "recommendation_rounds"
    __table_args__ = (UniqueConstraint("reader_id", "period_key", "is_personalised"), Index(None, "given_at"))

    round_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    reader_id: Mapped[str] = mapped_column(String(200))
    period: Mapped[str] = mapped_column(String(20))
    period_key: Mapped[str] = mapped_column(String(20))
    is_personalised: Mapped[bool]
    channel: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the round before it was made."""
    run_id: Mapped[str | None] = mapped_column(String(36))
    """None where nothing was recommended."""
    provenance: Mapped[str] = mapped_column(Text)
    held_back: Mapped[str] = mapped_column(Text)
    seen: Mapped[bytes] = mapped_column(LargeBinary)
    """The matches as they stood, recommended or not: JSON, packed by zlib. What is not among them is new next time."""
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecommendationRow(Base):
    """One contact recommended to one profile, with the explanation that went with it."""

    __tablename__ = "recommendations"
    __table_args__ = (
        UniqueConstraint("round_id", "rank"),
        Index(None, "reader_id", "target_id"),
        Index(None, "target_id", "given_at"),
    )

    recommendation_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    round_id: Mapped[str] = mapped_column(String(36))
    reader_id: Mapped[str] = mapped_column(String(200))
    target_id: Mapped[str] = mapped_column(String(200))
    rank: Mapped[int] = mapped_column(BigInteger)
    why_now: Mapped[str] = mapped_column(String(20))
    times_given: Mapped[int] = mapped_column(BigInteger)
    last_given_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    match: Mapped[bytes] = mapped_column(LargeBinary)
    """The Match with its explanation as JSON, packed by zlib."""
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
