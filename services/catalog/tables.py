"""The catalog's tables; rows never leave this service."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.kit.columns import BigIdentity, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


class Base(DeclarativeBase):
    """The catalog's tables."""

    metadata = metadata


class ProfileRow(Base):
    """The newest revision of a profile, with the columns that lists filter by."""

    __tablename__ = "profiles"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index(None, "status", "visibility", "kind", "id"),
        Index(None, "owner", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    external_id: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20))
    visibility: Mapped[str] = mapped_column(String(20))
    language: Mapped[str | None] = mapped_column(String(8))
    country: Mapped[str | None] = mapped_column(String(300))
    province: Mapped[str | None] = mapped_column(String(300))
    city: Mapped[str | None] = mapped_column(String(300))
    """Places in lower case: they are compared, never shown."""
    search_text: Mapped[str] = mapped_column(Text)
    """In lower case; without what an anonymous profile hides."""
    document: Mapped[str] = mapped_column(Text)
    """The profile as JSON, without its contact."""
    content_hash: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    owner: Mapped[str | None] = mapped_column(String(200))
    """The organisation that speaks for it; the platform does where nobody owns it."""


class ProfileTermRow(Base):
    """One of several words that a profile carries in an attribute: a sector, a stage."""

    __tablename__ = "profile_terms"
    __table_args__ = (Index(None, "attribute", "term"),)

    profile_id: Mapped[str] = mapped_column(ForeignKey(ProfileRow.id, ondelete="CASCADE"), primary_key=True)
    attribute: Mapped[str] = mapped_column(String(20), primary_key=True)
    term: Mapped[str] = mapped_column(String(300), primary_key=True)
    """In lower case."""


class ProfileContactRow(Base):
    """The private contact of a profile, kept apart from everything that is read or fed."""

    __tablename__ = "profile_contacts"

    profile_id: Mapped[str] = mapped_column(ForeignKey(ProfileRow.id, ondelete="CASCADE"), primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChangeRow(Base):
    """One change in the outbox; `feed_seq` is stamped by the feed's reader once the change is committed."""

    __tablename__ = "changes"
    __table_args__ = (
        UniqueConstraint("feed_seq"),
        Index(
            "ix_changes_unstamped",
            "id",
            postgresql_where=text("feed_seq IS NULL"),
            sqlite_where=text("feed_seq IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigIdentity, primary_key=True, autoincrement=True)
    feed_seq: Mapped[int | None] = mapped_column(BigInteger)
    profile_id: Mapped[str] = mapped_column(String(36))
    revision: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(20))
    document: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FeedbackRow(Base):
    """One event, and its own place in the outbox: what never changes needs no second row to be told from."""

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("event_id"),
        UniqueConstraint("feed_seq"),
        Index(None, "subject_id", "target_id", "id"),
        Index(None, "target_id", "id"),
        Index(None, "run_id", "id"),
        Index(
            "ix_feedback_unstamped",
            "id",
            postgresql_where=text("feed_seq IS NULL"),
            sqlite_where=text("feed_seq IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigIdentity, primary_key=True, autoincrement=True)
    feed_seq: Mapped[int | None] = mapped_column(BigInteger)
    event_id: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(200))
    target_id: Mapped[str] = mapped_column(String(200))
    run_id: Mapped[str | None] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(Text)
    """The event as JSON."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IdempotencyRow(Base):
    """The answer that a caller got under a key; written with what it answers, dropped when it expires."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "expires_at"),)

    caller: Mapped[str] = mapped_column(String(200), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str | None] = mapped_column(Text)
    """JSON; None only inside the transaction that makes it."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiKeyRow(Base):
    """An API key as it stands now, and its place in the feed, which it loses with every change."""

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("key_id"),
        UniqueConstraint("feed_seq"),
        Index(
            "ix_api_keys_unstamped",
            "id",
            postgresql_where=text("feed_seq IS NULL"),
            sqlite_where=text("feed_seq IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigIdentity, primary_key=True, autoincrement=True)
    feed_seq: Mapped[int | None] = mapped_column(BigInteger)
    key_id: Mapped[str] = mapped_column(String(12))
    mac: Mapped[str] = mapped_column(String(64))
    """HMAC-SHA256 of the secret, which is stored nowhere."""
    name: Mapped[str] = mapped_column(String(500))
    roles: Mapped[str] = mapped_column(Text)
    """Words with spaces between them, as `scopes`."""
    organization_id: Mapped[str | None] = mapped_column(String(200))
    scopes: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(500))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(500))
    replaces: Mapped[str | None] = mapped_column(String(12))
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiKeyEventRow(Base):
    """One line of the audit trail of API keys, written in the transaction of the change; never altered."""

    __tablename__ = "api_key_events"
    __table_args__ = (Index("ix_api_key_events_key_id", "key_id", "id"),)

    id: Mapped[int] = mapped_column(BigIdentity, primary_key=True, autoincrement=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.key_id", name="fk_api_key_events_key_id_api_keys"))
    action: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    other_key_id: Mapped[str | None] = mapped_column(String(12))


class FeedCounterRow(Base):
    """The newest `feed_seq` of one entity, a row each; locked while its changes are stamped."""

    __tablename__ = "feed_counter"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_seq: Mapped[int] = mapped_column(BigInteger)


class FeedEpochRow(Base):
    """The single row that names this history of changes; a restored backup gets another name."""

    __tablename__ = "feed_epoch"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(36))
