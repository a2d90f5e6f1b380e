"""Rounds of recommended contacts, and each contact with its explanation."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import UtcDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "recommendation_rounds",
        sa.Column("round_id", sa.String(36), nullable=False),
        sa.Column("reader_id", sa.String(200), nullable=False),
        sa.Column("period", sa.String(20), nullable=False),
        sa.Column("period_key", sa.String(20), nullable=False),
        sa.Column("is_personalised", sa.Boolean, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("since", UtcDateTime, nullable=True),
        sa.Column("run_id", sa.String(36), nullable=True),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.Column("held_back", sa.Text, nullable=False),
        sa.Column("seen", sa.LargeBinary, nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("round_id", name="pk_recommendation_rounds"),
        sa.UniqueConstraint(
            "reader_id",
            "period_key",
            "is_personalised",
            name="uq_recommendation_rounds_reader_id_period_key_is_personalised",
        ),
    )
    op.create_index("ix_recommendation_rounds_given_at", "recommendation_rounds", ["given_at"])
    op.create_table(
        "recommendations",
        sa.Column("recommendation_id", sa.String(36), nullable=False),
        sa.Column("round_id", sa.String(36), nullable=False),
        sa.Column("reader_id", sa.String(200), nullable=False),
        sa.Column("target_id", sa.String(200), nullable=False),
        sa.Column("rank", sa.BigInteger, nullable=False),
        sa.Column("why_now", sa.String(20), nullable=False),
        sa.Column("times_given", sa.BigInteger, nullable=False),
        sa.Column("last_given_at", UtcDateTime, nullable=True),
        sa.Column("match", sa.LargeBinary, nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("recommendation_id", name="pk_recommendations"),
        sa.UniqueConstraint("round_id", "rank", name="uq_recommendations_round_id_rank"),
    )
    op.create_index("ix_recommendations_reader_id_target_id", "recommendations", ["reader_id", "target_id"])
    op.create_index("ix_recommendations_target_id_given_at", "recommendations", ["target_id", "given_at"])


def downgrade() -> None:
    """Drop both."""
    op.drop_table("recommendations")
    op.drop_table("recommendation_rounds")
