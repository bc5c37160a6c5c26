"""Let requests end on a day, two organisations restore a system, and events have an audience.

Lock: ACCESS EXCLUSIVE on `access_request`, `client` and `event`, which have few rows, for an
instant; then SHARE on `event` while the index of its rows is built.
Back: drops the columns; refused while an event has an audience, which would be open to all.
"""

from alembic import op

from chassis.events import with_audience, with_audience_undone

revision = "0003"
down_revision = "0002"

FORWARD = (
    "ALTER TABLE gateway.access_request ADD expires_at timestamptz",
    "UPDATE gateway.access_request SET expires_at = created_at + interval '30 days'",
    "ALTER TABLE gateway.access_request ALTER expires_at SET NOT NULL",
    """ALTER TABLE gateway.client ADD restoration_asked_by uuid
    CONSTRAINT fk_client_restoration_asked_by REFERENCES gateway.organisation""",
    """ALTER TABLE gateway.client ADD CONSTRAINT ck_client_restored_while_suspended
    CHECK (restoration_asked_by IS NULL OR status = 'suspended')""",
    *with_audience("gateway"),
)
BACK = (
    *with_audience_undone("gateway"),
    "ALTER TABLE gateway.client DROP restoration_asked_by",
    "ALTER TABLE gateway.access_request DROP expires_at",
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
