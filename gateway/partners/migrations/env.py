"""What Alembic runs for the schema `gateway`."""

from chassis.migrations import migrate_environment
from gateway.partners.attachments.tables import Attachment

migrate_environment(Attachment.metadata)
