"""When introductions reached which state, the answers that began them, and feedback found by its target."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add them; introductions are read from the feed once more, since what was read before kept no steps."""
    op.create_table(
        "introduction_steps",
        sa.Column("introduction_id", sa.String(200), primary_key=True),
        sa.Column("state", sa.String(20), primary_key=True),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
    )
    with op.batch_alter_table("introductions") as batch:
        batch.add_column(sa.Column("run_id", sa.String(200), nullable=True))
        batch.add_column(sa.Column("rank", sa.BigInteger, nullable=True))
    with op.batch_alter_table("introduction_position") as batch:
        batch.add_column(sa.Column("has_steps", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_feedback_target_id", "feedback", ["target_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_feedback_target_id", "feedback")
    with op.batch_alter_table("introduction_position") as batch:
        batch.drop_column("has_steps")
    with op.batch_alter_table("introductions") as batch:
        batch.drop_column("rank")
        batch.drop_column("run_id")
    op.drop_table("introduction_steps")
