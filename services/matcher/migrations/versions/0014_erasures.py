"""What is to be forgotten, runs that were deleted for it, and the name by which this database confirms it."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import BigIdentity, UtcDateTime

revision = "0014"
down_revision = "0013"
_NAME_ID = 1


def upgrade() -> None:
    """Create the tables; the name is drawn here, once."""
    op.create_table(
        "erased_profiles",
        sa.Column("number", BigIdentity, autoincrement=True, nullable=False),
        sa.Column("profile_id", sa.String(200), nullable=False),
        sa.Column("erasure_id", sa.String(200), nullable=False),
        sa.Column("read_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_erased_profiles"),
        sa.UniqueConstraint("profile_id", "erasure_id", name="uq_erased_profiles_profile_id_erasure_id"),
    )
    op.create_table(
        "erased_runs",
        sa.Column("run_id", sa.String(36), nullable=False),
        sa.Column("erasure_id", sa.String(200), nullable=False),
        sa.Column("erased_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_erased_runs"),
    )
    names = op.create_table(
        "matcher_name",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_matcher_name"),
    )
    op.bulk_insert(names, [{"id": _NAME_ID, "name": uuid4().hex}])


def downgrade() -> None:
    """Drop them."""
    for table in ("matcher_name", "erased_runs", "erased_profiles"):
        op.drop_table(table)
