"""Create the events of the registry and the keys of its writes.

Lock: none that matters, the tables are new.
Back: drops both; what they held is lost.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

from chassis.events import append_only, append_only_undone

revision = "0001"
down_revision = None

SCHEMA = "gateway"


def upgrade() -> None:
    """Create both tables; the first refuses changes."""
    _create_event()
    _create_idempotency_key()
    for statement in append_only(SCHEMA, "event"):
        op.execute(statement)


def downgrade() -> None:
    """Drop both tables."""
    for statement in append_only_undone(SCHEMA, "event"):
        op.execute(statement)
    op.drop_table("idempotency_key", schema=SCHEMA)
    op.drop_table("event", schema=SCHEMA)


def _create_event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visible_after", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_sequence", sa.BigInteger(), nullable=False),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.clock_timestamp(),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("successor", sa.Text()),
        sa.Column("data", JSON(), server_default=sa.text("'{}'::json"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint(
            "subject", "subject_sequence", name="uq_event_subject_subject_sequence"
        ),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_event_visible_after_sequence",
        "event",
        ["visible_after", "sequence"],
        unique=True,
        schema=SCHEMA,
    )


def _create_idempotency_key() -> None:
    whole = "(status IS NULL) = (headers IS NULL) AND (status IS NULL) = (body IS NULL)"
    op.create_table(
        "idempotency_key",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger()),
        sa.Column("headers", JSON()),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("resource_id", sa.Text()),
        sa.Column("kept", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column(
            "claimed_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint("client", "operation", "key", name="pk_idempotency_key"),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 64", "key_length"),
        sa.CheckConstraint("length(fingerprint) = 32", "fingerprint_length"),
        sa.CheckConstraint(whole, "whole_answer"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_idempotency_key_forgettable",
        "idempotency_key",
        ["claimed_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("NOT kept"),
    )
