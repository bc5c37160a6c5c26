"""SQLAlchemy Core statements compiled once into what asyncpg runs: text and ordered arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ARRAY, JSON, ColumnElement, Text, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


CALLER = "caller"
"""The value of this name, and of those that begin so, comes from the caller: see `Principal`."""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `$1` marks, and the name of the value behind each mark; `asks` of the caller."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    asks: frozenset[str] = frozenset()

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the values in the order of their marks."""
        constants = self.constants
        return [values[name] if name in values else constants[name] for name in self.names]


def compiled(clause: ClauseElement) -> Statement:
    """Compile a statement; its unnamed constants travel with it."""
    made = cast("SQLCompiler", clause.compile(dialect=_DIALECT))
    constants = {name: value for name, value in made.params.items() if value is not None}
    names = tuple(made.positiontup or ())
    asks = frozenset(name for name in names if name.startswith(CALLER))
    return Statement(str(made), names, constants, asks)


def json_of(**columns: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a JSON object built by Postgres, without spaces, keys in the order given."""
    values = [column.label(key) for key, column in columns.items()]
    # correlated to all around it: the values come from the row of the enclosing statement
    row = select(*values).correlate_except().subquery("o")
    # row_to_json prints no spaces, json_build_object does
    shown = func.row_to_json(literal_column("o"), type_=JSON)
    return select(shown).select_from(row).scalar_subquery()


def bound(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]]) -> ColumnElement[Any]:
    """Return the value bound under a name."""
    return bindparam(name, type_=kind)


def code(text: str) -> ColumnElement[str]:
    """Return a constant of ours as SQL text."""
    return literal_column(f"'{text}'", Text)


def unseen(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a value that the planner does not look at: one plan serves all values, and is kept.

    Where the plan must be the same anyway, looking costs more than reading the rows.
    """
    return select(value).scalar_subquery()


def any_of(
    column: ColumnElement[Any], name: str, *, kind: type[TypeEngine[Any]] = Text
) -> ColumnElement[bool]:
    """Whether a column holds one of the values bound under a name."""
    return column == func.any(bound(name, ARRAY(kind)))


def shares(
    column: ColumnElement[Any], name: str, *, kind: type[TypeEngine[Any]] = Text
) -> ColumnElement[bool]:
    """Whether an array column holds one of the values bound under a name."""
    return column.op("&&", is_comparison=True)(bound(name, ARRAY(kind)))


def instant(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a UTC instant as the contract prints it: `2026-01-31T08:00:00.000000Z`."""
    return func.to_char(
        func.timezone(literal_column("'UTC'"), column),
        literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""),
    )
