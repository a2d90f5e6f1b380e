"""The catalog's tables of erasures: what was forgotten, and which matchers have said that they have, too."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.catalog.tables import Base
from shared.kit.columns import UtcDateTime


class ErasureRow(Base):
    """One erasure; it holds no personal data and is kept."""

    __tablename__ = "erasures"
    __table_args__ = (
        Index(
            "ix_erasures_uncleaned",
            "erased_at",
            postgresql_where=text("cleaned_at IS NULL"),
            sqlite_where=text("cleaned_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    scope: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40))
    by_owner: Mapped[bool]
    organization_mark: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the erasure's id and the asking organisation's: tells whether a reader is that organisation."""
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed: Mapped[str] = mapped_column(Text)
    """Records by table, as JSON."""
    cleaned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ErasedProfileRow(Base):
    """A profile that is a tombstone, and by which erasure."""

    __tablename__ = "erased_profiles"
    __table_args__ = (Index(None, "erasure_id", "profile_id"),)

    profile_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    erasure_id: Mapped[str] = mapped_column(ForeignKey(ErasureRow.id))


class FeedReaderRow(Base):
    """A matcher process that has made itself known; it forgets before an erasure is complete."""

    __tablename__ = "feed_readers"

    reader_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    matcher_id: Mapped[str] = mapped_column(String(64))
    known_since: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    has_left: Mapped[bool]
    """It ended, and its data directory with it."""


class ErasureConfirmationRow(Base):
    """What one reader has forgotten of one erasure so far."""

    __tablename__ = "erasure_confirmations"

    erasure_id: Mapped[str] = mapped_column(ForeignKey(ErasureRow.id), primary_key=True)
    reader_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    matcher_id: Mapped[str] = mapped_column(String(64))
    profile_ids: Mapped[str] = mapped_column(Text)
    """With spaces between them."""
    profiles: Mapped[int] = mapped_column(BigInteger)
    removed: Mapped[str] = mapped_column(Text)
    """Records by store, as JSON."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the last of them was forgotten."""
