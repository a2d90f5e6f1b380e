"""Models that may answer, and which of them did when."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "models",
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("source", sa.String(1000), nullable=False),
        sa.Column("languages", sa.Text, nullable=False),
        sa.Column("query_prompt", sa.Text, nullable=True),
        sa.Column("passage_prompt", sa.Text, nullable=True),
        sa.Column("is_wanted", sa.Boolean, nullable=False),
        sa.Column("vectors_of", sa.String(200), nullable=True),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("model", name="pk_models"),
        sa.UniqueConstraint("source", name="uq_models_source"),
    )
    op.create_table(
        "model_activations",
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("previous", sa.String(100), nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_model_activations"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("model_activations", "models"):
        op.drop_table(table)
