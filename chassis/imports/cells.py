"""Cells of a table to the JSON of their column's type, checked values to the text of COPY.

Nothing is guessed: a cell that does not fit stays text, which the strict check then refuses.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, get_args

import orjson

Cast = Callable[[str], object]
Casts = Mapping[type, Cast]

BLANK = r"\N"
"""How COPY writes null."""

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_LONGEST_INTEGER = 18
_DAY_LENGTH = 10  # of YYYY-MM-DD, and of YYYY-Www-D
_BOOLEANS = {"true": True, "false": False}
# Strict JSON mode takes a string of digits for a Unix time: no date is written so here.
_NOT_A_DATE = 0
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def integer(cell: str) -> object:
    return int(cell) if _INTEGER.fullmatch(cell) else cell


def number(cell: str) -> object:
    return float(cell) if _NUMBER.fullmatch(cell) else cell


def boolean(cell: str) -> object:
    return _BOOLEANS.get(cell, cell)


def day(cell: str) -> object:
    return cell if cell[4:5] == "-" else _NOT_A_DATE


DAYS: Casts = {date: day, datetime: day}
"""What JSON text needs: its other types speak for themselves."""

CELLS: Casts = {bool: boolean, int: integer, float: number, **DAYS}


def cast_of(annotation: Any, casts: Casts) -> Cast | None:
    """Return the cast of an annotated, perhaps optional, type."""
    if isinstance(annotation, type) and annotation in casts:
        return casts[annotation]
    inner = (cast_of(part, casts) for part in get_args(annotation))
    return next((cast for cast in inner if cast), None)


def integers(cells: Sequence[str]) -> list[int] | None:
    """Return a column of integers, or none if one of its cells is not exactly one."""
    if max(map(len, cells)) > _LONGEST_INTEGER:
        return None
    try:
        made = list(map(int, cells))
    except ValueError:
        return None
    return made if list(map(str, made)) == cells else None


def days(cells: Sequence[str]) -> list[date] | None:
    """Return a column of dates, or none if one of its cells is not exactly YYYY-MM-DD."""
    if set(map(len, cells)) != {_DAY_LENGTH} or "W" in "".join(cells):
        return None
    try:
        return list(map(date.fromisoformat, cells))
    except ValueError:
        return None


def copied(value: object) -> str:
    """Return a value of JSON as COPY reads it in its text format."""
    if value is None:
        return BLANK
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text.translate(_ESCAPES)
