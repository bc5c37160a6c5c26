"""Where import jobs live: the job, the file it was given, the rows it refused."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON

_INSTANT = DateTime(timezone=True)
_WAITING = "status IN ('queued', 'running')"


@dataclass(frozen=True, slots=True)
class ImportTables:
    """The three tables."""

    job: Table
    chunk: Table
    rejection: Table


def import_tables(metadata: MetaData) -> ImportTables:
    """Add the tables to the schema of `metadata`.

    The file is kept in the database, in chunks, until its job ends: any worker can take the job
    over. Run `ALTER TABLE import_chunk ALTER COLUMN body SET STORAGE EXTERNAL` with the creation:
    compressing the chunks costs more than writing them.
    """
    job = import_job_table(metadata)
    chunk = Table(
        "import_chunk",
        metadata,
        Column("job_id", ForeignKey(job.c.id, ondelete="CASCADE"), primary_key=True),
        Column("number", Integer(), primary_key=True),
        Column("body", LargeBinary(), nullable=False),
    )
    rejection = Table(
        "import_rejection",
        metadata,
        Column("job_id", ForeignKey(job.c.id, ondelete="CASCADE"), primary_key=True),
        Column("row_number", BigInteger(), primary_key=True),
        Column("rejected", Boolean(), nullable=False),
        Column("findings", JSON(), nullable=False),
        Column("raw", JSON(), nullable=False),
    )
    return ImportTables(job, chunk, rejection)


def import_job_table(metadata: MetaData) -> Table:
    """Return the table of jobs; a running one belongs to `worker` until `lease_until`."""
    return Table(
        "import_job",
        metadata,
        Column("id", Uuid(), primary_key=True),
        Column("collection", Text(), nullable=False),
        Column("media_type", Text(), nullable=False),
        Column("size_bytes", BigInteger(), nullable=False),
        Column("mode", Text(), nullable=False),
        Column("dry_run", Boolean(), nullable=False),
        Column("status", Text(), nullable=False, server_default=text("'queued'")),
        Column("actor", Text(), nullable=False),
        Column("client", Text(), nullable=False),
        Column("organisation", Text(), nullable=False),
        Column("limits", JSON(none_as_null=True)),
        Column("request_id", Text()),
        Column("header", JSON()),
        Column("rows_read", BigInteger(), nullable=False, server_default=text("0")),
        Column("rows_rejected", BigInteger(), nullable=False, server_default=text("0")),
        Column("complete", Boolean(), nullable=False, server_default=false()),
        Column("outcome", JSON()),
        Column("failure", JSON()),
        Column("worker", Text()),
        Column("attempts", Integer(), nullable=False, server_default=text("0")),
        Column("lease_until", _INSTANT),
        Column("created_at", _INSTANT, nullable=False, server_default=func.clock_timestamp()),
        Column("started_at", _INSTANT),
        Column("finished_at", _INSTANT),
        CheckConstraint("mode IN ('atomic', 'partial')", name="mode"),
        CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'rejected', 'failed')", name="status"
        ),
        CheckConstraint(f"({_WAITING}) = (finished_at IS NULL)", name="finished"),
        Index("ix_import_job_waiting", "created_at", postgresql_where=text(_WAITING)),
    )
