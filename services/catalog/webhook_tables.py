"""The catalog's tables of webhooks: endpoints, and each event on its way to each of them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.catalog.tables import Base
from shared.kit.columns import BigIdentity, UtcDateTime


class WebhookRow(Base):
    """An endpoint, and how its receiver has fared; its secret is computed and stored nowhere."""

    __tablename__ = "webhooks"
    __table_args__ = (Index(None, "organization_id", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organization_id: Mapped[str | None] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(Text)
    event_types: Mapped[str] = mapped_column(Text)
    """Words with spaces between them."""
    description: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str] = mapped_column(String(32))
    """What its secret is computed from, beside the key; drawn anew with each rotation."""
    previous_salt: Mapped[str | None] = mapped_column(String(32))
    overlap_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    key_mark: Mapped[str] = mapped_column(String(16))
    """Tells whether the key is still the one that its secret was computed with."""
    created_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paused: Mapped[str | None] = mapped_column(String(20))
    failures: Mapped[int]
    """Since the last delivery."""
    last_error: Mapped[str | None] = mapped_column(String(40))
    waits_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebhookDeliveryRow(Base):
    """One event for one endpoint.

    No foreign key: who writes an introduction must not wait for who deletes an endpoint. What is left behind by
    both at once is never sent, and swept.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(
            "ix_webhook_deliveries_due",
            "webhook_id",
            "due_at",
            "id",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
        Index(
            "ix_webhook_deliveries_order",
            "webhook_id",
            "order_key",
            "id",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
        Index(None, "webhook_id", "id"),
        Index(None, "state", "updated_at"),
    )

    id: Mapped[int] = mapped_column(BigIdentity, primary_key=True, autoincrement=True)
    webhook_id: Mapped[str] = mapped_column(String(36))
    event_id: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(100))
    order_key: Mapped[str] = mapped_column(String(40))
    """Deliveries of one key go to one endpoint one after the other: the introduction, or the event itself."""
    introduction_id: Mapped[str | None] = mapped_column(String(36))
    body: Mapped[str] = mapped_column(Text)
    """What is sent, to the byte: the same in every attempt."""
    state: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Not before this; while an attempt is under way, when another worker may take it for lost."""
    lease: Mapped[str | None] = mapped_column(String(32))
    """Of the attempt that is under way: only its owner writes down what came of it."""
    attempts: Mapped[int]
    last_status: Mapped[int | None] = mapped_column(BigInteger)
    last_error: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was made, or redelivered: from then on it is tried for so long."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
