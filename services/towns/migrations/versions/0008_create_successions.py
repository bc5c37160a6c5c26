"""Create the succession of territories: official history, and what partners record.

Lock: none that matters, the tables are new.
Back: drops them; what partners recorded is lost, what the feed told of it stays.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

OFFICIAL = """
CREATE TABLE towns.commune_succession (
  predecessor_code text CONSTRAINT pk_commune_succession PRIMARY KEY,
  predecessor_name text NOT NULL,
  successor_code text NOT NULL,
  effective_on date NOT NULL,
  reason text NOT NULL
)
"""
RECORDED = """
CREATE TABLE towns.recorded_succession (
  id uuid CONSTRAINT pk_recorded_succession PRIMARY KEY,
  act_id uuid NOT NULL,
  kind text NOT NULL CONSTRAINT ck_recorded_succession_kind_known
    CHECK (kind IN ('commune', 'epci')),
  predecessor_code text NOT NULL,
  successor_code text NOT NULL,
  share_millionths integer NOT NULL CONSTRAINT ck_recorded_succession_share_a_part
    CHECK (share_millionths BETWEEN 1 AND 1000000),
  effective_on date NOT NULL,
  reason text NOT NULL,
  source_url text NOT NULL,
  organisation_id text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT uq_recorded_succession_once
    UNIQUE (kind, predecessor_code, successor_code, effective_on)
)
"""


def upgrade() -> None:
    """Create the tables, then the indexes that go back from a successor."""
    op.execute(OFFICIAL)
    op.execute(RECORDED)
    op.execute(
        "CREATE INDEX ix_commune_succession_successor_code"
        " ON towns.commune_succession (successor_code)"
    )
    op.execute(
        "CREATE INDEX ix_recorded_succession_kind_successor_code"
        " ON towns.recorded_succession (kind, successor_code)"
    )


def downgrade() -> None:
    """Drop the tables with their indexes."""
    op.drop_table("recorded_succession", schema="towns")
    op.drop_table("commune_succession", schema="towns")
