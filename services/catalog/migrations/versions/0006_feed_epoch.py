"""The epoch of the feed: a name for one unbroken history of changes."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table and its single row, with a name that no other database has."""
    epoch = op.create_table(
        "feed_epoch",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_epoch"),
    )
    op.bulk_insert(epoch, [{"id": 1, "name": str(uuid4())}])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("feed_epoch")
