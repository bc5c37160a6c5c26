"""Create the attachments of persons whom other issuers vouch for, and what is said of them.

Lock: none that matters, the tables are new.
Back: drops them; every person is to be attached again.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

FORWARD = (
    """
CREATE TABLE gateway.attachment (
  id uuid NOT NULL,
  status text DEFAULT 'pending' NOT NULL,
  organisation_id uuid NOT NULL,
  client_id text NOT NULL,
  issuer text NOT NULL,
  identity text NOT NULL,
  scopes text[] DEFAULT '{}' NOT NULL,
  motive text NOT NULL,
  expires_at timestamptz NOT NULL,
  valid_until timestamptz NOT NULL,
  revoked_at timestamptz,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT pk_attachment PRIMARY KEY (id),
  CONSTRAINT ck_attachment_known_status
    CHECK (status IN ('pending', 'granted', 'refused', 'revoked')),
  CONSTRAINT ck_attachment_identity_is_a_digest CHECK (identity ~ '^[0-9a-f]{64}$'),
  CONSTRAINT ck_attachment_revoked_has_an_instant
    CHECK ((status = 'revoked') = (revoked_at IS NOT NULL)),
  CONSTRAINT fk_attachment_organisation_id
    FOREIGN KEY (organisation_id) REFERENCES gateway.organisation,
  CONSTRAINT fk_attachment_client_id FOREIGN KEY (client_id) REFERENCES gateway.client
)""",
    "CREATE INDEX ix_attachment_status ON gateway.attachment (status)",
    "CREATE INDEX ix_attachment_organisation_id ON gateway.attachment (organisation_id)",
    "CREATE INDEX ix_attachment_identity ON gateway.attachment (identity)",
    """CREATE UNIQUE INDEX ix_attachment_granted ON gateway.attachment (issuer, identity)
  WHERE status = 'granted'""",
    """
CREATE TABLE gateway.attachment_opinion (
  attachment_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  client_id text NOT NULL,
  actor text NOT NULL,
  verdict text NOT NULL,
  motive text NOT NULL,
  given_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT pk_attachment_opinion PRIMARY KEY (attachment_id, organisation_id),
  CONSTRAINT ck_attachment_opinion_known_verdict CHECK (verdict IN ('approved', 'refused')),
  CONSTRAINT fk_attachment_opinion_attachment_id
    FOREIGN KEY (attachment_id) REFERENCES gateway.attachment,
  CONSTRAINT fk_attachment_opinion_organisation_id
    FOREIGN KEY (organisation_id) REFERENCES gateway.organisation,
  CONSTRAINT fk_attachment_opinion_client_id FOREIGN KEY (client_id) REFERENCES gateway.client
)""",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in FORWARD:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables, the one that refers to the other first."""
    for table in ("attachment_opinion", "attachment"):
        op.drop_table(table, schema="gateway")
