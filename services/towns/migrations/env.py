"""What Alembic runs for the schema `towns`."""

from chassis.migrations import migrate_environment
from services.towns.contacts.tables import Contact

migrate_environment(Contact.metadata)
