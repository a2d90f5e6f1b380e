"""Erasures: what was forgotten, and which matchers have confirmed it."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import UtcDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("scope", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("by_owner", sa.Boolean, nullable=False),
        sa.Column("organization_mark", sa.String(64)),
        sa.Column("erased_at", UtcDateTime, nullable=False),
        sa.Column("removed", sa.Text, nullable=False),
        sa.Column("cleaned_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    is_uncleaned = sa.text("cleaned_at IS NULL")
    op.create_index(
        "ix_erasures_uncleaned",
        "erasures",
        ["erased_at"],
        postgresql_where=is_uncleaned,
        sqlite_where=is_uncleaned,
    )
    op.create_table(
        "erased_profiles",
        sa.Column("profile_id", sa.String(36), nullable=False),
        sa.Column("erasure_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("profile_id", name="pk_erased_profiles"),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasures.id"], name="fk_erased_profiles_erasure_id"),
    )
    op.create_index("ix_erased_profiles_erasure_id_profile_id", "erased_profiles", ["erasure_id", "profile_id"])
    op.create_table(
        "feed_readers",
        sa.Column("reader_id", sa.String(64), nullable=False),
        sa.Column("matcher_id", sa.String(64), nullable=False),
        sa.Column("known_since", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("has_left", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("reader_id", name="pk_feed_readers"),
    )
    op.create_table(
        "erasure_confirmations",
        sa.Column("erasure_id", sa.String(36), nullable=False),
        sa.Column("reader_id", sa.String(64), nullable=False),
        sa.Column("matcher_id", sa.String(64), nullable=False),
        sa.Column("profile_ids", sa.Text, nullable=False),
        sa.Column("profiles", sa.BigInteger, nullable=False),
        sa.Column("removed", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("erasure_id", "reader_id", name="pk_erasure_confirmations"),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasures.id"], name="fk_erasure_confirmations_erasure_id"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("erasure_confirmations", "feed_readers", "erased_profiles", "erasures"):
        op.drop_table(table)
