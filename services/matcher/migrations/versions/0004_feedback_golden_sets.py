"""Feedback as read from the feed, golden sets and their judgments."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import BigIdentity, UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "feedback",
        sa.Column("event_id", sa.String(200), nullable=False),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("target_id", sa.String(200), nullable=False),
        sa.Column("run_id", sa.String(200)),
        sa.Column("rank", sa.BigInteger),
        sa.Column("reason", sa.String(40)),
        sa.Column("outcome", sa.String(40)),
        sa.Column("happened_by", sa.String(200), nullable=False),
        sa.Column("happened_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_subject_id_target_id", "feedback", ["subject_id", "target_id"])
    op.create_table(
        "feedback_position",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("feed_seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback_position"),
    )
    op.create_table(
        "golden_sets",
        sa.Column("set_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("subject_kind", sa.String(40), nullable=False),
        sa.Column("target_kind", sa.String(40), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("is_archived", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("set_id", name="pk_golden_sets"),
        sa.UniqueConstraint("name", name="uq_golden_sets_name"),
    )
    op.create_table(
        "judgments",
        sa.Column("id", BigIdentity, autoincrement=True, nullable=False),
        sa.Column("set_id", sa.String(36), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("target_id", sa.String(200), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("judge", sa.String(200), nullable=False),
        sa.Column("grade", sa.Integer, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("judged_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_judgments"),
        sa.UniqueConstraint(
            "set_id",
            "subject_id",
            "target_id",
            "source",
            "judge",
            name="uq_judgments_set_id_subject_id_target_id_source_judge",
        ),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("judgments", "golden_sets", "feedback_position", "feedback"):
        op.drop_table(table)
