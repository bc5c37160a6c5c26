"""Rows of a file checked against a strict `TypedDict`, in batches: lines for COPY and rejections.

Every format is checked as strict JSON: ISO dates, plain integers, `true` or `false`, nothing
guessed. A model instead of the dictionary would cost three times the validation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NotRequired, Required, get_args, get_origin, get_type_hints

from chassis.imports.columns import ColumnReader
from chassis.imports.delimited import Plain
from chassis.imports.files import ADDED_COLUMNS, Cells, Portion, first_row
from chassis.imports.findings import Findings
from chassis.imports.objects import ObjectReader
from chassis.imports.unreadable import UnreadableFile
from chassis.problems import Text

BATCH = 8000


@dataclass(slots=True)
class Batch:
    """What some rows of the file became: lines of COPY's text format, and what is wrong."""

    read: int = 0
    lines: list[str] = field(default_factory=list)
    rejected: Findings = field(default_factory=dict)


class RowReader:
    """Turns the rows of one file into batches.

    A line holds the number of the row, the bits of the columns given, and `columns`.
    """

    def __init__(self, row: type, header: Cells | None) -> None:
        kinds = get_type_hints(row, include_extras=True)
        bits = {name: 1 << place for place, name in enumerate(kinds)}
        required: frozenset[str] = row.__required_keys__  # type: ignore[attr-defined]  # a TypedDict
        self.columns = list(kinds)
        self._first = first_row(header)
        self._quick: ColumnReader | None = None
        if header is not None:
            header = [name if name not in ADDED_COLUMNS else "" for name in header]
            _check_header(header, kinds, required)
            self.columns = [name for name in header if name]
            bare = {name: _bare(kind) for name, kind in kinds.items()}
            self._quick = ColumnReader(bare, header, required=required)
        self._careful = ObjectReader(row, header, columns=self.columns, bits=bits)

    def batches(self, portions: Iterator[Portion]) -> Iterator[Batch]:
        """Yield the rows, checked, some thousands at a time."""
        number, batch = self._first, Batch()
        for portion in portions:
            lines = None
            if self._quick is not None and isinstance(portion, Plain):
                lines = self._quick.lines(number, portion)
            if lines is not None:
                batch.lines.append(lines)
                batch.read += len(portion)
            else:
                good, rejected = self._careful.read(number, portion)
                batch.lines += good
                batch.rejected |= rejected
                batch.read += len(good) + len(rejected)
            number += len(portion)
            if batch.read >= BATCH:
                yield batch
                batch = Batch()
        if batch.read:
            yield batch


def _check_header(header: Cells, kinds: dict[str, Any], required: frozenset[str]) -> None:
    named = [name for name in header if name]
    for name in named:
        if name not in kinds:
            near = get_close_matches(name, kinds, 1) or sorted(kinds)
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
    if missing := sorted(required - set(named)):
        raise UnreadableFile(
            "missing-column",
            Text(
                f"Colonnes manquantes : {', '.join(missing)}",
                f"Missing columns: {', '.join(missing)}",
            ),
        )


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) in {NotRequired, Required} else kind
