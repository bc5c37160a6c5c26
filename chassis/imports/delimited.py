"""The rows of a CSV, a block at a time: plain text where nothing is quoted, else cells."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO

from chassis.imports.lines import lines_of, whole_lines

_BOM = "\ufeff"
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Plain:
    """Rows without a quote: lines and separators are all there is to know."""

    text: str
    separator: str

    def __len__(self) -> int:
        return self.text.count("\n") + 1

    def __iter__(self) -> Iterator[list[str]]:
        """Yield the rows as `csv` reads them; its word is final."""
        return csv.reader(self.text.split("\n"), delimiter=self.separator, strict=True)


Rows = Plain | list[list[str]]


def delimited(file: IO[bytes]) -> tuple[list[str], Iterator[Rows]]:
    """Return the first row and the blocks of rows after it.

    Raises:
        csv.Error: the file is malformed.
        UnicodeDecodeError: it is not UTF-8.
    """
    lines = map(bytes.decode, lines_of(file))
    first = next(lines, "").removeprefix(_BOM)
    separator = max(",;\t", key=first.count)
    header = next(csv.reader(chain([first], lines), delimiter=separator, strict=True), [])
    return header, _blocks(file, separator)


def _blocks(file: IO[bytes], separator: str) -> Iterator[Rows]:
    while block := whole_lines(file, _BLOCK):
        text = block.decode()
        if '"' in text:
            yield _quoted(text, file, separator)
        else:
            yield Plain(text.replace("\r\n", "\n").removesuffix("\n"), separator)


def _quoted(text: str, file: IO[bytes], separator: str) -> list[list[str]]:
    """Return the rows of a block, and of the lines that a quoted cell runs on to."""
    lines = [f"{line}\n" for line in text.removesuffix("\n").split("\n")]
    following = map(bytes.decode, lines_of(file))
    reader = csv.reader(chain(lines, following), delimiter=separator, strict=True)
    rows = []
    while reader.line_num < len(lines):
        rows.append(next(reader))
    return rows
