"""Create the conventions of towns: their versions, and the waivers that let some be signed.

Lock: none that matters, the tables are new.
Back: drops them; the conventions are lost, what the feed told of them stays.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

CONVENTION = """
CREATE TABLE towns.convention (
  id uuid CONSTRAINT pk_convention PRIMARY KEY,
  acv_id text NOT NULL CONSTRAINT fk_convention_acv_id REFERENCES towns.town (acv_id),
  phase text NOT NULL CONSTRAINT ck_convention_phase_known CHECK (phase IN ('acv1', 'acv2')),
  title text NOT NULL,
  signed_on date,
  confidence text,
  source text,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ck_convention_source_whole CHECK ((confidence IS NULL) = (source IS NULL))
)
"""
VERSION = """
CREATE TABLE towns.convention_version (
  id uuid CONSTRAINT pk_convention_version PRIMARY KEY,
  convention_id uuid NOT NULL CONSTRAINT fk_convention_version_convention_id
    REFERENCES towns.convention (id),
  number smallint NOT NULL,
  purpose text NOT NULL CONSTRAINT ck_convention_version_purpose_known
    CHECK (purpose IN ('initial', 'project', 'extension', 'other')),
  status text NOT NULL CONSTRAINT ck_convention_version_status_known
    CHECK (status IN ('draft', 'observed', 'deliberated', 'signed', 'abandoned')),
  content json,
  organisations text[] NOT NULL,
  ends_on date,
  observed_on date,
  observation text,
  validated boolean,
  signed_on date,
  effective_on date,
  prolonged boolean NOT NULL,
  version bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ck_convention_version_first_is_initial
    CHECK ((number = 1) = (purpose = 'initial')),
  CONSTRAINT ck_convention_version_content_known
    CHECK (content IS NOT NULL OR status = 'signed'),
  CONSTRAINT ck_convention_version_observation_whole
    CHECK (status NOT IN ('observed', 'deliberated')
      OR (observed_on IS NOT NULL AND observation IS NOT NULL AND validated IS NOT NULL)),
  CONSTRAINT ck_convention_version_signature_whole
    CHECK ((status = 'signed') = (signed_on IS NOT NULL AND effective_on IS NOT NULL)),
  CONSTRAINT ck_convention_version_effect_after_signature CHECK (effective_on >= signed_on),
  CONSTRAINT ck_convention_version_end_of_content
    CHECK (content IS NULL OR (content->>'ends_on') IS NOT DISTINCT FROM
      to_char(ends_on, 'YYYY-MM-DD'))
)
"""
WAIVER = """
CREATE TABLE towns.convention_waiver (
  id uuid CONSTRAINT pk_convention_waiver PRIMARY KEY,
  version_id uuid NOT NULL CONSTRAINT fk_convention_waiver_version_id
    REFERENCES towns.convention_version (id),
  guard text NOT NULL,
  reason text NOT NULL,
  author text NOT NULL,
  waived_at timestamptz NOT NULL DEFAULT now()
)
"""
INDEXES = """
CREATE UNIQUE INDEX uq_convention_signed ON towns.convention (acv_id, phase)
  WHERE signed_on IS NOT NULL;
CREATE INDEX ix_convention_acv_id_id ON towns.convention (acv_id, id);
CREATE INDEX ix_convention_updated_at_id ON towns.convention (updated_at, id);
CREATE UNIQUE INDEX uq_convention_version_number
  ON towns.convention_version (convention_id, number) WHERE status <> 'abandoned';
CREATE UNIQUE INDEX uq_convention_version_open ON towns.convention_version (convention_id)
  WHERE status IN ('draft', 'observed', 'deliberated');
CREATE INDEX ix_convention_version_convention_id ON towns.convention_version (convention_id);
CREATE INDEX ix_convention_waiver_version_id ON towns.convention_waiver (version_id)
"""
REFUSAL = """
CREATE FUNCTION towns.refuse_change_of_signed_convention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a signed version is not changed' USING ERRCODE = 'restrict_violation';
END $$
"""
TRIGGER = """
CREATE TRIGGER signed_is_final BEFORE UPDATE OR DELETE ON towns.convention_version
  FOR EACH ROW WHEN (OLD.status = 'signed' AND OLD.content IS NOT NULL)
  EXECUTE FUNCTION towns.refuse_change_of_signed_convention()
"""


def upgrade() -> None:
    """Create the tables and their indexes, then what refuses to change a signed version."""
    for statement in (CONVENTION, VERSION, WAIVER):
        op.execute(statement)
    for index in INDEXES.split(";"):
        op.execute(index)
    for statement in (REFUSAL, TRIGGER):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables with their indexes, then the function that they used."""
    for table in ("convention_waiver", "convention_version", "convention"):
        op.drop_table(table, schema="towns")
    op.execute("DROP FUNCTION towns.refuse_change_of_signed_convention()")
