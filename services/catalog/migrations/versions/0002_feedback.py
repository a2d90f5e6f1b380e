"""Feedback events, and the counter that numbers them in the feed."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import BigIdentity, UtcDateTime

revision = "0002"
down_revision = "0001"
_COUNTER = sa.table("feed_counter", sa.column("id", sa.Integer), sa.column("last_seq", sa.BigInteger))


def upgrade() -> None:
    """Create the table, and its row of the counter."""
    op.create_table(
        "feedback",
        sa.Column("id", BigIdentity, autoincrement=True, nullable=False),
        sa.Column("feed_seq", sa.BigInteger),
        sa.Column("event_id", sa.String(200), nullable=False),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("target_id", sa.String(200), nullable=False),
        sa.Column("run_id", sa.String(200)),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.UniqueConstraint("event_id", name="uq_feedback_event_id"),
        sa.UniqueConstraint("feed_seq", name="uq_feedback_feed_seq"),
    )
    op.create_index("ix_feedback_subject_id_target_id_id", "feedback", ["subject_id", "target_id", "id"])
    op.create_index("ix_feedback_target_id_id", "feedback", ["target_id", "id"])
    op.create_index("ix_feedback_run_id_id", "feedback", ["run_id", "id"])
    unstamped = sa.text("feed_seq IS NULL")
    op.create_index("ix_feedback_unstamped", "feedback", ["id"], postgresql_where=unstamped, sqlite_where=unstamped)
    op.bulk_insert(_COUNTER, [{"id": 2, "last_seq": 0}])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("feedback")
    op.execute(_COUNTER.delete().where(_COUNTER.c.id == 2))
