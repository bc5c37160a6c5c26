"""What Alembic runs for the schema `towns`."""

from chassis.migrations import migrate_environment
from services.towns.tables import Table

migrate_environment(Table.metadata)
