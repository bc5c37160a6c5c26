"""Rows of a file checked against a strict `TypedDict`, in batches: records and rejections.

In CSV and XLSX a blank cell means "no change" (for a new row: unknown) and `#VIDE` clears the
value; in NDJSON these are a missing key and `null`. Every format is checked as strict JSON:
ISO dates, plain integers, `true` or `false`, nothing guessed. A model instead of the dictionary
would cost three times the validation.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any, Literal, get_type_hints

import orjson
from pydantic import TypeAdapter, ValidationError

from chassis.imports.cells import CELLS, DAYS, cast_of
from chassis.imports.columns import ColumnReader
from chassis.imports.files import ADDED_COLUMNS, Cells, Line, UnreadableFile, parsed
from chassis.problems import Text
from chassis.validation import field_errors

CLEAR = "#VIDE"
BATCH = 4000
# Checked at a time: more rows than this fall out of the processor's cache, at twice the time.
PORTION = 250

_GUARDED = re.compile(r"'(?=[-=+@\t\r\n])")

Record = tuple[Any, ...]
"""Row number, bits of the columns given, then the staged columns."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or doubtful, with one row; `column` is none for the row as a whole."""

    column: str | None
    code: str
    detail: Text
    severity: Literal["error", "warning"] = "error"

    def stored(self) -> dict[str, Any]:
        return {
            "column": self.column,
            "code": self.code,
            "severity": self.severity,
            "detail": self.detail._asdict(),
        }


@dataclass(frozen=True, slots=True)
class Batch:
    """What some rows of the file became."""

    read: int
    records: list[Record]
    rejected: dict[int, list[Finding]]


class RowReader:
    """Turns the lines of one file into batches."""

    def __init__(self, row: type, header: Cells | None) -> None:
        self._many: TypeAdapter[list[dict[str, Any]]] = TypeAdapter(list[row])  # type: ignore[valid-type]  # known at run time
        self._fields = get_type_hints(row)
        self._required: frozenset[str] = row.__required_keys__  # type: ignore[attr-defined]  # a TypedDict
        self._bits = {name: 1 << place for place, name in enumerate(self._fields)}
        self._full = sum(self._bits.values())
        self._header = None if header is None else self._checked(header)
        plain = header is not None and header == self._header
        self._columns = ColumnReader(row, header) if plain and header else None
        casts = CELLS if header is not None else DAYS
        self._casts = [
            (name, cast) for name, kind in self._fields.items() if (cast := cast_of(kind, casts))
        ]

    def _checked(self, header: Cells) -> list[str]:
        kept = [name if name not in ADDED_COLUMNS else "" for name in header]
        named = [name for name in kept if name]
        for name in named:
            if name not in self._fields:
                near = get_close_matches(name, self._fields, 1) or sorted(self._fields)
                raise UnreadableFile(
                    "unknown-column",
                    Text(
                        f"Colonne inconnue : {name[:80]!r} ; connue : {', '.join(near)}",
                        f"Unknown column: {name[:80]!r}; known: {', '.join(near)}",
                    ),
                )
        if len(set(named)) < len(named):
            raise UnreadableFile(
                "repeated-column",
                Text("Une colonne est répétée dans l'en-tête", "The header repeats a column"),
            )
        if missing := sorted(self._required - set(named)):
            raise UnreadableFile(
                "missing-column",
                Text(
                    f"Colonnes manquantes : {', '.join(missing)}",
                    f"Missing columns: {', '.join(missing)}",
                ),
            )
        return kept

    def batches(self, lines: Iterator[Line]) -> Iterator[Batch]:
        """Yield the rows, checked, a few thousand at a time."""
        whole = Batch(0, [], {})
        while chunk := list(islice(lines, PORTION)):
            part = self._batch(chunk)
            whole = Batch(
                whole.read + part.read,
                whole.records + part.records,
                whole.rejected | part.rejected,
            )
            if whole.read >= BATCH:
                yield whole
                whole = Batch(0, [], {})
        if whole.read:
            yield whole

    def _batch(self, chunk: Sequence[Line]) -> Batch:
        quick, rest = self._quick(chunk)
        careful = self._careful(rest)
        if not quick:
            return careful
        return Batch(len(quick) + careful.read, quick + careful.records, careful.rejected)

    def _quick(self, chunk: Sequence[Line]) -> tuple[list[Record], Sequence[Line]]:
        """Return the records of the rows that fill every column, and the other rows."""
        if self._columns is None:
            return [], chunk
        width = len(self._header or ())
        full: list[Line] = []
        rest: list[Line] = []
        for line in chunk:
            cells = line[1]
            usual = len(cells) == width and "" not in cells and CLEAR not in cells
            (full if usual else rest).append(line)
        if not full:
            return [], chunk
        made = self._columns.records(*zip(*full, strict=True))
        return ([], chunk) if made is None else (made, rest)

    def _careful(self, chunk: Sequence[Line]) -> Batch:
        objects, rejected = self._objects(chunk)
        read = len(objects) + len(rejected)
        payload = orjson.dumps([given for _, given in objects])
        if b"\"'" in payload or b"\\u0000" in payload:
            objects, refused = self._cleaned(objects)
            rejected |= refused
            payload = orjson.dumps([given for _, given in objects])
        try:
            rows = self._many.validate_json(payload)
        except ValidationError as error:
            faults = _faults(error)
            rejected |= {objects[place][0]: found for place, found in faults.items()}
            objects = [pair for place, pair in enumerate(objects) if place not in faults]
            rows = self._many.validate_json(orjson.dumps([given for _, given in objects]))
        records = [
            self._record(number, row) for (number, _), row in zip(objects, rows, strict=True)
        ]
        return Batch(read, records, rejected)

    def _objects(
        self, chunk: Sequence[Line]
    ) -> tuple[list[tuple[int, dict[str, Any]]], dict[int, list[Finding]]]:
        objects, rejected = [], {}
        read = self._parsed if self._header is None else self._named
        casts = self._casts
        for number, line in chunk:
            given = read(line)
            if given is None:
                rejected[number] = [_MISSHAPEN if self._header is None else _UNEVEN]
                continue
            if not given and self._header is not None:
                continue
            for name, cast in casts:
                if type(value := given.get(name)) is str:
                    given[name] = cast(value)
            objects.append((number, given))
        return objects, rejected

    def _parsed(self, line: bytes) -> dict[str, Any] | None:
        given = parsed(line)
        return given if isinstance(given, dict) else None

    def _named(self, line: Cells) -> dict[str, Any] | None:
        """Return the cells by column; nothing for a blank line, none for an uneven one."""
        header = self._header or []
        if not any(line):
            return {}
        if len(line) != len(header):
            return None
        return {
            name: None if cell == CLEAR else cell
            for name, cell in zip(header, line, strict=True)
            if cell and name
        }

    def _cleaned(
        self, objects: Sequence[tuple[int, dict[str, Any]]]
    ) -> tuple[list[tuple[int, dict[str, Any]]], dict[int, list[Finding]]]:
        """Refuse NUL, which Postgres cannot hold; take off the apostrophe our exports put on."""
        kept, refused = [], {}
        for number, given in objects:
            if b"\\u0000" in orjson.dumps(given):
                refused[number] = [_NUL]
            else:
                kept.append((number, {name: self._bare(cell) for name, cell in given.items()}))
        return kept, refused

    def _bare(self, cell: Any) -> Any:
        if self._header is None or not isinstance(cell, str):
            return cell
        return _GUARDED.sub("", cell, count=1) if cell.startswith("'") else cell

    def _record(self, number: int, row: dict[str, Any]) -> Record:
        bits = self._bits
        if len(row) == len(bits):
            return (number, self._full, *row.values())
        return (number, sum(bits[name] for name in row), *map(row.get, bits))


_MISSHAPEN = Finding(None, "not-an-object", Text("n'est pas un objet JSON", "is not a JSON object"))
_UNEVEN = Finding(
    None,
    "wrong-cell-count",
    Text("n'a pas autant de cellules que l'en-tête", "has not as many cells as the header"),
)
_NUL = Finding(None, "nul-character", Text("contient un caractère NUL", "holds a NUL character"))


def _faults(error: ValidationError) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = {}
    for one in error.errors(include_url=False, include_input=False):
        place, *path = one["loc"]
        (named,) = field_errors([dict(one) | {"loc": path}], "body")
        finding = Finding(str(path[0]) if path else None, named.code, named.detail)
        found.setdefault(int(place), []).append(finding)
    return found
