"""Rows of a file checked against a strict pydantic model, in batches: records and rejections.

In CSV and XLSX a blank cell means "no change" (for a new row: unknown) and `#VIDE` clears the
value; in NDJSON these are a missing key and `null`. Every format is checked as strict JSON:
ISO dates, plain integers, `true` or `false`, nothing guessed.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from itertools import islice
from operator import attrgetter
from typing import Any, Literal, get_args

import orjson
from pydantic import BaseModel, TypeAdapter, ValidationError

from chassis.import_files import ADDED_COLUMNS, Cells, Line, UnreadableFile, parsed
from chassis.problems import Text
from chassis.validation import field_errors

CLEAR = "#VIDE"
BATCH = 2000

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_GUARDED = re.compile(r"'(?=[-=+@\t\r\n])")
_BOOLEANS = {"true": True, "false": False}
# Strict JSON mode takes a string of digits for a Unix time: no date is written so here.
_NOT_A_DATE = 0

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

    def __init__(
        self, model: type[BaseModel], columns: Sequence[str], header: Cells | None
    ) -> None:
        self._many = TypeAdapter(list[model])  # type: ignore[valid-type]  # a type known at run time
        self._fields = model.model_fields
        self._read = _getter(columns)
        self._bits = {name: 1 << place for place, name in enumerate(columns)}
        self._always = sum(bit for name, bit in self._bits.items() if name not in self._fields)
        self._full = len(self._fields), sum(self._bits.values())
        self._header = None if header is None else self._checked(header)
        casts = _CASTS if header is not None else _DAYS
        self._casts = {
            name: cast
            for name, field in self._fields.items()
            if (cast := _cast(field.annotation, casts))
        }

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
        required = {name for name, field in self._fields.items() if field.is_required()}
        if missing := sorted(required - set(named)):
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
        while chunk := list(islice(lines, BATCH)):
            yield self._batch(chunk)

    def _batch(self, chunk: Sequence[Line]) -> Batch:
        objects, rejected = self._objects(chunk)
        payload = orjson.dumps([given for _, given in objects])
        if b"\"'" in payload or b"\\u0000" in payload:
            objects, refused = self._cleaned(objects)
            rejected |= refused
            payload = orjson.dumps([given for _, given in objects])
        try:
            models = self._many.validate_json(payload)
        except ValidationError as error:
            faults = _faults(error)
            rejected |= {objects[place][0]: found for place, found in faults.items()}
            objects = [pair for place, pair in enumerate(objects) if place not in faults]
            models = self._many.validate_json(orjson.dumps([given for _, given in objects]))
        numbers = (number for number, _ in objects)
        records = [self._record(number, row) for number, row in zip(numbers, models, strict=True)]
        return Batch(len(chunk), records, rejected)

    def _objects(
        self, chunk: Sequence[Line]
    ) -> tuple[list[tuple[int, dict[str, Any]]], dict[int, list[Finding]]]:
        objects, rejected = [], {}
        for number, line in chunk:
            given = self._object(line)
            if given is None:
                rejected[number] = [_MISSHAPEN if self._header is None else _UNEVEN]
            else:
                objects.append((number, given))
        return objects, rejected

    def _object(self, line: Any) -> dict[str, Any] | None:
        header, casts = self._header, self._casts
        if header is None:
            given = parsed(line)
            if not isinstance(given, dict):
                return None
        elif len(line) != len(header):
            return None
        else:
            given = {name: cell for name, cell in zip(header, line, strict=True) if cell and name}
            if CLEAR in line:
                given = {name: None if cell == CLEAR else cell for name, cell in given.items()}
        for name, cast in casts.items():
            if type(value := given.get(name)) is str:
                given[name] = cast(value)
        return given

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

    def _record(self, number: int, row: BaseModel) -> Record:
        given, (count, full) = row.__pydantic_fields_set__, self._full
        bits = full if len(given) == count else self._always | self._given(given)
        return (number, bits, *self._read(row))

    def _given(self, names: set[str]) -> int:
        return sum(self._bits.get(name, 0) for name in names)


_MISSHAPEN = Finding(None, "not-an-object", Text("n'est pas un objet JSON", "is not a JSON object"))
_UNEVEN = Finding(
    None,
    "wrong-cell-count",
    Text("n'a pas autant de cellules que l'en-tête", "has not as many cells as the header"),
)
_NUL = Finding(None, "nul-character", Text("contient un caractère NUL", "holds a NUL character"))


def _getter(columns: Sequence[str]) -> Callable[[BaseModel], tuple[Any, ...]]:
    read: Callable[[BaseModel], Any] = attrgetter(*columns)
    return read if len(columns) > 1 else lambda row: (read(row),)


def _faults(error: ValidationError) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = {}
    for one in error.errors(include_url=False, include_input=False):
        place, *path = one["loc"]
        (named,) = field_errors([dict(one) | {"loc": path}], "body")
        finding = Finding(str(path[0]) if path else None, named.code, named.detail)
        found.setdefault(int(place), []).append(finding)
    return found


def _cast(
    annotation: Any, casts: Mapping[type, Callable[[str], object]]
) -> Callable[[str], object] | None:
    """Return how a cell becomes the JSON of its type; what does not fit is left to be refused."""
    if annotation in casts:
        return casts[annotation]
    inner = (_cast(part, casts) for part in get_args(annotation) if isinstance(part, Hashable))
    return next((cast for cast in inner if cast), None)


def _integer(cell: str) -> object:
    return int(cell) if _INTEGER.fullmatch(cell) else cell


def _number(cell: str) -> object:
    return float(cell) if _NUMBER.fullmatch(cell) else cell


def _boolean(cell: str) -> object:
    return _BOOLEANS.get(cell, cell)


def _day(cell: str) -> object:
    return cell if "-" in cell else _NOT_A_DATE


_DAYS: Mapping[type, Callable[[str], object]] = {date: _day, datetime: _day}
_CASTS = {bool: _boolean, int: _integer, float: _number, **_DAYS}
