"""Profiles with their terms and contacts, the outbox, and the feed's counter."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import BigIdentity, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table, and the counter's single row."""
    op.create_table(
        "profiles",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("visibility", sa.String(20), nullable=False),
        sa.Column("language", sa.String(8)),
        sa.Column("country", sa.String(300)),
        sa.Column("province", sa.String(300)),
        sa.Column("city", sa.String(300)),
        sa.Column("search_text", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_profiles"),
        sa.UniqueConstraint("source", "external_id", name="uq_profiles_source_external_id"),
    )
    op.create_index("ix_profiles_status_visibility_kind_id", "profiles", ["status", "visibility", "kind", "id"])
    op.create_table(
        "profile_terms",
        sa.Column("profile_id", sa.String(36), nullable=False),
        sa.Column("attribute", sa.String(20), nullable=False),
        sa.Column("term", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("profile_id", "attribute", "term", name="pk_profile_terms"),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name="fk_profile_terms_profile_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_profile_terms_attribute_term", "profile_terms", ["attribute", "term"])
    op.create_table(
        "profile_contacts",
        sa.Column("profile_id", sa.String(36), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("profile_id", name="pk_profile_contacts"),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name="fk_profile_contacts_profile_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "changes",
        sa.Column("id", BigIdentity, autoincrement=True, nullable=False),
        sa.Column("feed_seq", sa.BigInteger),
        sa.Column("profile_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sa.UniqueConstraint("feed_seq", name="uq_changes_feed_seq"),
    )
    is_unstamped = sa.text("feed_seq IS NULL")
    op.create_index("ix_changes_unstamped", "changes", ["id"], postgresql_where=is_unstamped, sqlite_where=is_unstamped)
    counter = op.create_table(
        "feed_counter",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_counter"),
    )
    op.bulk_insert(counter, [{"id": 1, "last_seq": 0}])


def downgrade() -> None:
    """Drop every table."""
    for table in ("feed_counter", "changes", "profile_contacts", "profile_terms", "profiles"):
        op.drop_table(table)
