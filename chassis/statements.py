"""SQLAlchemy Core statements compiled once into what asyncpg runs: text and ordered arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql.elements import ClauseElement

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `$1` marks, and the name of the value behind each mark."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the values in the order of their marks."""
        constants = self.constants
        return [values[name] if name in values else constants[name] for name in self.names]


def compiled(clause: ClauseElement) -> Statement:
    """Compile a statement; its unnamed constants travel with it."""
    made = clause.compile(dialect=_DIALECT)
    constants = {name: value for name, value in made.params.items() if value is not None}
    return Statement(str(made), tuple(made.positiontup or ()), constants)


def json_of(**columns: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a JSON object built by Postgres, keys in the order given."""
    pairs = [part for key, column in columns.items() for part in (literal_column(f"'{key}'"), column)]
    return func.json_build_object(*pairs)


def instant(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a UTC instant as the contract prints it: `2026-01-31T08:00:00.000000Z`."""
    return func.to_char(
        func.timezone(literal_column("'UTC'"), column),
        literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""),
    )
