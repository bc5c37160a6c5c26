"""Create the calls for bids, their panels and frozen rule sets, and the targets of the programme.

Lock: none that matters, the tables are new.
Back: drops them; the calls are lost, what the feed told of them stays.
"""

from alembic import op

from chassis.events import append_only, append_only_undone

revision = "0011"
down_revision = "0010"

CALL = """
CREATE TABLE towns.call (
  id uuid CONSTRAINT pk_call PRIMARY KEY,
  wave smallint CONSTRAINT ck_call_wave_positive CHECK (wave > 0),
  name text NOT NULL,
  mode text NOT NULL CONSTRAINT ck_call_mode_known CHECK (mode IN ('live', 'test')),
  status text NOT NULL CONSTRAINT ck_call_status_known
    CHECK (status IN ('draft', 'published', 'closed', 'decided', 'cancelled')),
  opens_at timestamptz,
  priority_ends_at timestamptz,
  closes_at timestamptz,
  scores_due_at timestamptz,
  opinions_due_at timestamptz,
  decisions_expected_on date,
  outside_quota integer CONSTRAINT ck_call_quota_not_negative CHECK (outside_quota >= 0),
  quorum smallint CONSTRAINT ck_call_quorum_positive CHECK (quorum > 0),
  criteria json NOT NULL,
  evidence json NOT NULL,
  faults text[] NOT NULL,
  author text NOT NULL,
  published_by text,
  published_at timestamptz,
  closed_by text,
  closed_at timestamptz,
  closure_motive text,
  decided_by text,
  decided_at timestamptz,
  conclusion_motive text,
  cancelled_by text,
  cancelled_at timestamptz,
  cancellation_motive text,
  confidence text,
  source_url text,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ck_call_source_whole CHECK ((confidence IS NULL) = (source_url IS NULL)),
  CONSTRAINT ck_call_published_whole
    CHECK (status NOT IN ('published', 'closed', 'decided') OR source_url IS NOT NULL
      OR (published_at IS NOT NULL AND cardinality(faults) = 0
        AND closes_at > opens_at AND quorum IS NOT NULL)),
  CONSTRAINT ck_call_publication_whole
    CHECK (num_nonnulls(published_by, published_at) IN (0, 2)),
  CONSTRAINT ck_call_closure_whole
    CHECK (num_nonnulls(closed_by, closed_at, closure_motive) IN (0, 3)),
  CONSTRAINT ck_call_conclusion_whole
    CHECK (num_nonnulls(decided_by, decided_at, conclusion_motive) IN (0, 3)),
  CONSTRAINT ck_call_cancellation_whole
    CHECK (num_nonnulls(cancelled_by, cancelled_at, cancellation_motive) IN (0, 3)
      AND (status = 'cancelled') = (cancelled_at IS NOT NULL))
)
"""
BODY = """
CREATE TABLE towns.call_body (
  call_id uuid NOT NULL CONSTRAINT fk_call_body_call_id REFERENCES towns.call (id),
  body text NOT NULL,
  position smallint NOT NULL,
  label text NOT NULL,
  organisation_id uuid,
  CONSTRAINT pk_call_body PRIMARY KEY (call_id, body)
)
"""
RULESET = """
CREATE TABLE towns.call_ruleset (
  call_id uuid NOT NULL CONSTRAINT fk_call_ruleset_call_id REFERENCES towns.call (id),
  number smallint NOT NULL,
  sha256 text NOT NULL CONSTRAINT uq_call_ruleset_sha256 UNIQUE
    CONSTRAINT ck_call_ruleset_sha256_hexadecimal CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  document text NOT NULL,
  motive text,
  made_by text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_call_ruleset PRIMARY KEY (call_id, number)
)
"""
MILESTONE = """
CREATE TABLE towns.call_milestone (
  wave smallint NOT NULL,
  kind text NOT NULL,
  dated text NOT NULL,
  confidence text NOT NULL,
  source_url text NOT NULL,
  note text,
  CONSTRAINT pk_call_milestone PRIMARY KEY (wave, kind, dated)
)
"""
TARGET = """
CREATE TABLE towns.site_target (
  kind text NOT NULL,
  stated_on date NOT NULL,
  sites_count integer NOT NULL
    CONSTRAINT ck_site_target_count_positive CHECK (sites_count > 0),
  due text,
  confidence text NOT NULL,
  source_url text NOT NULL,
  note text,
  CONSTRAINT pk_site_target PRIMARY KEY (kind, stated_on)
)
"""
INDEXES = """
CREATE INDEX ix_call_updated_at_id ON towns.call (updated_at, id);
CREATE INDEX ix_call_closes_at_id ON towns.call (closes_at, id);
CREATE INDEX ix_call_wave_id ON towns.call (wave, id);
CREATE INDEX ix_call_body_organisation_id ON towns.call_body (organisation_id)
"""


def upgrade() -> None:
    """Create the tables and their indexes, then what refuses to change a frozen rule set."""
    for statement in (CALL, BODY, RULESET, MILESTONE, TARGET):
        op.execute(statement)
    for index in INDEXES.split(";"):
        op.execute(index)
    for statement in append_only("towns", "call_ruleset"):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables with their indexes, then the function that they used."""
    for statement in append_only_undone("towns", "call_ruleset"):
        op.execute(statement)
    for table in ("site_target", "call_milestone", "call_ruleset", "call_body", "call"):
        op.drop_table(table, schema="towns")
