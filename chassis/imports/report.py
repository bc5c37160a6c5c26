"""An import job as callers read it: its state, its findings, its rejected rows as a file."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import RowMapping

from chassis.formats import Format
from chassis.imports.files import ADDED_COLUMNS

_FORMULA = ("-", "=", "+", "@", "\t", "\r", "\n")

Pages = AsyncIterator[Sequence[RowMapping]]


def job_body(row: RowMapping) -> dict[str, Any]:
    """Return the body of `ImportJob`."""
    kept = ("collection", "status", "mode", "dry_run", "media_type", "size_bytes", "actor")
    path = f"/v1/{row['collection']}/imports/{row['id']}"
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in kept},
        "progress": {
            "rows_read": row["rows_read"],
            "rows_rejected": row["rows_rejected"],
            "rows_total": row["rows_read"] if row["complete"] else None,
        },
        "outcome": row["outcome"],
        "failure": row["failure"],
        "created_at": _instant(row["created_at"]),
        "started_at": _instant(row["started_at"]),
        "finished_at": _instant(row["finished_at"]),
        "links": {
            "self": path,
            "report": f"{path}/report",
            "rejections": f"{path}/rejections",
        },
    }


def _instant(value: datetime | None) -> str | None:
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def findings_of(rows: Iterable[RowMapping]) -> list[dict[str, Any]]:
    """Return one item for each finding."""
    return [{"row": row["row_number"], **found} for row in rows for found in row["findings"]]


def rejected_file(
    job: RowMapping, pages: Pages, *, language: str
) -> tuple[str, AsyncIterator[bytes]]:
    """Return the media type and the bytes of the rejected rows, reasons beside them."""
    if job["media_type"] == Format.NDJSON.value:
        return Format.NDJSON.value, _lines(pages, language)
    return f"{Format.CSV.value}; charset=utf-8", _table(job["header"] or [], pages, language)


async def _lines(pages: Pages, language: str) -> AsyncIterator[bytes]:
    async for rows in pages:
        yield b"".join(
            orjson.dumps(
                dict(zip(ADDED_COLUMNS, _reasons(row, language), strict=True)) | _sent(row)
            )
            + b"\n"
            for row in rows
        )


def _sent(row: RowMapping) -> dict[str, Any]:
    try:
        sent = orjson.loads(row["raw"])
    except orjson.JSONDecodeError:
        sent = None
    return sent if isinstance(sent, dict) else {"import_line": row["raw"]}


async def _table(header: Sequence[str], pages: Pages, language: str) -> AsyncIterator[bytes]:
    yield _csv([[*ADDED_COLUMNS, *header]])
    async for rows in pages:
        yield _csv([[*_reasons(row, language), *map(_guarded, row["raw"])] for row in rows])


def _guarded(cell: str) -> str:
    """Keep a spreadsheet from running a cell; the apostrophe is taken off when it comes back."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _reasons(row: RowMapping, language: str) -> tuple[int, str, str]:
    found = row["findings"]
    codes = " ".join(one["code"] for one in found)
    sentences = (
        f"{one['column']} : {one['detail'][language]}" if one["column"] else one["detail"][language]
        for one in found
    )
    return row["row_number"], codes, " ; ".join(sentences)
