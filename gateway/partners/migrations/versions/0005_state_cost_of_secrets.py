"""Let a kept secret say what its digest costs: less from now on, for it is 256 random bits.

Lock: ACCESS EXCLUSIVE on `client_secret`, which has few rows, for a catalogue write and one look.
Back: drops the column; secrets of another cost than the old one prove nothing then.
"""

from alembic import op

revision = "0005"
down_revision = "0003"

FORWARD = (
    "ALTER TABLE gateway.client_secret ADD cost smallint DEFAULT 14 NOT NULL",
    """ALTER TABLE gateway.client_secret ADD CONSTRAINT ck_client_secret_bearable_cost
    CHECK (cost BETWEEN 1 AND 14)""",
)
BACK = ("ALTER TABLE gateway.client_secret DROP cost",)


def upgrade() -> None:
    """Add the column."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    for statement in FORWARD:
        op.execute(statement)


def downgrade() -> None:
    """Drop the column."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    for statement in BACK:
        op.execute(statement)
