"""Create the needs.

Lock: SHARE ROW EXCLUSIVE on `town` and `epci` while the foreign keys are made; the tables are new.
Back: drops them; the needs are lost, what the feed told of them stays.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

NEED = """
CREATE TABLE towns.need (
  id uuid NOT NULL,
  acv_id text,
  epci_siren text,
  rome_codes text[] NOT NULL,
  skills text[] NOT NULL,
  volume_count integer NOT NULL,
  horizon_from date NOT NULL,
  horizon_until date,
  level smallint,
  naf_division text,
  source_kind text NOT NULL,
  evidence_url text,
  evidence_reference text,
  evidence_title text,
  evidence_on date,
  strength text NOT NULL,
  expires_on date NOT NULL,
  author text NOT NULL,
  external_namespace text,
  external_id text,
  status text NOT NULL,
  qualified_by text,
  qualified_at timestamptz,
  qualification_motive text,
  covered_by text,
  covered_at timestamptz,
  coverage_url text,
  coverage_reference text,
  withdrawn_by text,
  withdrawn_at timestamptz,
  withdrawal_motive text,
  version bigint NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT pk_need PRIMARY KEY (id),
  CONSTRAINT ck_need_one_territory CHECK (num_nonnulls(acv_id, epci_siren) = 1),
  CONSTRAINT ck_need_something_needed CHECK (cardinality(rome_codes) + cardinality(skills) > 0),
  CONSTRAINT ck_need_volume_positive CHECK (volume_count > 0),
  CONSTRAINT ck_need_horizon_ordered CHECK (horizon_until >= horizon_from),
  CONSTRAINT ck_need_level_french CHECK (level BETWEEN 1 AND 8),
  CONSTRAINT ck_need_source_known CHECK (
    source_kind IN ('employer-survey', 'jobs-data', 'mayor', 'prefect')),
  CONSTRAINT ck_need_strength_known CHECK (strength IN ('stated', 'documented', 'measured')),
  CONSTRAINT ck_need_evidence_named CHECK (
    num_nonnulls(evidence_url, evidence_reference) > 0
    OR (strength = 'stated'
    AND num_nonnulls(evidence_title, evidence_on) = 0)),
  CONSTRAINT ck_need_status_known CHECK (
    status IN ('declared', 'qualified', 'covered', 'withdrawn')),
  CONSTRAINT ck_need_qualification_whole CHECK (
    num_nonnulls(qualified_by, qualified_at, qualification_motive) IN (0, 3)
    AND (status <> 'declared' OR qualified_at IS NULL)
    AND (status NOT IN ('qualified', 'covered') OR qualified_at IS NOT NULL)),
  CONSTRAINT ck_need_coverage_whole CHECK (
    (status = 'covered') = (covered_at IS NOT NULL)
    AND num_nonnulls(covered_by, covered_at) IN (0, 2)
    AND (covered_at IS NULL) = (num_nonnulls(coverage_url, coverage_reference) = 0)),
  CONSTRAINT ck_need_withdrawal_whole CHECK (
    (status = 'withdrawn') = (withdrawn_at IS NOT NULL)
    AND num_nonnulls(withdrawn_by, withdrawn_at, withdrawal_motive) IN (0, 3)),
  CONSTRAINT ck_need_external_id_whole CHECK (num_nonnulls(external_namespace, external_id) <> 1),
  CONSTRAINT uq_need_author_external_namespace_external_id
    UNIQUE (author, external_namespace, external_id),
  CONSTRAINT fk_need_acv_id FOREIGN KEY(acv_id) REFERENCES towns.town (acv_id),
  CONSTRAINT fk_need_epci_siren FOREIGN KEY(epci_siren) REFERENCES towns.epci (siren)
)
"""
INDEXES = (
    "CREATE INDEX ix_need_acv_id ON towns.need (acv_id)",
    "CREATE INDEX ix_need_epci_siren ON towns.need (epci_siren)",
    "CREATE INDEX ix_need_expires_on_id ON towns.need (expires_on, id)",
    "CREATE INDEX ix_need_rome_codes ON towns.need USING gin (rome_codes)",
    "CREATE INDEX ix_need_updated_at_id ON towns.need (updated_at, id)",
    "CREATE INDEX ix_need_volume_count_id ON towns.need (volume_count, id)",
)


def upgrade() -> None:
    """Create the tables, then their indexes."""
    for statement in (NEED, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables with their indexes."""
    op.drop_table("need", schema="towns")
