"""What Alembic runs for the schema `evaluation`."""

from chassis.migrations import migrate_environment
from services.evaluation.tables import Table

migrate_environment(Table.metadata)
