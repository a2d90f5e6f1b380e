"""Which history of the catalog's feed each position counts in."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
_TABLES = ("feed_position", "feedback_position")


def upgrade() -> None:
    """Add the column; None until the next page tells it."""
    for table in _TABLES:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("epoch", sa.String(64), nullable=True))


def downgrade() -> None:
    """Drop it."""
    for table in _TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("epoch")
