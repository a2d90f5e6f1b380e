"""The audit trail of API keys; what is known of the keys that are there becomes its first lines."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import BigIdentity, UtcDateTime

revision = "0009"
down_revision = "0008"
_KEYS = sa.table(
    "api_keys",
    *(sa.column(name) for name in ("id", "key_id", "created_at", "created_by", "revoked_at", "revoked_by", "replaces")),
)


def upgrade() -> None:
    """Create the table and fill it, in the order in which keys were made; revocations come last."""
    events = op.create_table(
        "api_key_events",
        sa.Column("id", BigIdentity, autoincrement=True, nullable=False),
        sa.Column("key_id", sa.String(12), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("by", sa.String(500), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("other_key_id", sa.String(12)),
        sa.PrimaryKeyConstraint("id", name="pk_api_key_events"),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.key_id"], name="fk_api_key_events_key_id_api_keys"),
    )
    op.create_index("ix_api_key_events_key_id", "api_key_events", ["key_id", "id"])
    made, keys = _KEYS.alias(), _KEYS
    for lines in (
        sa.select(made.c.key_id, sa.literal("created"), made.c.created_by, made.c.created_at, made.c.replaces).order_by(
            made.c.id
        ),
        # Of a key that is still there; what replaced another one names it.
        sa.select(keys.c.key_id, sa.literal("rotated"), made.c.created_by, made.c.created_at, made.c.key_id)
        .join_from(made, keys, made.c.replaces == keys.c.key_id)
        .order_by(made.c.id),
        sa.select(
            keys.c.key_id, sa.literal("revoked"), sa.func.coalesce(keys.c.revoked_by, ""), keys.c.revoked_at, sa.null()
        )
        .where(keys.c.revoked_at.is_not(None))
        .order_by(keys.c.id),
    ):
        op.execute(events.insert().from_select(["key_id", "action", "by", "at", "other_key_id"], lines))


def downgrade() -> None:
    """Drop it."""
    op.drop_table("api_key_events")
