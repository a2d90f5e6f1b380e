"""Whose a profile is: the organisation that speaks for it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; the profiles there are belong to nobody yet."""
    op.add_column("profiles", sa.Column("owner", sa.String(200)))
    op.create_index("ix_profiles_owner_id", "profiles", ["owner", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_profiles_owner_id", "profiles")
    op.drop_column("profiles", "owner")
