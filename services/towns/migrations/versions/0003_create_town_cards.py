"""Create the read model of towns: the JSON as served, beside the columns that filters use.

Lock: none that matters, the table is new.
Back: drops it; publishing the cards fills it again, with versions that start anew.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

CARD = """
CREATE TABLE towns.town_card (
  acv_id text CONSTRAINT pk_town_card PRIMARY KEY,
  body text NOT NULL,
  version bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  name text NOT NULL,
  sort_name text COLLATE "C" NOT NULL,
  population integer NOT NULL,
  status text NOT NULL,
  phase text NOT NULL,
  phases text[] NOT NULL,
  cohort smallint NOT NULL,
  region_code text NOT NULL,
  department_codes text[] NOT NULL,
  epci_sirens text[] NOT NULL,
  insee_codes text[] NOT NULL,
  member_from date NOT NULL,
  member_until date,
  lon double precision,
  lat double precision,
  search tsvector NOT NULL,
  wave smallint[] NOT NULL
)
"""

INDEXES = {
    "cohort": "(cohort, acv_id)",
    "department_codes": "USING gin (department_codes)",
    "epci_sirens": "USING gin (epci_sirens)",
    "insee_codes": "USING gin (insee_codes)",
    "member_from": "(member_from, member_until)",
    "phase": "(phase, acv_id)",
    "phases": "USING gin (phases)",
    "place": "USING gist (point(lon, lat))",
    "population": "(population, acv_id)",
    "region_code": "(region_code, acv_id)",
    "search": "USING gin (search)",
    "sort_name": "(sort_name, acv_id)",
    "status": "(status, acv_id)",
    "updated_at": "(updated_at, acv_id)",
    "wave": "USING gin (wave)",
}


def upgrade() -> None:
    """Create the table, then an index for each filter and sort."""
    op.execute(CARD)
    for name, how in INDEXES.items():
        op.execute(f"CREATE INDEX ix_town_card_{name} ON towns.town_card {how}")


def downgrade() -> None:
    """Drop the table with its indexes."""
    op.drop_table("town_card", schema="towns")
