"""Webhooks and their deliveries."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import BigIdentity, UtcDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organization_id", sa.String(200)),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("event_types", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("previous_salt", sa.String(32)),
        sa.Column("overlap_until", UtcDateTime),
        sa.Column("key_mark", sa.String(16), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("paused", sa.String(20)),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_error", sa.String(40)),
        sa.Column("waits_until", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_organization_id_id", "webhooks", ["organization_id", "id"])
    _create_deliveries()


def _create_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", BigIdentity, autoincrement=True, nullable=False),
        sa.Column("webhook_id", sa.String(36), nullable=False),
        sa.Column("event_id", sa.String(40), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("order_key", sa.String(40), nullable=False),
        sa.Column("introduction_id", sa.String(36)),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("lease", sa.String(32)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_status", sa.BigInteger),
        sa.Column("last_error", sa.String(40)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("queued_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("delivered_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
    )
    pending = sa.text("state = 'pending'")
    for name, columns in (("due", ["webhook_id", "due_at", "id"]), ("order", ["webhook_id", "order_key", "id"])):
        op.create_index(
            f"ix_webhook_deliveries_{name}",
            "webhook_deliveries",
            columns,
            postgresql_where=pending,
            sqlite_where=pending,
        )
    op.create_index("ix_webhook_deliveries_webhook_id_id", "webhook_deliveries", ["webhook_id", "id"])
    op.create_index("ix_webhook_deliveries_state_updated_at", "webhook_deliveries", ["state", "updated_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
