"""Create the contacts of towns.

Lock: none that matters, the table is new.
Back: drops it; the contacts are lost, what the feed told of them stays.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

CONTACT = r"""
CREATE TABLE towns.contact (
  id uuid CONSTRAINT pk_contact PRIMARY KEY,
  acv_id text NOT NULL CONSTRAINT fk_contact_acv_id REFERENCES towns.town (acv_id),
  role text NOT NULL,
  name text NOT NULL,
  email text,
  phone text CONSTRAINT ck_contact_phone_e164 CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
  valid_from date NOT NULL,
  valid_until date,
  version bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ck_contact_period_ordered CHECK (valid_until >= valid_from),
  CONSTRAINT ck_contact_reachable CHECK (email IS NOT NULL OR phone IS NOT NULL)
)
"""


def upgrade() -> None:
    """Create the table, then an index for each order."""
    op.execute(CONTACT)
    op.execute("CREATE INDEX ix_contact_acv_id_id ON towns.contact (acv_id, id)")
    op.execute("CREATE INDEX ix_contact_updated_at_id ON towns.contact (updated_at, id)")


def downgrade() -> None:
    """Drop the table with its indexes."""
    op.drop_table("contact", schema="towns")
