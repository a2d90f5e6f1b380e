"""API keys, and the counter that numbers their changes in the feed."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import BigIdentity, UtcDateTime

revision = "0005"
down_revision = "0004"
_COUNTER = sa.table("feed_counter", sa.column("id", sa.Integer), sa.column("last_seq", sa.BigInteger))
_COUNTER_ID = 4


def upgrade() -> None:
    """Create the table, and its row of the counter."""
    op.create_table(
        "api_keys",
        sa.Column("id", BigIdentity, autoincrement=True, nullable=False),
        sa.Column("feed_seq", sa.BigInteger),
        sa.Column("key_id", sa.String(12), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("organization_id", sa.String(200)),
        sa.Column("scopes", sa.Text),
        sa.Column("language", sa.String(8)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(500), nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("revoked_at", UtcDateTime),
        sa.Column("revoked_by", sa.String(500)),
        sa.Column("replaces", sa.String(12)),
        sa.Column("last_used_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_id", name="uq_api_keys_key_id"),
        sa.UniqueConstraint("feed_seq", name="uq_api_keys_feed_seq"),
    )
    unstamped = sa.text("feed_seq IS NULL")
    op.create_index("ix_api_keys_unstamped", "api_keys", ["id"], postgresql_where=unstamped, sqlite_where=unstamped)
    op.bulk_insert(_COUNTER, [{"id": _COUNTER_ID, "last_seq": 0}])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("api_keys")
    op.execute(_COUNTER.delete().where(_COUNTER.c.id == _COUNTER_ID))
