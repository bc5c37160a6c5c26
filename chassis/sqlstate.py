"""How PostgreSQL names its errors."""

from sqlalchemy.exc import DBAPIError

LOCK_NOT_AVAILABLE = "55P03"


def sqlstate(error: DBAPIError) -> str:
    """Return the five characters by which PostgreSQL names an error."""
    return getattr(error.orig, "sqlstate", None) or ""
