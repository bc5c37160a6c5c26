"""Create the jobs that import files.

Lock: none that matters, the tables are new.
Back: drops them; files that wait are lost, what was imported stays.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

IMPORT_JOB = """
CREATE TABLE towns.import_job (
  id uuid NOT NULL,
  collection text NOT NULL,
  media_type text NOT NULL,
  size_bytes bigint NOT NULL,
  mode text NOT NULL,
  dry_run boolean NOT NULL,
  status text DEFAULT 'queued' NOT NULL,
  actor text NOT NULL,
  client text NOT NULL,
  organisation text NOT NULL,
  limits json,
  request_id text,
  header json,
  rows_read bigint DEFAULT 0 NOT NULL,
  rows_rejected bigint DEFAULT 0 NOT NULL,
  complete boolean DEFAULT false NOT NULL,
  outcome json,
  failure json,
  worker text,
  attempts integer DEFAULT 0 NOT NULL,
  lease_until timestamptz,
  created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  CONSTRAINT pk_import_job PRIMARY KEY (id),
  CONSTRAINT ck_import_job_mode CHECK (mode IN ('atomic', 'partial')),
  CONSTRAINT ck_import_job_status CHECK (
    status IN ('queued', 'running', 'succeeded', 'rejected', 'failed')),
  CONSTRAINT ck_import_job_finished CHECK (
    (status IN ('queued', 'running')) = (finished_at IS NULL))
)
"""
IMPORT_CHUNK = """
CREATE TABLE towns.import_chunk (
  job_id uuid NOT NULL,
  number integer NOT NULL,
  body bytea NOT NULL,
  CONSTRAINT pk_import_chunk PRIMARY KEY (job_id, number),
  CONSTRAINT fk_import_chunk_job_id FOREIGN KEY(job_id)
    REFERENCES towns.import_job (id) ON DELETE CASCADE
)
"""
IMPORT_REJECTION = """
CREATE TABLE towns.import_rejection (
  job_id uuid NOT NULL,
  row_number bigint NOT NULL,
  rejected boolean NOT NULL,
  findings json NOT NULL,
  raw json NOT NULL,
  CONSTRAINT pk_import_rejection PRIMARY KEY (job_id, row_number),
  CONSTRAINT fk_import_rejection_job_id FOREIGN KEY(job_id)
    REFERENCES towns.import_job (id) ON DELETE CASCADE
)
"""
WAITING = """
CREATE INDEX ix_import_job_waiting
  ON towns.import_job (created_at) WHERE status IN ('queued', 'running')
"""


def upgrade() -> None:
    """Create the tables, then the index of the jobs that wait."""
    for statement in (IMPORT_JOB, IMPORT_CHUNK, IMPORT_REJECTION, WAITING):
        op.execute(statement)
    # the files are compressed already, or will not stay long
    op.execute("ALTER TABLE towns.import_chunk ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Drop the tables with their index."""
    for table in ("import_rejection", "import_chunk", "import_job"):
        op.drop_table(table, schema="towns")
