"""Documents, vectors and the feed position."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "documents",
        sa.Column("profile_id", sa.String(200), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("feed_seq", sa.BigInteger, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("profile_json", sa.Text, nullable=False),
        sa.Column("passage_hashes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("profile_id", name="pk_documents"),
    )
    op.create_index("ix_documents_feed_seq", "documents", ["feed_seq"])
    op.create_table(
        "vectors",
        sa.Column("model_id", sa.String(200), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("model_id", "text_hash", name="pk_vectors"),
    )
    op.create_table(
        "feed_position",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("feed_seq", sa.BigInteger, nullable=False),
        sa.Column("model_id", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_position"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("feed_position", "vectors", "documents"):
        op.drop_table(table)
