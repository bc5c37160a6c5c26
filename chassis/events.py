"""What a service tells: one append-only table per schema that is outbox, change feed and audit at once."""

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    event,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON


def event_table(metadata: MetaData) -> Table:
    """Return the table of what happened in the schema of `metadata`.

    `visible_after` is the transaction that must have ended, with all the older ones, before the row is
    read: the writing transaction, or a younger one that wrote the previous event of the same subject.
    """
    table = Table(
        "event",
        metadata,
        Column("id", Uuid(), primary_key=True),
        Column("visible_after", BigInteger(), nullable=False),
        Column("sequence", BigInteger(), Identity(always=True), nullable=False),
        Column("name", Text(), nullable=False),
        Column("subject", Text(), nullable=False),
        Column("subject_sequence", BigInteger(), nullable=False),
        Column("occurred_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
        Column("actor", Text(), nullable=False),
        Column("client", Text(), nullable=False),
        Column("request_id", Text()),
        Column("reason", Text()),
        Column("successor", Text()),
        Column("data", JSON(), nullable=False, server_default=text("'{}'::json")),
        UniqueConstraint("subject", "subject_sequence"),
        Index(None, "visible_after", "sequence", unique=True),
    )
    for statement in append_only(table.schema or "public", table.name):
        event.listen(table, "after_create", DDL(statement.replace("%", "%%")))
    return table


def append_only(schema: str, table: str) -> tuple[str, ...]:
    """Return the DDL that makes a table refuse UPDATE, DELETE and TRUNCATE, whoever asks."""
    function = f"{schema}.refuse_change_of_{table}()"
    return (
        f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{schema}.{table} is append-only' USING ERRCODE = 'restrict_violation'; END $$",
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.{table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}",
    )


def append_only_undone(schema: str, table: str) -> tuple[str, ...]:
    """Return the DDL that takes the refusal of `append_only` away; run it before the table is dropped."""
    return (
        f"DROP TRIGGER append_only ON {schema}.{table}",
        f"DROP FUNCTION {schema}.refuse_change_of_{table}()",
    )
