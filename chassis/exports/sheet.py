"""Rows as one XLSX sheet, written to disk row by row in a thread, then streamed from there."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, TYPE_CHECKING, Any

import asyncpg
from xlsxwriter import Workbook

from chassis.problems import Text, Unprocessable

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575
MOST_CHARACTERS = 32_767

_BATCH = 500
_CHUNK = 1 << 18


class SheetOverflow(Unprocessable):
    """The rows do not fit one XLSX sheet."""

    title = Text(
        "Ces données ne tiennent pas dans une feuille XLSX : demandez du CSV",
        "These rows do not fit an XLSX sheet: ask for CSV",
    )


@asynccontextmanager
async def spreadsheet(
    reading: AbstractAsyncContextManager[asyncpg.Connection], sql: str, *, arguments: Sequence[Any]
) -> AsyncIterator[AsyncIterator[bytes]]:
    """Write the whole file, give the connection back, then yield the file's bytes.

    Raises:
        SheetOverflow: more rows, or a longer cell, than the format holds.
    """
    with TemporaryDirectory(prefix="sheet-") as folder, TemporaryFile(dir=folder) as file:
        sheet = _Sheet(file, folder)
        try:
            async with reading as connection:
                await _write(connection, sql, arguments, sheet)
        finally:
            sheet.discard()
        yield _chunks(file)


async def _write(
    connection: asyncpg.Connection, sql: str, arguments: Sequence[Any], sheet: "_Sheet"
) -> None:
    prepared = await connection.prepare(sql)
    cursor = await prepared.cursor(*arguments)
    sheet.add([[column.name for column in prepared.get_attributes()]])
    while rows := await cursor.fetch(_BATCH):
        await asyncio.to_thread(sheet.add, rows)
    await asyncio.to_thread(sheet.close)


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    file.seek(0)
    while chunk := await asyncio.to_thread(file.read, _CHUNK):
        yield chunk


class _Sheet:
    """The one sheet of a workbook under construction; rows written are rows forgotten."""

    def __init__(self, file: IO[bytes], folder: str) -> None:
        self._book = Workbook(file, {"constant_memory": True, "tmpdir": folder})
        self._sheet: Worksheet = self._book.add_worksheet()
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._count = 0

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            if self._count > MOST_ROWS:
                limit = f"{MOST_ROWS:,}".replace(",", " ")
                raise SheetOverflow(
                    Text(
                        f"Une feuille XLSX tient {limit} lignes : filtrez, ou demandez du CSV",
                        f"An XLSX sheet holds {limit} rows: add a filter, or ask for CSV",
                    )
                )
            for place, value in enumerate(row):
                self._cell(place, value)
            self._count += 1

    def close(self) -> None:
        self._book.close()

    def discard(self) -> None:
        """Close the file of rows, which the library leaves open when a book is not finished."""
        rows: IO[str] | None = self._sheet.row_data_fh
        if rows is not None:
            rows.close()

    def _cell(self, place: int, value: object) -> None:
        """Write one cell by its type: text is never taken for a formula, a link or a number."""
        match value:
            case None:
                return
            case bool():
                self._sheet.write_boolean(self._count, place, value)
            case int() | float() | Decimal():
                self._sheet.write_number(self._count, place, value)
            case date() if not isinstance(value, datetime):
                self._sheet.write_datetime(self._count, place, value, self._day)
            case _:
                self._text(place, _text(value))

    def _text(self, place: int, text: str) -> None:
        if len(text) > MOST_CHARACTERS:
            raise SheetOverflow(
                Text(
                    f"Une cellule XLSX tient {MOST_CHARACTERS} caractères : demandez du CSV",
                    f"An XLSX cell holds {MOST_CHARACTERS} characters: ask for CSV",
                )
            )
        self._sheet.write_string(self._count, place, text)


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return value.isoformat() if isinstance(value, datetime) else str(value)
