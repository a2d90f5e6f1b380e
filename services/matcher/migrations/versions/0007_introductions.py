"""Introductions as read from the feed, and how far they were read."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "introductions",
        sa.Column("introduction_id", sa.String(200), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("target_id", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("is_told", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("introduction_id", name="pk_introductions"),
    )
    op.create_table(
        "introduction_position",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("feed_seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_introduction_position"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("introduction_position")
    op.drop_table("introductions")
