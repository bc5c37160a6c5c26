"""What Alembic runs for the schema `funding`."""

from chassis.migrations import migrate_environment
from services.funding.tables import Table

migrate_environment(Table.metadata)
