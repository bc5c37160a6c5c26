"""What Alembic runs for the schema `gateway`."""

from chassis.migrations import migrate_environment
from gateway.partners.tables import Table

migrate_environment(Table.metadata)
