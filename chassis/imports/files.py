"""Reading the rows of an uploaded file, some at a time: CSV, NDJSON or XLSX, hostile or not."""

import csv
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import IO, Any

import orjson
from python_calamine import CalamineError, load_workbook

from chassis.formats import Format
from chassis.imports.delimited import Plain, delimited
from chassis.imports.lines import lines_of
from chassis.imports.unreadable import UnreadableFile
from chassis.problems import Text

READABLE = (Format.CSV, Format.NDJSON, Format.XLSX)
ADDED_COLUMNS = ("import_row", "import_codes", "import_reasons")
"""What the file of rejected rows adds; ignored when that file comes back corrected."""

MOST_INFLATED = 64 << 20

Cells = list[str]
Portion = Plain | list[Any]
"""Some rows: each its cells (CSV, XLSX) or its bytes (NDJSON)."""

# Checked at a time: more rows than this fall out of the processor's cache.
_PORTION = 1000


@contextmanager
def opened(file: IO[bytes], form: Format) -> Iterator[tuple[Cells | None, Iterator[Portion]]]:
    """Yield the header (none in NDJSON) and the rows after it; blank ones too, for they count.

    Raises:
        UnreadableFile: not UTF-8, not the format announced, or without a header.
    """
    try:
        match form:
            case Format.CSV:
                yield _headed(*delimited(file))
            case Format.XLSX:
                rows = _sheet_rows(file)
                yield _headed(next(rows, []), _portions(rows))
            case _:
                yield None, _portions(lines_of(file))
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "not-utf8",
            Text(
                "Le fichier n'est pas en UTF-8 : enregistrez-le en « CSV UTF-8 »",
                "The file is not UTF-8: save it as CSV UTF-8",
            ),
        ) from error
    except (csv.Error, CalamineError, zipfile.BadZipFile, zlib.error) as error:
        raise UnreadableFile(
            "unreadable-file",
            Text("Le fichier est mal formé", "The file is malformed"),
        ) from error


def _headed(header: Cells, portions: Iterator[Portion]) -> tuple[Cells, Iterator[Portion]]:
    header = [cell.strip() for cell in header]
    if not any(header):
        raise UnreadableFile(
            "empty-file",
            Text("Le fichier n'a pas de ligne d'en-tête", "The file has no header row"),
        )
    return header, portions


def _portions(rows: Iterator[Any]) -> Iterator[Portion]:
    while portion := list(islice(rows, _PORTION)):
        yield portion


def first_row(header: Cells | None) -> int:
    """Return the number of the first row after the header; the header of a table is row 1."""
    return 1 if header is None else 2


def _sheet_rows(file: IO[bytes]) -> Iterator[Cells]:
    """Read the first sheet. The reader holds it whole in memory: its size is bounded first."""
    _bound_inflation(file)
    file.seek(0)
    sheet = load_workbook(file).get_sheet_by_index(0)
    return ([_cell_text(value) for value in row] for row in sheet.iter_rows())


def _bound_inflation(file: IO[bytes]) -> None:
    """Count what the archive really inflates to; its own headers may lie."""
    left = MOST_INFLATED
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            left -= _inflated(file, entry, left)
            if left <= 0:
                raise UnreadableFile(
                    "sheet-too-large",
                    Text(
                        "Ce classeur est trop grand : envoyez un CSV",
                        "This workbook is too large: send a CSV",
                    ),
                )


def _inflated(file: IO[bytes], entry: zipfile.ZipInfo, most: int) -> int:
    if entry.compress_type == zipfile.ZIP_STORED:
        return entry.compress_size
    file.seek(entry.header_offset + 26)
    sizes = file.read(4)
    file.seek(int.from_bytes(sizes[:2], "little") + int.from_bytes(sizes[2:], "little"), 1)
    inflater, size, left = zlib.decompressobj(-15), 0, entry.compress_size
    while size <= most and not inflater.eof:
        block = inflater.unconsumed_tail or file.read(min(left, 1 << 16))
        if not block:
            break
        left -= 0 if inflater.unconsumed_tail else len(block)
        size += len(inflater.decompress(block, 1 << 20))
    return size


def _cell_text(value: object) -> str:
    """Return a cell as CSV would hold it: ISO dates, integers without a decimal point."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == datetime.min.time():
            return value.date().isoformat()
        case date() | datetime():
            return value.isoformat()
        case _:
            return str(value)


def parsed(line: bytes) -> object:
    """Return the JSON value of a line of NDJSON; `None` if it is not one.

    Null itself is no row either.
    """
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
