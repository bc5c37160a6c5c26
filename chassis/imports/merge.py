"""What a collection declares so that files of it can be imported, and the usual merge."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from sqlalchemy import BigInteger, Column, MetaData, String, Table
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import TypeEngine

STAGING = "import_row"
SAMPLE = 20

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
_QUOTED = _DIALECT.identifier_preparer.quote


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the accepted rows changed; `sample` shows some changes as `{change, key, columns}`."""

    inserted: int
    updated: int
    unchanged: int
    sample: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """The SQL that takes the rows from `pg_temp.import_row` into the tables of the service.

    `sql` returns one row: how many were inserted, how many updated. `preview` runs before it and
    returns JSON texts for the sample of a dry run.
    """

    sql: str
    preview: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """One collection that files can be imported into.

    `row` is a strict `TypedDict`: `NotRequired` may be left blank (no change), `| None` may be
    cleared. `columns` are its keys, in its order, with their types in the staging table, which
    also has `row_number` and `given`: bit n is set if the row gave column n.
    `checks` are SELECTs over the staging that return findings on rows:
    `(row_number, column_name, code, severity, fr, en)`. `after` runs in the transaction of the
    merge: it records the events.
    """

    collection: str
    row: type
    columns: Mapping[str, TypeEngine[Any]]
    key: tuple[str, ...]
    merge: Merge
    checks: Sequence[str] = ()
    after: Callable[[AsyncSession, Outcome], Awaitable[None]] | None = field(default=None)

    def __post_init__(self) -> None:
        if list(get_type_hints(self.row)) != list(self.columns):
            raise ValueError(f"{self.collection}: columns and row differ")
        if not set(self.key) <= self.row.__required_keys__:  # type: ignore[attr-defined]  # a TypedDict
            raise ValueError(f"{self.collection}: a key may be left blank")

    def staging(self) -> str:
        """Return the statement that makes the temporary table."""
        columns = [Column(name, kind) for name, kind in self.columns.items()]
        counted = Column("row_number", BigInteger()), Column("given", BigInteger())
        table = Table(STAGING, MetaData(), *counted, *columns, prefixes=["TEMPORARY"])
        return str(CreateTable(table).compile(dialect=_DIALECT))

    def repeated(self) -> str:
        """Return the check that no key comes twice: none, nearly always, for the price of a sort.

        Keys are counted as bytes, and by `DISTINCT ON`: a hash of a million of them costs thrice.
        """
        keys = ", ".join(_QUOTED(name) for name in self.key)
        sorted_by = ", ".join(map(self._sorted, self.key))
        rows = f"FROM pg_temp.{STAGING}"
        return f"""
            SELECT row_number, '{self.key[0]}', 'repeated-key', 'error',
                   'cette clé est déjà à la ligne ' || earlier,
                   'this key is already on row ' || earlier
            FROM (SELECT row_number, min(row_number) OVER (PARTITION BY {keys}) AS earlier {rows}
                  WHERE (SELECT count(*) {rows})
                      > (SELECT count(*) FROM (SELECT DISTINCT ON ({sorted_by}) 1 {rows}) AS one)
                    AND ({keys}) IN (SELECT {keys} {rows} GROUP BY {keys} HAVING count(*) > 1)
                 ) AS same
            WHERE row_number > earlier"""  # noqa: S608  # names of ours

    def _sorted(self, name: str) -> str:
        textual = isinstance(self.columns[name], String)
        return f'{_QUOTED(name)} COLLATE "C"' if textual else _QUOTED(name)


def upsert(table: Table, *, key: Sequence[str], columns: Sequence[str]) -> Merge:
    """Return the usual merge: insert new keys, update known ones where a given value differs.

    `columns` are all the staged columns in their order, keys included, named as in `table`.
    """
    target = _DIALECT.identifier_preparer.format_table(table)
    same = " AND ".join(f"t.{_QUOTED(name)} = s.{_QUOTED(name)}" for name in key)
    bits = {name: 1 << place for place, name in enumerate(columns)}
    values = {
        name: f"CASE WHEN s.given & {bits[name]} <> 0 THEN s.{_QUOTED(name)}"
        f" ELSE t.{_QUOTED(name)} END"
        for name in columns
        if name not in key
    }
    assigned = ", ".join(f"{_QUOTED(name)} = {value}" for name, value in values.items())
    differs = _differs(values)
    names = ", ".join(map(_QUOTED, columns))
    staged = ", ".join(f"s.{_QUOTED(name)}" for name in columns)
    known = f"EXISTS (SELECT FROM {target} AS t WHERE {same})"
    sql = f"""
        WITH updated AS (
            UPDATE {target} AS t SET {assigned} FROM pg_temp.{STAGING} AS s
            WHERE {same} AND {differs} RETURNING 1
        ), inserted AS (
            INSERT INTO {target} ({names}) SELECT {staged} FROM pg_temp.{STAGING} AS s
            WHERE NOT {known} RETURNING 1
        )
        SELECT (SELECT count(*) FROM inserted), (SELECT count(*) FROM updated)"""  # noqa: S608  # names of ours
    return Merge(sql, _preview(target, same, key=key, values=values))


def _preview(target: str, same: str, *, key: Sequence[str], values: Mapping[str, str]) -> str:
    """Return the SELECT of some changes, as JSON texts."""
    differs = _differs(values)
    known = f"EXISTS (SELECT FROM {target} AS t WHERE {same})"
    changes = ", ".join(
        f"'{name}', CASE WHEN t.{_QUOTED(name)} IS DISTINCT FROM {value}"
        f" THEN json_build_array(t.{_QUOTED(name)}, {value}) END"
        for name, value in values.items()
    )
    keyed = f"concat_ws('/', {', '.join(f's.{_QUOTED(name)}' for name in key)})"
    new = ", ".join(f"'{name}', json_build_array(NULL, s.{_QUOTED(name)})" for name in values)
    return f"""
        (SELECT json_build_object('change', 'updated', 'key', {keyed}, 'columns',
                json_strip_nulls(json_build_object({changes})))::text
         FROM pg_temp.{STAGING} AS s JOIN {target} AS t ON {same} WHERE {differs}
         ORDER BY s.row_number LIMIT {SAMPLE})
        UNION ALL
        (SELECT json_build_object('change', 'inserted', 'key', {keyed}, 'columns',
                json_build_object({new}))::text
         FROM pg_temp.{STAGING} AS s WHERE NOT {known} ORDER BY s.row_number LIMIT {SAMPLE})"""  # noqa: S608  # names of ours


def _differs(values: Mapping[str, str]) -> str:
    before = ", ".join(f"t.{_QUOTED(name)}" for name in values)
    return f"({before}) IS DISTINCT FROM ({', '.join(values.values())})"
