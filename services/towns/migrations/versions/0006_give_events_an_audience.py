"""Tell of some events only those who may know: an audience, and where the subject lies.

Lock: ACCESS EXCLUSIVE on `event`, for an instant: both columns need no rewrite; then SHARE while
the index of its rows is built.
Back: drops both columns; refused while a row has an audience, which would be open to all.
"""

from alembic import op

from chassis.events import with_audience, with_audience_undone

revision = "0006"
down_revision = "0005"

SCHEMA = "towns"


def upgrade() -> None:
    """Add the columns and the index of what all may read."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    for statement in with_audience(SCHEMA):
        op.execute(statement)


def downgrade() -> None:
    """Drop them, unless that would open what is not for all."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    for statement in with_audience_undone(SCHEMA):
        op.execute(statement)
