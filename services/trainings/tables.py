"""Every table of the schema `trainings`: for now its events and the keys of its writes."""

from sqlalchemy.orm import DeclarativeBase

from chassis.events import event_table
from chassis.idempotency import idempotency_table
from chassis.tables import TYPES, schema_metadata


class Table(DeclarativeBase):
    """The base of the tables of this service."""

    metadata = schema_metadata("trainings")
    type_annotation_map = TYPES


EVENT = event_table(Table.metadata)
IDEMPOTENCY_KEY = idempotency_table(Table.metadata)
