"""Create the partners, their credentials, their requests for access, and the record of their calls.

Lock: none that matters, the tables are new.
Back: drops them; every partner is to be registered again.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

PARTNERS = """
CREATE TABLE gateway.organisation (
  id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  siret text,
  status text DEFAULT 'active' NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT pk_organisation PRIMARY KEY (id),
  CONSTRAINT ck_organisation_siret_form CHECK (siret IS NULL OR siret ~ '^[0-9]{14}$'),
  CONSTRAINT ck_organisation_known_status CHECK (status IN ('active', 'suspended'))
);
CREATE INDEX ix_organisation_kind ON gateway.organisation (kind);
CREATE INDEX ix_organisation_siret ON gateway.organisation (siret);
CREATE TABLE gateway.client (
  id text NOT NULL,
  organisation_id uuid NOT NULL,
  name text NOT NULL,
  environment text NOT NULL,
  authentication text NOT NULL,
  scopes text[] DEFAULT '{}' NOT NULL,
  status text DEFAULT 'active' NOT NULL,
  refused_before timestamptz,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT pk_client PRIMARY KEY (id),
  CONSTRAINT ck_client_known_environment CHECK (environment IN ('production', 'sandbox')),
  CONSTRAINT ck_client_known_status CHECK (status IN ('active', 'suspended')),
  CONSTRAINT ck_client_known_authentication
    CHECK (authentication IN ('private_key_jwt', 'client_secret_basic')),
  CONSTRAINT fk_client_organisation_id
    FOREIGN KEY (organisation_id) REFERENCES gateway.organisation
);
CREATE INDEX ix_client_organisation_id ON gateway.client (organisation_id);
CREATE INDEX ix_client_refused_before ON gateway.client (refused_before)
  WHERE refused_before IS NOT NULL;
CREATE TABLE gateway.client_perimeter (
  client_id text NOT NULL,
  dimension text NOT NULL,
  value text NOT NULL,
  valid_from date NOT NULL,
  valid_until date,
  CONSTRAINT pk_client_perimeter PRIMARY KEY (client_id, dimension, value, valid_from),
  CONSTRAINT ck_client_perimeter_everywhere_is_written
    CHECK ((dimension = 'everywhere') = (value = '*')),
  CONSTRAINT ck_client_perimeter_dates_in_order
    CHECK (valid_until IS NULL OR valid_until >= valid_from),
  CONSTRAINT fk_client_perimeter_client_id FOREIGN KEY (client_id) REFERENCES gateway.client
);
"""

CREDENTIALS = """
CREATE TABLE gateway.client_secret (
  prefix text NOT NULL,
  client_id text NOT NULL,
  salt bytea NOT NULL,
  digest bytea NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz,
  CONSTRAINT pk_client_secret PRIMARY KEY (prefix),
  CONSTRAINT ck_client_secret_expires_after_creation CHECK (expires_at > created_at),
  CONSTRAINT fk_client_secret_client_id FOREIGN KEY (client_id) REFERENCES gateway.client
);
CREATE INDEX ix_client_secret_client_id ON gateway.client_secret (client_id);
CREATE TABLE gateway.client_key (
  client_id text NOT NULL,
  kid text NOT NULL,
  algorithm text NOT NULL,
  jwk jsonb NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  CONSTRAINT pk_client_key PRIMARY KEY (client_id, kid),
  CONSTRAINT ck_client_key_known_algorithm CHECK (algorithm IN ('ES256', 'EdDSA')),
  CONSTRAINT fk_client_key_client_id FOREIGN KEY (client_id) REFERENCES gateway.client
);
CREATE TABLE gateway.used_assertion (
  client_id text NOT NULL,
  jti_digest bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT pk_used_assertion PRIMARY KEY (client_id, jti_digest)
);
CREATE INDEX ix_used_assertion_expires_at ON gateway.used_assertion (expires_at);
CREATE TABLE gateway.revoked_token (
  jti_digest bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT pk_revoked_token PRIMARY KEY (jti_digest)
);
CREATE INDEX ix_revoked_token_expires_at ON gateway.revoked_token (expires_at);
"""

REQUESTS = """
CREATE TABLE gateway.access_request (
  id uuid NOT NULL,
  status text DEFAULT 'pending' NOT NULL,
  organisation_id uuid,
  kind text,
  organisation_name text,
  siret text,
  client_name text NOT NULL,
  environment text NOT NULL,
  authentication text NOT NULL,
  jwk jsonb,
  scopes text[] DEFAULT '{}' NOT NULL,
  perimeter jsonb NOT NULL,
  motive text NOT NULL,
  claim_digest bytea NOT NULL,
  client_id text,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT pk_access_request PRIMARY KEY (id),
  CONSTRAINT ck_access_request_known_status
    CHECK (status IN ('pending', 'granted', 'refused', 'expired', 'collected')),
  CONSTRAINT ck_access_request_new_or_known_organisation
    CHECK ((organisation_id IS NULL) <> (kind IS NULL)),
  CONSTRAINT ck_access_request_granted_has_a_client
    CHECK ((status IN ('granted', 'collected')) = (client_id IS NOT NULL)),
  CONSTRAINT fk_access_request_organisation_id
    FOREIGN KEY (organisation_id) REFERENCES gateway.organisation,
  CONSTRAINT fk_access_request_client_id FOREIGN KEY (client_id) REFERENCES gateway.client
);
CREATE INDEX ix_access_request_status ON gateway.access_request (status);
CREATE TABLE gateway.access_opinion (
  request_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  client_id text NOT NULL,
  actor text NOT NULL,
  verdict text NOT NULL,
  motive text NOT NULL,
  given_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT pk_access_opinion PRIMARY KEY (request_id, organisation_id),
  CONSTRAINT ck_access_opinion_known_verdict CHECK (verdict IN ('approved', 'refused')),
  CONSTRAINT fk_access_opinion_request_id
    FOREIGN KEY (request_id) REFERENCES gateway.access_request,
  CONSTRAINT fk_access_opinion_organisation_id
    FOREIGN KEY (organisation_id) REFERENCES gateway.organisation,
  CONSTRAINT fk_access_opinion_client_id FOREIGN KEY (client_id) REFERENCES gateway.client
);
"""

CALLS = """
CREATE TABLE gateway.call (
  request_id text NOT NULL,
  at timestamptz NOT NULL,
  client_id text NOT NULL,
  credential text NOT NULL,
  operation text NOT NULL,
  method text NOT NULL,
  status integer NOT NULL,
  code text,
  duration_us integer NOT NULL,
  CONSTRAINT pk_call PRIMARY KEY (request_id, at)
);
CREATE INDEX ix_call_at ON gateway.call (at);
CREATE INDEX ix_call_client_id_at ON gateway.call (client_id, at);
CREATE INDEX ix_call_credential_at ON gateway.call (credential, at);
"""


TABLES = (
    "call",
    "access_opinion",
    "access_request",
    "revoked_token",
    "used_assertion",
    "client_key",
    "client_secret",
    "client_perimeter",
    "client",
    "organisation",
)


def upgrade() -> None:
    """Create the tables."""
    for statements in (PARTNERS, CREDENTIALS, REQUESTS, CALLS):
        for statement in statements.split(";\n")[:-1]:
            op.execute(statement)


def downgrade() -> None:
    """Drop the tables, those that refer to others first."""
    for table in TABLES:
        op.drop_table(table, schema="gateway")
