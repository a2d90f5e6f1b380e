"""The catalog's tables of introductions: how each stands, both sides' consents, the audit trail, delegations."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.catalog.tables import Base, ProfileRow
from shared.kit.columns import BigIdentity, UtcDateTime


class IntroductionRow(Base):
    """One introduction as it stands; locked while anything about it changes."""

    __tablename__ = "introductions"
    __table_args__ = (
        Index(
            "uq_introductions_open_pair",
            "pair_key",
            unique=True,
            postgresql_where=text("is_open"),
            sqlite_where=text("is_open"),
        ),
        Index(None, "subject_id", "id"),
        Index(None, "target_id", "id"),
        Index(None, "state", "expires_at"),
        Index(None, "remind_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(20))
    is_open: Mapped[bool]
    pair_key: Mapped[str] = mapped_column(String(80))
    """Both profiles' ids in their order: two that ask each other make one key."""
    subject_id: Mapped[str] = mapped_column(ForeignKey(ProfileRow.id))
    target_id: Mapped[str] = mapped_column(ForeignKey(ProfileRow.id))
    purpose: Mapped[str] = mapped_column(String(40))
    message: Mapped[str | None] = mapped_column(Text)
    run_id: Mapped[str | None] = mapped_column(String(200))
    rank: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(40))
    is_told: Mapped[bool]
    """The target has heard of it; until then it is the subject's own matter."""
    reminders: Mapped[int]
    """Since the state was reached."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None for a draft, which counts against no quota."""
    state_since: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class IntroductionConsentRow(Base):
    """One side's yes to one counterpart for one purpose; what is not here was not given."""

    __tablename__ = "introduction_consents"

    introduction_id: Mapped[str] = mapped_column(ForeignKey(IntroductionRow.id), primary_key=True)
    side: Mapped[str] = mapped_column(String(20), primary_key=True)
    profile_id: Mapped[str] = mapped_column(String(36))
    counterpart_id: Mapped[str] = mapped_column(String(36))
    purpose: Mapped[str] = mapped_column(String(40))
    given_by: Mapped[str] = mapped_column(String(200))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str | None] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class IntroductionEventRow(Base):
    """A line of the audit trail, and its own place in the outbox; only `feed_seq` is ever written later."""

    __tablename__ = "introduction_events"
    __table_args__ = (
        UniqueConstraint("feed_seq"),
        Index(None, "introduction_id", "id"),
        Index(
            "ix_introduction_events_unstamped",
            "id",
            postgresql_where=text("feed_seq IS NULL"),
            sqlite_where=text("feed_seq IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigIdentity, primary_key=True, autoincrement=True)
    feed_seq: Mapped[int | None] = mapped_column(BigInteger)
    introduction_id: Mapped[str] = mapped_column(ForeignKey(IntroductionRow.id))
    revision: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(20))
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    by: Mapped[str | None] = mapped_column(String(200))
    organization_id: Mapped[str | None] = mapped_column(String(200))
    delegation_id: Mapped[str | None] = mapped_column(String(36))
    reason: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(String(200))
    released_profile_id: Mapped[str | None] = mapped_column(String(36))
    released_fields: Mapped[str | None] = mapped_column(Text)
    """Names of the fields of a released contact, with commas between; never what they held."""


class DelegationRow(Base):
    """Somebody who may speak for an organisation's profiles in introductions."""

    __tablename__ = "delegations"
    __table_args__ = (
        Index(None, "organization_id", "id"),
        Index(None, "delegate_organization_id"),
        Index(None, "delegate_principal_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(200))
    profile_id: Mapped[str | None] = mapped_column(ForeignKey(ProfileRow.id))
    delegate_organization_id: Mapped[str | None] = mapped_column(String(200))
    delegate_principal_id: Mapped[str | None] = mapped_column(String(200))
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(200))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
