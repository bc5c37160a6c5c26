"""The quick way through a batch of usual rows: every cell filled, every cell good.

Columns are cast whole and rows are checked as tuples: half the work of one dictionary a row. At
the first oddity it gives up, and the careful way says what is wrong.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Any, NotRequired, Required, get_args, get_origin, get_type_hints

import orjson
from pydantic import ConfigDict, TypeAdapter, ValidationError

from chassis.imports.cells import CELLS, cast_of, column_cast
from chassis.imports.files import Cells

_SUSPECT = (b"\"'", b"\\u0000")


class ColumnReader:
    """Makes records of rows that fill all the columns of the header."""

    def __init__(self, row: type, header: Cells) -> None:
        kinds = {
            name: _bare(kind) for name, kind in get_type_hints(row, include_extras=True).items()
        }
        chosen = tuple(kinds[name] for name in header)
        strict = ConfigDict(strict=True)
        self._check: TypeAdapter[list[tuple[Any, ...]]] = TypeAdapter(
            list[tuple[chosen]],  # type: ignore[valid-type]  # types known at run time
            config=strict,
        )
        casts = [cast_of(kind, CELLS) for kind in chosen]
        self._casts = [(place, cast) for place, cast in enumerate(casts) if cast]
        self._places = [header.index(name) if name in header else None for name in kinds]
        self._bits = sum(1 << n for n, place in enumerate(self._places) if place is not None)

    def records(
        self, numbers: Sequence[int], rows: Sequence[Cells]
    ) -> list[tuple[Any, ...]] | None:
        """Return the records, or none if any row needs a closer look."""
        columns: list[Sequence[object]] = list(zip(*rows, strict=True))
        for place, cast in self._casts:
            made = column_cast(cast, columns[place])  # type: ignore[arg-type]  # still cells
            if made is None:
                return None
            columns[place] = made
        payload = orjson.dumps(list(zip(*columns, strict=True)))
        if any(bytes_ in payload for bytes_ in _SUSPECT):
            return None
        try:
            checked = self._check.validate_json(payload)
        except ValidationError:
            return None
        values = list(zip(*checked, strict=True))
        staged = [repeat(None) if place is None else values[place] for place in self._places]
        return list(zip(numbers, repeat(self._bits), *staged, strict=False))


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) in {NotRequired, Required} else kind
