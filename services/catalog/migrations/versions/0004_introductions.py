"""Introductions with consents and audit trail, delegations, idempotency keys, and the counter of their feed."""

import sqlalchemy as sa
from alembic import op

from shared.kit.columns import BigIdentity, UtcDateTime

revision = "0004"
down_revision = "0003"
_COUNTER = sa.table("feed_counter", sa.column("id", sa.Integer), sa.column("last_seq", sa.BigInteger))
_COUNTER_ID = 3


def upgrade() -> None:
    """Create the tables, and their row of the counter."""
    _create_introductions()
    _create_consents()
    _create_events()
    _create_delegations()
    op.create_table(
        "idempotency_keys",
        sa.Column("caller", sa.String(200), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_expires_at", "idempotency_keys", ["expires_at"])
    op.bulk_insert(_COUNTER, [{"id": _COUNTER_ID, "last_seq": 0}])


def _create_introductions() -> None:
    op.create_table(
        "introductions",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("pair_key", sa.String(80), nullable=False),
        sa.Column("subject_id", sa.String(36), nullable=False),
        sa.Column("target_id", sa.String(36), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("message", sa.Text),
        sa.Column("run_id", sa.String(200)),
        sa.Column("rank", sa.BigInteger),
        sa.Column("reason", sa.String(40)),
        sa.Column("is_told", sa.Boolean, nullable=False),
        sa.Column("reminders", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("requested_at", UtcDateTime),
        sa.Column("state_since", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("remind_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_introductions"),
        sa.ForeignKeyConstraint(["subject_id"], ["profiles.id"], name="fk_introductions_subject_id"),
        sa.ForeignKeyConstraint(["target_id"], ["profiles.id"], name="fk_introductions_target_id"),
    )
    is_open = sa.text("is_open")
    op.create_index(
        "uq_introductions_open_pair",
        "introductions",
        ["pair_key"],
        unique=True,
        postgresql_where=is_open,
        sqlite_where=is_open,
    )
    op.create_index("ix_introductions_subject_id_id", "introductions", ["subject_id", "id"])
    op.create_index("ix_introductions_target_id_id", "introductions", ["target_id", "id"])
    op.create_index("ix_introductions_state_expires_at", "introductions", ["state", "expires_at"])
    op.create_index("ix_introductions_remind_at", "introductions", ["remind_at"])


def _create_consents() -> None:
    op.create_table(
        "introduction_consents",
        sa.Column("introduction_id", sa.String(36), nullable=False),
        sa.Column("side", sa.String(20), nullable=False),
        sa.Column("profile_id", sa.String(36), nullable=False),
        sa.Column("counterpart_id", sa.String(36), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("given_by", sa.String(200), nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=False),
        sa.Column("withdrawn_by", sa.String(200)),
        sa.Column("withdrawn_at", UtcDateTime),
        sa.PrimaryKeyConstraint("introduction_id", "side", name="pk_introduction_consents"),
        sa.ForeignKeyConstraint(
            ["introduction_id"], ["introductions.id"], name="fk_introduction_consents_introduction_id"
        ),
    )


def _create_events() -> None:
    op.create_table(
        "introduction_events",
        sa.Column("id", BigIdentity, autoincrement=True, nullable=False),
        sa.Column("feed_seq", sa.BigInteger),
        sa.Column("introduction_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(20), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("from_state", sa.String(20)),
        sa.Column("to_state", sa.String(20), nullable=False),
        sa.Column("by", sa.String(200)),
        sa.Column("organization_id", sa.String(200)),
        sa.Column("delegation_id", sa.String(36)),
        sa.Column("reason", sa.String(40)),
        sa.Column("note", sa.Text),
        sa.Column("request_id", sa.String(200)),
        sa.Column("released_profile_id", sa.String(36)),
        sa.Column("released_fields", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_introduction_events"),
        sa.UniqueConstraint("feed_seq", name="uq_introduction_events_feed_seq"),
        sa.ForeignKeyConstraint(
            ["introduction_id"], ["introductions.id"], name="fk_introduction_events_introduction_id"
        ),
    )
    op.create_index("ix_introduction_events_introduction_id_id", "introduction_events", ["introduction_id", "id"])
    unstamped = sa.text("feed_seq IS NULL")
    op.create_index(
        "ix_introduction_events_unstamped",
        "introduction_events",
        ["id"],
        postgresql_where=unstamped,
        sqlite_where=unstamped,
    )


def _create_delegations() -> None:
    op.create_table(
        "delegations",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organization_id", sa.String(200), nullable=False),
        sa.Column("profile_id", sa.String(36)),
        sa.Column("delegate_organization_id", sa.String(200)),
        sa.Column("delegate_principal_id", sa.String(200)),
        sa.Column("valid_until", UtcDateTime),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("revoked_by", sa.String(200)),
        sa.Column("revoked_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_delegations"),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name="fk_delegations_profile_id"),
    )
    op.create_index("ix_delegations_organization_id_id", "delegations", ["organization_id", "id"])
    op.create_index("ix_delegations_delegate_organization_id", "delegations", ["delegate_organization_id"])
    op.create_index("ix_delegations_delegate_principal_id", "delegations", ["delegate_principal_id"])


def downgrade() -> None:
    """Drop them."""
    for table in (
        "idempotency_keys",
        "delegations",
        "introduction_events",
        "introduction_consents",
        "introductions",
    ):
        op.drop_table(table)
    op.execute(_COUNTER.delete().where(_COUNTER.c.id == _COUNTER_ID))
