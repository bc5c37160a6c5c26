"""How every service writes its tables: one metadata per schema, one mapping of types."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSON

TYPES: dict[Any, Any] = {
    str: Text(),
    date: Date(),
    datetime: DateTime(timezone=True),
    UUID: Uuid(),
    dict[str, Any]: JSON(),
}
"""Python annotation to column type; instants are UTC with time zone."""

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def schema_metadata(schema: str) -> MetaData:
    """Return the metadata that holds every table of one service's schema."""
    return MetaData(schema=schema, naming_convention=_NAMES)
