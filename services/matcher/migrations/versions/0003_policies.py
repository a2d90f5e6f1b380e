"""Ranking policies as records, their evaluations, and which was active when."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "policies",
        sa.Column("revision", sa.String(200), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("resolved", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("retired_by", sa.Text, nullable=True),
        sa.Column("retired_reason", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("revision", name="pk_policies"),
        sa.UniqueConstraint("number", name="uq_policies_number"),
        sa.UniqueConstraint("content_hash", name="uq_policies_content_hash"),
    )
    op.create_table(
        "policy_evaluations",
        sa.Column("evaluation_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.String(200), nullable=False),
        sa.Column("ranking", sa.String(200), nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=True),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("evaluation_id", name="pk_policy_evaluations"),
    )
    op.create_index("ix_policy_evaluations_revision", "policy_evaluations", ["revision"])
    op.create_table(
        "policy_activations",
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("revision", sa.String(200), nullable=False),
        sa.Column("previous", sa.String(200), nullable=False),
        sa.Column("evaluation_id", sa.String(36), nullable=True),
        sa.Column("is_forced", sa.Boolean, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_policy_activations"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("policy_activations", "policy_evaluations", "policies"):
        op.drop_table(table)
