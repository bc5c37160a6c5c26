"""Let a secret say what its digest costs, a request who made it, a refused proof when it was told.

Lock: ACCESS EXCLUSIVE on `client_secret` and `access_request`, which have few rows, for catalogue
writes and one look; then SHARE on `access_request` while its indexes are built.
Back: drops the columns; secrets of another cost than the old one prove nothing then. Requests that
were granted keep the later end that they were given.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

FORWARD = (
    "ALTER TABLE gateway.client_secret ADD cost smallint DEFAULT 14 NOT NULL",
    """ALTER TABLE gateway.client_secret ADD CONSTRAINT ck_client_secret_bearable_cost
    CHECK (cost BETWEEN 1 AND 14)""",
    "ALTER TABLE gateway.access_request ADD source bytea, ADD asker text",
    "ALTER TABLE gateway.access_request ADD areas_warnings jsonb DEFAULT '[]' NOT NULL",
    """UPDATE gateway.access_request SET areas_warnings = coalesce((SELECT jsonb_agg(
    area - '{valid_from,valid_until}'::text[] || '{"reason": "not-checked"}')
    FROM jsonb_array_elements(perimeter) AS area), '[]')""",
    """CREATE INDEX ix_access_request_source_created_at
    ON gateway.access_request (source, created_at)""",
    "CREATE INDEX ix_access_request_asker ON gateway.access_request (asker)",
    """CREATE TABLE gateway.refused_proof (
    client_id text NOT NULL,
    why text NOT NULL,
    told_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_refused_proof PRIMARY KEY (client_id, why),
    CONSTRAINT fk_refused_proof_client_id FOREIGN KEY (client_id) REFERENCES gateway.client (id)
    )""",
    """UPDATE gateway.access_request SET expires_at = updated_at + interval '30 days'
    WHERE status = 'granted'""",
)
BACK = (
    "DROP TABLE gateway.refused_proof",
    "ALTER TABLE gateway.access_request DROP areas_warnings, DROP asker, DROP source",
    "ALTER TABLE gateway.client_secret DROP cost",
)


def upgrade() -> None:
    """Add the columns."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    for statement in FORWARD:
        op.execute(statement)


def downgrade() -> None:
    """Drop the columns."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    for statement in BACK:
        op.execute(statement)
