"""Create the bids, their submitted versions and their steps.

Lock: SHARE ROW EXCLUSIVE on `call` while the foreign key is made; the tables are new.
Back: drops them; the bids are lost, what the feed told of them stays.
"""

from alembic import op

from chassis.events import append_only, append_only_undone

revision = "0014"
down_revision = "0013"

APPLICATION = """
CREATE TABLE towns.application (
  id uuid CONSTRAINT pk_application PRIMARY KEY,
  call_id uuid NOT NULL CONSTRAINT fk_application_call_id REFERENCES towns.call (id),
  carriers json NOT NULL,
  lead_code text NOT NULL,
  lead_codes text[] NOT NULL
    CONSTRAINT ck_application_lead_known CHECK (cardinality(lead_codes) > 0),
  town_codes text[] NOT NULL,
  epci_sirens text[] NOT NULL,
  department_codes text[] NOT NULL,
  region_codes text[] NOT NULL,
  outside boolean NOT NULL,
  title text NOT NULL,
  folded_title text COLLATE "C" NOT NULL,
  draft json NOT NULL,
  missing json NOT NULL,
  submitted json,
  submitted_number smallint NOT NULL,
  submitted_at timestamptz,
  asked json NOT NULL,
  carried_from uuid
    CONSTRAINT fk_application_carried_from REFERENCES towns.application (id),
  author text NOT NULL,
  status text NOT NULL CONSTRAINT ck_application_status_known
    CHECK (status IN ('draft', 'submitted', 'consolidation', 'examined',
      'selected', 'accompanied', 'refused', 'withdrawn')),
  decided_at timestamptz,
  decision_told_at timestamptz,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ck_application_submission_whole
    CHECK ((submitted_at IS NOT NULL OR status IN ('draft', 'withdrawn'))
      AND (submitted_at IS NULL OR status <> 'draft')
      AND (submitted_at IS NULL) = (submitted IS NULL)
      AND (submitted_at IS NULL) = (submitted_number = 0)),
  CONSTRAINT ck_application_decision_whole
    CHECK (num_nonnulls(decided_at, decision_told_at) IN (0, 2)
      AND (status NOT IN ('selected', 'accompanied', 'refused') OR decided_at IS NOT NULL)),
  CONSTRAINT ck_application_carried_from_another CHECK (carried_from <> id)
)
"""
VERSION = """
CREATE TABLE towns.application_version (
  application_id uuid NOT NULL
    CONSTRAINT fk_application_version_application_id REFERENCES towns.application (id),
  number smallint NOT NULL,
  content json NOT NULL,
  ruleset_sha256 text NOT NULL,
  submitted_by text NOT NULL,
  submitted_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_application_version PRIMARY KEY (application_id, number)
)
"""
STEP = """
CREATE TABLE towns.application_step (
  application_id uuid NOT NULL
    CONSTRAINT fk_application_step_application_id REFERENCES towns.application (id),
  number smallint NOT NULL,
  act text NOT NULL,
  status text NOT NULL,
  submitted_number smallint NOT NULL,
  motive text,
  asked json NOT NULL,
  organisation text NOT NULL,
  told_at timestamptz,
  at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_application_step PRIMARY KEY (application_id, number)
)
"""
INDEXES = """
CREATE UNIQUE INDEX uq_application_lead ON towns.application (call_id, lead_code)
  WHERE submitted_at IS NOT NULL AND status <> 'withdrawn';
CREATE INDEX ix_application_call_id_id ON towns.application (call_id, id);
CREATE INDEX ix_application_updated_at_id ON towns.application (updated_at, id);
CREATE INDEX ix_application_town_codes ON towns.application USING gin (town_codes);
CREATE INDEX ix_application_epci_sirens ON towns.application USING gin (epci_sirens);
CREATE INDEX ix_application_carried_from ON towns.application (carried_from)
"""
KEPT = ("application_version", "application_step")


def upgrade() -> None:
    """Create the tables and their indexes, then what refuses to change what was submitted."""
    for statement in (APPLICATION, VERSION, STEP, *INDEXES.split(";")):
        op.execute(statement)
    for table in KEPT:
        for statement in append_only("towns", table):
            op.execute(statement)


def downgrade() -> None:
    """Drop the tables with their indexes, then the functions that they used."""
    for table in KEPT:
        for statement in append_only_undone("towns", table):
            op.execute(statement)
    for table in (*KEPT, "application"):
        op.drop_table(table, schema="towns")
