"""Create the sites of the Cnam, their premises and history, and the facts of sources.

Lock: none that matters, the tables are new.
Back: drops them; what partners stated of sites is lost, what the feed told of them stays.
"""

from alembic import op

revision = "0013"
down_revision = "0011"

CENTRE = """
CREATE TABLE towns.cnam_centre (
  code text CONSTRAINT pk_cnam_centre PRIMARY KEY,
  name text NOT NULL,
  region_codes text[] NOT NULL,
  zone text NOT NULL,
  seat_city text,
  seat_insee_code text,
  website text,
  evidence text NOT NULL,
  source text NOT NULL
)
"""
FACT = """
CREATE TABLE towns.site_fact (
  fact text CONSTRAINT pk_site_fact PRIMARY KEY,
  selected_name text,
  insee_code text NOT NULL
    CONSTRAINT fk_site_fact_insee_code REFERENCES towns.commune (insee_code),
  kind text NOT NULL,
  dated_on date,
  precision text,
  label text NOT NULL,
  premises_kind text,
  owner_kind text,
  owner text,
  address text,
  scheme text,
  confidence text NOT NULL,
  source_url text NOT NULL
)
"""
STATUSES = "'announced', 'in-preparation', 'open', 'suspended', 'relocated', 'closed'"
PRECISIONS = "'day', 'month', 'year'"
ON_EARTH = "(lon IS NULL) = (lat IS NULL) AND lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90"
SITE = f"""
CREATE TABLE towns.site (
  id uuid CONSTRAINT pk_site PRIMARY KEY,
  name text NOT NULL,
  sort_name text COLLATE "C" NOT NULL,
  words text[] NOT NULL,
  insee_code text NOT NULL CONSTRAINT fk_site_insee_code REFERENCES towns.commune (insee_code),
  address text,
  lon double precision,
  lat double precision,
  application_id uuid,
  call_id uuid,
  wave smallint CONSTRAINT ck_site_wave_positive CHECK (wave > 0),
  bidder_name text,
  bidder_acv_id text CONSTRAINT fk_site_bidder_acv_id REFERENCES towns.town (acv_id),
  bidder_insee_code text
    CONSTRAINT fk_site_bidder_insee_code REFERENCES towns.commune (insee_code),
  bidder_epci_siren text CONSTRAINT fk_site_bidder_epci_siren REFERENCES towns.epci (siren),
  centre_code text CONSTRAINT fk_site_centre_code REFERENCES towns.cnam_centre (code),
  host_organisation text,
  schemes text[] NOT NULL,
  rooms json NOT NULL,
  equipment text[] NOT NULL,
  capacity_count integer CONSTRAINT ck_site_capacity_positive CHECK (capacity_count > 0),
  accessibility text,
  accessibility_note text,
  contacts json NOT NULL,
  note text,
  status text NOT NULL CONSTRAINT ck_site_status_known CHECK (status IN ({STATUSES})),
  since_on date,
  precision text,
  confidence text NOT NULL
    CONSTRAINT ck_site_confidence_known CHECK (confidence IN ('high', 'medium')),
  source_url text,
  known_as text CONSTRAINT uq_site_known_as UNIQUE,
  author text,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ck_site_since_whole
    CHECK ((since_on IS NULL) = (precision IS NULL) AND precision IN ({PRECISIONS})),
  CONSTRAINT ck_site_place_on_earth CHECK ({ON_EARTH}),
  CONSTRAINT ck_site_open_with_centre
    CHECK (status NOT IN ('open', 'suspended', 'relocated')
      OR source_url IS NOT NULL OR centre_code IS NOT NULL)
)
"""
PREMISES = f"""
CREATE TABLE towns.site_premises (
  id uuid CONSTRAINT pk_site_premises PRIMARY KEY,
  site_id uuid NOT NULL CONSTRAINT fk_site_premises_site_id REFERENCES towns.site (id),
  number smallint NOT NULL,
  kind text CONSTRAINT ck_site_premises_kind_known CHECK (kind IN ('provisional', 'definitive')),
  description text,
  owner_kind text CONSTRAINT ck_site_premises_owner_known
    CHECK (owner_kind IN ('commune', 'epci', 'department', 'region', 'state', 'other')),
  owner text,
  address text,
  insee_code text NOT NULL
    CONSTRAINT fk_site_premises_insee_code REFERENCES towns.commune (insee_code),
  lon double precision,
  lat double precision,
  valid_from date,
  precision text,
  confidence text NOT NULL
    CONSTRAINT ck_site_premises_confidence_known CHECK (confidence IN ('high', 'medium')),
  source_url text,
  author text,
  fact text CONSTRAINT uq_site_premises_fact UNIQUE,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT uq_site_premises_site_id_number UNIQUE (site_id, number),
  CONSTRAINT ck_site_premises_from_whole
    CHECK ((valid_from IS NULL) = (precision IS NULL) AND precision IN ({PRECISIONS})),
  CONSTRAINT ck_site_premises_place_on_earth CHECK ({ON_EARTH})
)
"""
EVENT = f"""
CREATE TABLE towns.site_event (
  id uuid CONSTRAINT pk_site_event PRIMARY KEY,
  site_id uuid NOT NULL CONSTRAINT fk_site_event_site_id REFERENCES towns.site (id),
  number smallint NOT NULL,
  kind text NOT NULL,
  status text CONSTRAINT ck_site_event_status_known CHECK (status IN ({STATUSES})),
  effect_on date,
  latest_on date,
  precision text,
  motive text,
  confidence text NOT NULL
    CONSTRAINT ck_site_event_confidence_known CHECK (confidence IN ('high', 'medium')),
  source_url text,
  author text,
  fact text CONSTRAINT uq_site_event_fact UNIQUE,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT uq_site_event_site_id_number UNIQUE (site_id, number),
  CONSTRAINT ck_site_event_effect_whole
    CHECK ((effect_on IS NULL) = (precision IS NULL) AND precision IN ({PRECISIONS})),
  CONSTRAINT ck_site_event_latest_whole CHECK ((effect_on IS NULL) = (latest_on IS NULL)),
  CONSTRAINT ck_site_event_latest_after_effect CHECK (latest_on >= effect_on)
)
"""
INDEXES = """
CREATE INDEX ix_site_fact_insee_code ON towns.site_fact (insee_code);
CREATE INDEX ix_site_updated_at_id ON towns.site (updated_at, id);
CREATE INDEX ix_site_sort_name_id ON towns.site (sort_name, id);
CREATE INDEX ix_site_insee_code ON towns.site (insee_code);
CREATE INDEX ix_site_application_id ON towns.site (application_id);
CREATE INDEX ix_site_bidder_acv_id ON towns.site (bidder_acv_id);
CREATE INDEX ix_site_centre_code ON towns.site (centre_code)
"""
REFUSAL = """
CREATE FUNCTION towns.refuse_change_of_site_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was stated of a site is not changed' USING ERRCODE = 'restrict_violation';
END $$
"""
TRIGGER = """
CREATE TRIGGER stated_is_final BEFORE UPDATE OR DELETE ON towns.{table}
  FOR EACH ROW WHEN (OLD.fact IS NULL)
  EXECUTE FUNCTION towns.refuse_change_of_site_history()
"""
TABLES = ("cnam_centre", "site_fact", "site", "site_premises", "site_event")


def upgrade() -> None:
    """Create the tables and their indexes, then what refuses to change history and premises."""
    for statement in (CENTRE, FACT, SITE, PREMISES, EVENT):
        op.execute(statement)
    for index in INDEXES.split(";"):
        op.execute(index)
    op.execute(REFUSAL)
    for table in ("site_premises", "site_event"):
        op.execute(TRIGGER.format(table=table))


def downgrade() -> None:
    """Drop the tables with their indexes, then the function that they used."""
    for table in reversed(TABLES):
        op.drop_table(table, schema="towns")
    op.execute("DROP FUNCTION towns.refuse_change_of_site_history()")
