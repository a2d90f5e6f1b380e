"""Two policies on live requests: comparisons, the pairs of kinds they hold, and whose choice each result was."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the four tables, and find feedback by the run it is about."""
    op.create_table(
        "comparisons",
        sa.Column("comparison_id", sa.String(36), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("first", sa.String(200), nullable=False),
        sa.Column("second", sa.String(200), nullable=False),
        sa.Column("share", sa.Float(53), nullable=False),
        sa.Column("kinds", sa.String(100), nullable=True),
        sa.Column("alpha", sa.Float(53), nullable=False),
        sa.Column("max_decided", sa.BigInteger, nullable=False),
        sa.Column("is_forced", sa.Boolean, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("ended_by", sa.Text, nullable=True),
        sa.Column("ended_reason", sa.Text, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("tally", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("comparison_id", name="pk_comparisons"),
        sa.UniqueConstraint("number", name="uq_comparisons_number"),
    )
    op.create_table(
        "compared_pairs",
        sa.Column("pair", sa.String(100), nullable=False),
        sa.Column("comparison_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("pair", name="pk_compared_pairs"),
    )
    op.create_index("ix_compared_pairs_comparison_id", "compared_pairs", ["comparison_id"])
    op.create_table(
        "drafted_lists",
        sa.Column("run_id", sa.String(36), nullable=False),
        sa.Column("comparison_id", sa.String(36), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_drafted_lists"),
    )
    op.create_index("ix_drafted_lists_comparison_id", "drafted_lists", ["comparison_id"])
    op.create_table(
        "drafted_results",
        sa.Column("run_id", sa.String(36), nullable=False),
        sa.Column("target_id", sa.String(200), nullable=False),
        sa.Column("team", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "target_id", name="pk_drafted_results"),
    )
    op.create_index("ix_feedback_run_id", "feedback", ["run_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_feedback_run_id", "feedback")
    for table in ("drafted_results", "drafted_lists", "compared_pairs", "comparisons"):
        op.drop_table(table)
