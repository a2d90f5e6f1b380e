"""Which history of the catalog's feed the position of introductions counts in."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; None until the next page tells it."""
    with op.batch_alter_table("introduction_position") as batch:
        batch.add_column(sa.Column("epoch", sa.String(64), nullable=True))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("introduction_position") as batch:
        batch.drop_column("epoch")
