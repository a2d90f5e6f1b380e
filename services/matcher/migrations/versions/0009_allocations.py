"""Solved matchmaking days."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "allocations",
        sa.Column("allocation_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("previous", sa.String(36), nullable=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("meetings", sa.BigInteger, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("allocation_id", name="pk_allocations"),
    )
    op.create_index("ix_allocations_created_at_allocation_id", "allocations", ["created_at", "allocation_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("allocations")
