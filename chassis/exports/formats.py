"""How one export is written: COPY as CSV, NDJSON or GeoJSON, with almost no Python between."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import asyncpg

from chassis.formats import Format

Sink = Callable[[bytes], Awaitable[None]]

_BLOCK = 1 << 18
_FEW = 1 << 16
_NAP_SECONDS = 0.001
_BOM = b"\xef\xbb\xbf"
# JSON text holds neither of these two: with them, COPY's CSV writes each row as it is.
_QUOTE, _DELIMITER = "\x01", "\x02"
_FORMULA_SIGNS = ", ".join(str(ord(sign)) for sign in "=+-@\t\r\n")
_TEXTUAL = frozenset({"text", "varchar", "bpchar", "name", "citext", "json", "jsonb", "bool"})
_CHARSETS = {Format.CSV: b"; charset=utf-8; header=present", Format.NDJSON: b"; charset=utf-8"}
_SUFFIXES = {
    Format.CSV: "csv",
    Format.NDJSON: "ndjson",
    Format.GEOJSON: "geojson",
    Format.XLSX: "xlsx",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What to write: SQL with `$1` marks, and how.

    CSV and XLSX take the columns of the SELECT, headed by their names; NDJSON and GeoJSON take
    one column, the JSON text of a row (for GeoJSON, of a feature).
    """

    collection: str
    format: Format
    sql: str
    arguments: Sequence[Any] = ()
    separator: Literal[",", ";"] = ","
    bom: bool = False

    def headers(self, today: date) -> list[tuple[bytes, bytes]]:
        """Return the headers that describe the file."""
        name = f"{self.collection}-{today.isoformat()}.{_SUFFIXES[self.format]}"
        media_type = self.format.value.encode() + _CHARSETS.get(self.format, b"")
        return [
            (b"content-type", media_type),
            (b"content-disposition", f'attachment; filename="{name}"'.encode()),
        ]


class _Blocks:
    """Gathers what COPY sends, a few rows at a time, into blocks worth their way to the caller.

    A failure within the first block has sent nothing at all.
    """

    def __init__(self, sink: Sink, opening: bytes = b"") -> None:
        self._sink = sink
        self._parts = [opening]
        self._size = len(opening)

    async def put(self, rows: bytes) -> None:
        self._parts.append(rows)
        self._size += len(rows)
        if self._size >= _BLOCK:
            await self._pass_on()
        elif len(rows) < _FEW:
            # PostgreSQL wakes its reader every 8 KB: looking later finds more at once
            await asyncio.sleep(_NAP_SECONDS)

    async def finish(self, closing: bytes = b"") -> None:
        self._parts.append(closing)
        await self._pass_on()

    async def _pass_on(self) -> None:
        block = b"".join(self._parts)
        self._parts, self._size = [], 0
        await self._sink(block)


async def _csv(connection: asyncpg.Connection, export: Export, sink: Sink) -> None:
    prepared = await connection.prepare(export.sql)
    columns = prepared.get_attributes()
    cells = ", ".join(_safe_cell(column.name, column.type.name) for column in columns)
    # The head is ours: COPY would send it before the first row is known to exist.
    blocks = _Blocks(sink, _head([column.name for column in columns], export))
    await connection.copy_from_query(
        f"SELECT {cells} FROM ({export.sql}) AS line",  # noqa: S608  # names from the statement
        *export.arguments,
        output=blocks.put,
        format="csv",
        delimiter=export.separator,
    )
    await blocks.finish()


def _head(names: Sequence[str], export: Export) -> bytes:
    line = io.StringIO()
    csv.writer(line, delimiter=export.separator, lineterminator="\n").writerow(names)
    return (_BOM if export.bom else b"") + line.getvalue().encode()


def _safe_cell(name: str, kind: str) -> str:
    """Return the SQL of a cell that no spreadsheet runs as a formula.

    Text that begins with = + - @ TAB CR or LF is preceded by an apostrophe. The first two
    comparisons settle nearly every cell: letters, then digits.
    """
    quoted = '"{}"'.format(name.replace('"', '""'))
    if kind not in _TEXTUAL and not kind.endswith("[]"):
        return quoted
    text = quoted if kind == "text" else f"{quoted}::text"
    return (
        f"CASE WHEN ascii({text}) > 64 THEN {text}"
        f" WHEN ascii({text}) BETWEEN 46 AND 60 THEN {text}"
        f" WHEN ascii({text}) IN ({_FORMULA_SIGNS}) THEN '''' || {text} ELSE {text} END AS {quoted}"
    )


async def _ndjson(connection: asyncpg.Connection, export: Export, sink: Sink) -> None:
    blocks = _Blocks(sink)
    await _copy_json(connection, export, blocks.put)
    await blocks.finish()


async def _geojson(connection: asyncpg.Connection, export: Export, sink: Sink) -> None:
    blocks = _Blocks(sink, b'{"type":"FeatureCollection","features":[\n')
    newline = b""

    async def features(chunk: bytes) -> None:
        nonlocal newline
        lines = newline + chunk
        newline = b"\n" if lines.endswith(b"\n") else b""
        await blocks.put(lines[: len(lines) - len(newline)].replace(b"\n", b",\n"))

    await _copy_json(connection, export, features)
    await blocks.finish(b"\n]}\n")


async def _copy_json(connection: asyncpg.Connection, export: Export, sink: Sink) -> None:
    await connection.copy_from_query(
        export.sql,
        *export.arguments,
        output=lambda chunk: sink(_one_line_each(chunk)),
        format="csv",
        quote=_QUOTE,
        delimiter=_DELIMITER,
    )


def _one_line_each(chunk: bytes) -> bytes:
    """Undo COPY's quoting of JSON that holds newlines, which are white space there."""
    quote = _QUOTE.encode()
    if quote not in chunk:
        return chunk
    parts = chunk.split(quote)
    parts[1::2] = [part.replace(b"\n", b" ").replace(b"\r", b" ") for part in parts[1::2]]
    return b"".join(parts)


WRITERS = {Format.CSV: _csv, Format.NDJSON: _ndjson, Format.GEOJSON: _geojson}
