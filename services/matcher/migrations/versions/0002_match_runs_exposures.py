"""Recorded match runs and how often each profile was shown."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "match_runs",
        sa.Column("run_id", sa.String(36), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=True),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("feed_seq", sa.BigInteger, nullable=False),
        sa.Column("request", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("answered", sa.BigInteger, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("last_answered_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_match_runs"),
    )
    op.create_index("ix_match_runs_last_answered_at", "match_runs", ["last_answered_at"])
    op.create_table(
        "exposures",
        sa.Column("profile_id", sa.String(200), nullable=False),
        sa.Column("shown", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("profile_id", name="pk_exposures"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("exposures", "match_runs"):
        op.drop_table(table)
