"""Whose file it is, for the SQL of checks and merges: settings of the worker's own connection."""

import asyncpg
import orjson
from sqlalchemy import ARRAY, ColumnElement, Text, false, func, literal_column, or_, type_coerce
from sqlalchemy.dialects.postgresql import asyncpg as dialect

from chassis.imports.jobs import Claim
from chassis.perimeters import Dimensions

ORGANISATION = "current_setting('import.organisation')"
"""The organisation that handed the file in."""

_LIMITS = "current_setting('import.limits')"
_DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]


async def tell_caller(driver: asyncpg.Connection, claim: Claim) -> None:
    """Say on this connection whose job is carried out, and what limits it."""
    limits = "" if claim.limits is None else orjson.dumps(claim.limits).decode()
    await driver.execute(
        "SELECT set_config('import.organisation', $1, false),"
        " set_config('import.limits', $2, false)",
        claim.organisation,
        limits,
    )


def reached(dimensions: Dimensions) -> str:
    """Return the SQL that tells whether a row lies within what limits the caller."""
    ways = [_meets(column, name) for name, column in sorted(dimensions.items())]
    unlimited = literal_column(_LIMITS) == literal_column("''")
    return f"coalesce({or_(false(), unlimited, *ways).compile(dialect=_DIALECT)}, false)"


def _meets(column: ColumnElement[object], name: str) -> ColumnElement[bool]:
    limits = f"(nullif({_LIMITS}, '')::jsonb -> '{name}')"
    values: ColumnElement[list[str]] = literal_column(
        f"ARRAY(SELECT jsonb_array_elements_text({limits}))"
    )
    held = type_coerce(values, ARRAY(Text))
    if isinstance(column.type, ARRAY):
        return column.op("&&", is_comparison=True)(held)
    return column == func.any(held)
