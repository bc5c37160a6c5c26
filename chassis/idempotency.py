"""Writes that happen once: the key is claimed in the transaction of the effect, and the answer is kept beside it."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON


def idempotency_table(metadata: MetaData) -> Table:
    """Return the table of the keys claimed in the schema of `metadata`.

    Status and answer are empty only inside the transaction that claimed the key. `kept` rows are the keys
    of money: they stay as long as the payment.
    """
    return Table(
        "idempotency_key",
        metadata,
        Column("client", Text(), nullable=False),
        Column("operation", Text(), nullable=False),
        Column("key", Text(), nullable=False),
        Column("fingerprint", LargeBinary(), nullable=False),
        Column("status", SmallInteger()),
        Column("headers", JSON()),
        Column("body", LargeBinary()),
        Column("resource_id", Text()),
        Column("kept", Boolean(), nullable=False, server_default=false()),
        Column("claimed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        PrimaryKeyConstraint("client", "operation", "key"),
        CheckConstraint("length(key) BETWEEN 1 AND 64", "key_length"),
        CheckConstraint("length(fingerprint) = 32", "fingerprint_length"),
        CheckConstraint("(status IS NULL) = (headers IS NULL) AND (status IS NULL) = (body IS NULL)", "whole_answer"),
        Index("ix_idempotency_key_forgettable", "claimed_at", postgresql_where=text("NOT kept")),
    )
