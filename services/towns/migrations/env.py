"""What Alembic runs for the schema `towns`."""

from chassis.migrations import migrate_environment
from services.towns.contacts.tables import Contact
from services.towns.conventions.tables import Convention
from services.towns.succession.tables import RecordedSuccession

TABLES = (Contact, Convention, RecordedSuccession)
"""One of each module of tables: importing them fills the metadata that they share."""

migrate_environment(TABLES[0].metadata)
