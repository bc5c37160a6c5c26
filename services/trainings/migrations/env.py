"""What Alembic runs for the schema `trainings`."""

from chassis.migrations import migrate_environment
from services.trainings.tables import Table

migrate_environment(Table.metadata)
