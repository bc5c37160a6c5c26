"""What Alembic runs for the schema `towns`."""

from chassis.migrations import migrate_environment
from services.towns.applications import tables as applications
from services.towns.calls import tables as calls
from services.towns.contacts import tables as contacts
from services.towns.conventions import tables as conventions
from services.towns.decisions import tables as decisions
from services.towns.needs import tables as needs
from services.towns.panel import tables as panel
from services.towns.sites import tables as sites
from services.towns.succession import tables as succession
from services.towns.tables import Table
from services.towns.targets import tables as targets

AGGREGATES = (
    *(applications, calls, contacts, conventions, decisions, needs, panel),
    *(sites, succession, targets),
)
"""Imported for their tables."""

migrate_environment(Table.metadata)
