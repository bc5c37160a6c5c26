"""The lines of a file, of bounded length."""

from collections.abc import Iterator
from typing import IO

from chassis.imports.unreadable import UnreadableFile
from chassis.problems import Text

LONGEST_LINE = 1 << 20


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield what is left of the file, line by line."""
    while line := _line(file):
        yield line


def whole_lines(file: IO[bytes], size: int) -> bytes:
    """Return about `size` bytes, to the end of a line; nothing at the end of the file."""
    block = file.read(size)
    return block + _line(file) if block and not block.endswith(b"\n") else block


def _line(file: IO[bytes]) -> bytes:
    line = file.readline(LONGEST_LINE)
    if len(line) == LONGEST_LINE:
        raise UnreadableFile(
            "line-too-long",
            Text("Une ligne dépasse un mégaoctet", "A line exceeds a megabyte"),
        )
    return line
