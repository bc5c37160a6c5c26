"""The careful way through a batch: each row an object, and for a bad one what is wrong with it.

In CSV and XLSX a blank cell means "no change" (for a new row: unknown) and `#VIDE` clears the
value; in NDJSON these are a missing key and `null`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_type_hints

import orjson
from pydantic import TypeAdapter, ValidationError

from chassis.imports.cells import CELLS, DAYS, cast_of, copied
from chassis.imports.columns import CLEAR
from chassis.imports.files import Cells, parsed
from chassis.imports.findings import MISSHAPEN, NUL, UNEVEN, Findings, faults

_GUARDED = re.compile(r"'(?=[-=+@\t\r\n])")

Objects = list[tuple[int, dict[str, Any]]]


class ObjectReader:
    """Makes the text of COPY, in the order of `columns`, from rows taken one by one."""

    def __init__(
        self, row: type, header: Cells | None, *, columns: Sequence[str], bits: Mapping[str, int]
    ) -> None:
        self._many: TypeAdapter[list[dict[str, Any]]] = TypeAdapter(list[row])  # type: ignore[valid-type]  # known at run time
        self._header = header
        self._columns = columns
        self._bits = bits
        casts = DAYS if header is None else CELLS
        self._casts = [
            (name, cast)
            for name, kind in get_type_hints(row).items()
            if (cast := cast_of(kind, casts))
        ]

    def read(self, first: int, rows: Iterable[Any]) -> tuple[list[str], Findings]:
        """Return the lines of the good rows, numbered from `first`, and the others' faults."""
        objects, rejected = self._objects(first, rows)
        payload = _payload(objects)
        if b"\"'" in payload or b"\\u0000" in payload:
            objects, refused = self._cleaned(objects)
            rejected |= refused
            payload = _payload(objects)
        try:
            good = self._many.validate_json(payload)
        except ValidationError as error:
            bad = faults(error)
            rejected |= {objects[place][0]: found for place, found in bad.items()}
            objects = [pair for place, pair in enumerate(objects) if place not in bad]
            good = self._many.validate_json(_payload(objects))
        values = self._many.dump_python(good, mode="json")
        lines = [self._line(pair[0], row) for pair, row in zip(objects, values, strict=True)]
        return lines, rejected

    def _objects(self, first: int, rows: Iterable[Any]) -> tuple[Objects, Findings]:
        objects: Objects = []
        rejected: Findings = {}
        for number, row in enumerate(rows, first):
            if self._header is None:
                given, fault = _parsed(row), MISSHAPEN
            else:
                given, fault = self._named(row, self._header), UNEVEN
            if given is None:
                rejected[number] = [fault]
            elif given or row == b"{}":
                objects.append((number, self._cast(given)))
        return objects, rejected

    def _cast(self, given: dict[str, Any]) -> dict[str, Any]:
        for name, cast in self._casts:
            if type(value := given.get(name)) is str:
                given[name] = cast(value)
        return given

    def _named(self, cells: Cells, header: Cells) -> dict[str, Any] | None:
        """Return the cells by column; nothing for a blank line, none for an uneven one."""
        if not any(cells):
            return {}
        if len(cells) != len(header):
            return None
        return {
            name: None if cell == CLEAR else cell
            for name, cell in zip(header, cells, strict=True)
            if cell and name
        }

    def _cleaned(self, objects: Objects) -> tuple[Objects, Findings]:
        """Refuse NUL, which Postgres cannot hold; take off the apostrophe our exports put on."""
        kept: Objects = []
        refused: Findings = {}
        for number, given in objects:
            if b"\\u0000" in orjson.dumps(given):
                refused[number] = [NUL]
            else:
                kept.append((number, {name: self._bare(cell) for name, cell in given.items()}))
        return kept, refused

    def _bare(self, cell: Any) -> Any:
        if self._header is None or not isinstance(cell, str):
            return cell
        return _GUARDED.sub("", cell, count=1) if cell.startswith("'") else cell

    def _line(self, number: int, row: Mapping[str, Any]) -> str:
        bits = sum(self._bits[name] for name in row)
        texts = [copied(row.get(name)) for name in self._columns]
        return "\t".join([str(number), str(bits), *texts]) + "\n"


def _payload(objects: Objects) -> bytes:
    return orjson.dumps([given for _, given in objects])


def _parsed(line: bytes) -> dict[str, Any] | None:
    """Return the object of a line of NDJSON; an empty one for a blank line, none otherwise."""
    given = parsed(line) if line.strip() else {}
    return given if isinstance(given, dict) else None
