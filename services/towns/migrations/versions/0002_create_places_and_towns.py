"""Create the official places, the programme towns and the facts told about them.

Lock: none that matters, the tables are new.
Back: drops them; the loader of the shipped facts fills them again.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

PLACES = """
CREATE TABLE towns.reference_load (
  table_name text CONSTRAINT pk_reference_load PRIMARY KEY,
  sha256 text NOT NULL,
  vintage text NOT NULL,
  loaded_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE towns.region (
  code text CONSTRAINT pk_region PRIMARY KEY,
  name text NOT NULL,
  folded_name text COLLATE "C" NOT NULL,
  zone text NOT NULL,
  chief_town_insee text NOT NULL
);
CREATE TABLE towns.department (
  code text CONSTRAINT pk_department PRIMARY KEY,
  name text NOT NULL,
  folded_name text COLLATE "C" NOT NULL,
  region_code text NOT NULL CONSTRAINT fk_department_region_code REFERENCES towns.region,
  zone text NOT NULL,
  chief_town_insee text NOT NULL
);
CREATE INDEX ix_department_region_code ON towns.department (region_code);
CREATE TABLE towns.epci (
  siren text CONSTRAINT pk_epci PRIMARY KEY,
  name text NOT NULL,
  folded_name text COLLATE "C" NOT NULL,
  type text NOT NULL,
  members_count integer NOT NULL,
  population integer NOT NULL,
  main_commune_insee text NOT NULL,
  department_code text NOT NULL CONSTRAINT fk_epci_department_code REFERENCES towns.department,
  region_code text NOT NULL CONSTRAINT fk_epci_region_code REFERENCES towns.region
);
CREATE INDEX ix_epci_department_code ON towns.epci (department_code);
CREATE INDEX ix_epci_region_code ON towns.epci (region_code);
"""

TOWNS = """
CREATE TABLE towns.town (
  acv_id text CONSTRAINT pk_town PRIMARY KEY,
  name text NOT NULL,
  folded_name text COLLATE "C" NOT NULL,
  words text[] NOT NULL,
  cohort smallint NOT NULL,
  status text NOT NULL,
  successor_acv_id text CONSTRAINT fk_town_successor_acv_id REFERENCES towns.town,
  region_code text NOT NULL CONSTRAINT fk_town_region_code REFERENCES towns.region,
  convention_signed_on date,
  convention_signed_on_2018 date,
  CONSTRAINT ck_town_status_known CHECK (status IN ('active', 'left', 'merged')),
  CONSTRAINT ck_town_merged_has_successor
    CHECK ((status = 'merged') = (successor_acv_id IS NOT NULL))
);
CREATE INDEX ix_town_region_code ON towns.town (region_code);
CREATE TABLE towns.commune (
  insee_code text CONSTRAINT pk_commune PRIMARY KEY,
  name text NOT NULL,
  folded_name text COLLATE "C" NOT NULL,
  words text[] NOT NULL,
  department_code text NOT NULL CONSTRAINT fk_commune_department_code REFERENCES towns.department,
  region_code text NOT NULL CONSTRAINT fk_commune_region_code REFERENCES towns.region,
  arrondissement_code text,
  siren text NOT NULL CONSTRAINT uq_commune_siren UNIQUE,
  epci_siren text CONSTRAINT fk_commune_epci_siren REFERENCES towns.epci,
  postal_codes text[] NOT NULL,
  population integer,
  population_year smallint,
  lon double precision,
  lat double precision,
  place_source text,
  acv_id text CONSTRAINT fk_commune_acv_id REFERENCES towns.town,
  CONSTRAINT ck_commune_place_whole CHECK ((lon IS NULL) = (lat IS NULL)),
  CONSTRAINT ck_commune_place_on_earth
    CHECK (lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90)
);
CREATE INDEX ix_commune_acv_id ON towns.commune (acv_id);
CREATE INDEX ix_commune_department_code ON towns.commune (department_code);
CREATE INDEX ix_commune_epci_siren ON towns.commune (epci_siren);
CREATE INDEX ix_commune_folded_name ON towns.commune (folded_name);
CREATE INDEX ix_commune_postal_codes ON towns.commune USING gin (postal_codes);
CREATE INDEX ix_commune_region_code ON towns.commune (region_code);
CREATE TABLE towns.town_commune (
  insee_code text CONSTRAINT pk_town_commune PRIMARY KEY
    CONSTRAINT fk_town_commune_insee_code REFERENCES towns.commune,
  acv_id text NOT NULL CONSTRAINT fk_town_commune_acv_id REFERENCES towns.town,
  is_primary boolean NOT NULL
);
CREATE INDEX ix_town_commune_acv_id ON towns.town_commune (acv_id);
CREATE UNIQUE INDEX uq_town_commune_primary ON towns.town_commune (acv_id) WHERE is_primary;
"""

FACTS = """
CREATE TABLE towns.membership (
  acv_id text NOT NULL CONSTRAINT fk_membership_acv_id REFERENCES towns.town,
  phase text NOT NULL,
  starts_on date,
  ends_on date,
  attested_on date,
  first_listed_on date,
  last_listed_on date,
  gone_from_list_on date,
  confidence text NOT NULL,
  note text,
  CONSTRAINT pk_membership PRIMARY KEY (acv_id, phase),
  CONSTRAINT ck_membership_beginning_known
    CHECK (starts_on IS NOT NULL OR attested_on IS NOT NULL)
);
CREATE TABLE towns.population (
  insee_code text NOT NULL CONSTRAINT fk_population_insee_code REFERENCES towns.commune,
  reference_year smallint NOT NULL,
  inhabitants integer NOT NULL,
  source text NOT NULL,
  CONSTRAINT pk_population PRIMARY KEY (insee_code, reference_year)
);
CREATE TABLE towns.act_selection (
  selected_name text CONSTRAINT pk_act_selection PRIMARY KEY,
  wave smallint,
  announced_on date,
  holder_type text NOT NULL,
  insee_code text NOT NULL CONSTRAINT fk_act_selection_insee_code REFERENCES towns.commune,
  epci_siren text CONSTRAINT fk_act_selection_epci_siren REFERENCES towns.epci,
  acv_id text CONSTRAINT fk_act_selection_acv_id REFERENCES towns.town,
  confidence text NOT NULL,
  source_url text NOT NULL,
  note text
);
CREATE INDEX ix_act_selection_acv_id ON towns.act_selection (acv_id);
CREATE INDEX ix_act_selection_epci_siren ON towns.act_selection (epci_siren);
CREATE INDEX ix_act_selection_insee_code ON towns.act_selection (insee_code);
CREATE TABLE towns.action_count (
  insee_code text CONSTRAINT pk_action_count PRIMARY KEY
    CONSTRAINT fk_action_count_insee_code REFERENCES towns.commune,
  acv_id text NOT NULL CONSTRAINT fk_action_count_acv_id REFERENCES towns.town,
  in_progress integer,
  delivered integer,
  as_of date NOT NULL
);
CREATE INDEX ix_action_count_acv_id ON towns.action_count (acv_id);
"""

TABLES = (
    "action_count",
    "act_selection",
    "population",
    "membership",
    "town_commune",
    "commune",
    "town",
    "epci",
    "department",
    "region",
    "reference_load",
)


def upgrade() -> None:
    """Create every table, those referred to first."""
    for part in (PLACES, TOWNS, FACTS):
        for statement in part.split(";\n"):
            if statement.strip():
                op.execute(statement)


def downgrade() -> None:
    """Drop every table, those referred to last."""
    for table in TABLES:
        op.drop_table(table, schema="towns")
