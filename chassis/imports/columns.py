"""The quick way through a batch of usual rows: nothing odd in any cell, every cell good.

Columns are checked whole, and their cells go to COPY as they came: a third of the work of one
dictionary a row. At the first oddity it gives up, and the careful way says what is wrong.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import NoneType
from typing import Any, get_args

from orjson import dumps
from pydantic import ConfigDict, TypeAdapter, ValidationError

from chassis.imports.cells import BLANK, CELLS, cast_of, copied, days, integer, integers
from chassis.imports.delimited import Plain
from chassis.imports.files import Cells

CLEAR = "#VIDE"

# What COPY would read as something else, or a cell that needs a closer look.
_ODD = ("\\", "\r", "\0", CLEAR)


class ColumnReader:
    """Makes the text of COPY from rows, in the order of their header."""

    def __init__(
        self, kinds: Mapping[str, Any], header: Cells, *, required: frozenset[str]
    ) -> None:
        self._width = len(header)
        self._places = [place for place, name in enumerate(header) if name]
        named = [name for name in header if name]
        bits = {name: 1 << place for place, name in enumerate(kinds)}
        self._bits = [bits[name] for name in named]
        self._full = sum(self._bits)
        self._readers = [_Column(kinds[name]) for name in named]
        self._required = [place for place, name in enumerate(named) if name in required]

    def lines(self, first: int, rows: Plain) -> str | None:
        """Return the lines of the rows numbered from `first`; none if they need a closer look."""
        text, separator = rows.text, rows.separator
        if _odd(text, separator):
            return None
        # the end of a line becomes a cell of its own, which must come where it should
        cells = text.replace("\n", f"{separator}\n{separator}").split(separator)
        width, count = self._width + 1, len(rows)
        if len(cells) != width * count - 1 or cells[width - 1 :: width].count("\n") != count - 1:
            return None
        columns = [cells[place::width] for place in self._places]
        if any("" in columns[place] for place in self._required):
            return None
        made = [reader.texts(column) for reader, column in zip(self._readers, columns, strict=True)]
        if None in made:
            return None
        numbers = map(str, range(first, first + count))
        given = self._given(columns, count)
        return "\n".join(map("\t".join, zip(numbers, given, *made, strict=True))) + "\n"

    def _given(self, columns: Sequence[list[str]], count: int) -> Iterable[str]:
        if not any("" in column for column in columns):
            return [str(self._full)] * count
        given = [self._full] * count
        for bit, column in zip(self._bits, columns, strict=True):
            if "" in column:
                given = [
                    bits if cell else bits - bit for bits, cell in zip(given, column, strict=True)
                ]
        return map(str, given)


def _odd(text: str, separator: str) -> bool:
    """Say whether a cell might be more than its text, such as one after an export's apostrophe."""
    if separator != "\t" and "\t" in text:
        return True
    if "'" in text and ("\n'" in text or f"{separator}'" in text or text.startswith("'")):
        return True
    return any(odd in text for odd in _ODD)


class _Column:
    """Checks the cells of one column."""

    def __init__(self, kind: Any) -> None:
        self._cast = cast_of(kind, CELLS)
        leaves = set(_leaves(kind)) - {NoneType}
        self._whole: Callable[[Sequence[str]], Sequence[object] | None] | None = None
        if self._cast is integer:
            self._whole = integers
        elif leaves == {date}:
            self._whole = days
        self._plain = leaves <= {str, int} or leaves == {date}
        self._check: TypeAdapter[list[Any]] = TypeAdapter(
            list[kind], config=ConfigDict(strict=True)
        )

    def texts(self, cells: list[str]) -> list[str] | None:
        """Return the cells as COPY reads them, or none if one of them is not good."""
        if "" not in cells:
            return self._checked(cells)
        filled = [cell for cell in cells if cell]
        texts = self._checked(filled) if filled else []
        if texts is None:
            return None
        remaining = iter(texts)
        return [next(remaining) if cell else BLANK for cell in cells]

    def _checked(self, cells: list[str]) -> list[str] | None:
        values = self._values(cells)
        if values is None:
            return None
        try:
            if self._plain:
                checked = self._check.validate_python(values)
            else:
                checked = self._check.validate_json(dumps(values))
        except ValidationError:
            return None
        if checked == values:
            return cells
        return list(map(copied, self._check.dump_python(checked, mode="json")))

    def _values(self, cells: list[str]) -> Sequence[object] | None:
        if self._cast is None:
            return cells
        if self._whole is not None:
            return self._whole(cells)
        return list(map(self._cast, cells))


def _leaves(kind: Any) -> Iterator[Any]:
    """Yield the types that an annotation is made of, without what only describes them."""
    parts = [part for part in get_args(kind) if isinstance(part, type) or get_args(part)]
    if not parts:
        yield kind
    for part in parts:
        yield from _leaves(part)
