"""Staging the rows of a file: copied as they are checked, then checked together."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, Any

import asyncpg

from chassis.formats import Format
from chassis.imports.files import first_row, opened
from chassis.imports.findings import Finding
from chassis.imports.jobs import Claim, Rejection
from chassis.imports.merge import STAGING, Importer
from chassis.imports.rows import Batch, RowReader
from chassis.imports.unreadable import UnreadableFile
from chassis.problems import Text

MOST_REJECTIONS = 10_000
MOST_REJECTED_BYTES = 16 << 20


@dataclass(slots=True)
class Tally:
    """How far a job has come."""

    rows_read: int = 0
    complete: bool = False
    header: list[str] | None = None
    found: dict[int, list[Finding]] = field(default_factory=dict)

    def add(self, read: int, found: Mapping[int, Iterable[Finding]]) -> None:
        self.rows_read += read
        for row, findings in found.items():
            self.found.setdefault(row, []).extend(findings)
        if len(self.found) > MOST_REJECTIONS:
            raise _too_many()

    @property
    def rejected(self) -> list[int]:
        return [
            row
            for row, findings in self.found.items()
            if any(one.severity == "error" for one in findings)
        ]

    def progress(self) -> dict[str, Any]:
        return {
            "rows_read": self.rows_read,
            "rows_rejected": len(self.rejected),
            "complete": self.complete,
            "header": self.header,
        }


async def stage(
    driver: asyncpg.Connection,
    claim: Claim,
    *,
    importer: Importer,
    file: IO[bytes],
    tally: Tally,
    beating: "asyncio.Task[None]",
) -> None:
    """Copy the good rows to the staging table while a thread checks the next ones."""
    with opened(file, claim.form) as (header, portions):
        tally.header = header
        reader = RowReader(importer.row, header)
        names = ["row_number", "given", *reader.columns]
        async with aclosing(_ahead(reader.batches(portions), beating)) as batches:
            async for batch in batches:
                await _copy(driver, batch.lines, names=names)
                tally.add(batch.read, batch.rejected)
    tally.complete = True


async def _copy(driver: asyncpg.Connection, lines: Sequence[str], *, names: Sequence[str]) -> None:
    if lines:
        # the driver would take bytes for the name of a file
        text = memoryview("".join(lines).encode())
        await driver.copy_to_table(STAGING, source=text, columns=names)


async def _ahead(
    batches: Iterator[Batch], beating: "asyncio.Task[None]"
) -> AsyncGenerator[Batch, None]:
    """Yield each batch while a thread makes the next one; stop when the heart stops."""
    coming = asyncio.create_task(asyncio.to_thread(next, batches, None))
    try:
        while (batch := await coming) is not None:
            coming = asyncio.create_task(asyncio.to_thread(next, batches, None))
            yield batch
            if beating.done():
                beating.result()
    finally:
        # The thread must be out of the file before the file is closed.
        await asyncio.wait([coming])


async def check(driver: asyncpg.Connection, importer: Importer, *, tally: Tally) -> None:
    """Run the checks over all the rows."""
    for sql in (importer.repeated(), *importer.checks):
        rows = await driver.fetch(f"SELECT * FROM ({sql}) AS found LIMIT {MOST_REJECTIONS + 1}")  # noqa: S608  # SQL of ours
        for row, column, code, severity, fr, en in rows:
            tally.add(0, {row: [Finding(column, code, Text(fr, en), severity)]})


def rejections_of(
    file: IO[bytes], form: Format, *, found: Mapping[int, list[Finding]]
) -> list[Rejection]:
    """Read the file again for the rows with findings, as they were sent."""
    if not found:
        return []
    file.seek(0)
    made, size = [], 0
    with opened(file, form) as (header, portions):
        for number, raw in enumerate(chain.from_iterable(portions), first_row(header)):
            if number in found:
                sent = raw.decode(errors="replace") if isinstance(raw, bytes) else raw
                made.append(Rejection(number, found[number], sent))
                size += len(sent) if isinstance(sent, str) else sum(map(len, sent))
            if size > MOST_REJECTED_BYTES:
                raise _too_many()
    return made


def _too_many() -> UnreadableFile:
    return UnreadableFile(
        "too-many-rejections",
        Text(
            f"Plus de {MOST_REJECTIONS} lignes, ou de 16 Mo, sont refusées ; rien n'a changé",
            f"More than {MOST_REJECTIONS} rows, or 16 MB, are rejected; nothing has changed",
        ),
    )
