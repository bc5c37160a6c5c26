r"""A million rows in by an import and out by an export, against `psql \copy` of the same rows.

Import: from the first byte of the POST to the end of its job. It keeps the file in the database,
checks every cell, looks for repeated keys, and merges in one transaction. `\copy` checks nothing
but types, into the same empty table with its primary key. Export: over HTTP, to the last byte in a
file; `\copy` of the same query, into a file. PostgreSQL has a core of its own in both cases; the
service and its caller share the other one, which `psql` has alone.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import orjson

from chassis.embedded_place import place_for
from chassis.testing import url_of
from tests.bench.bulk_app import COLUMNS, OBJECTS, READY, ROWS
from tests.bench.document import ratio, table
from tests.bench.ground import Ground
from tests.bench.machine import SERVER_CORE, cpu_seconds, on_core, peak_megabytes, said
from tests.bench.servers import Program, Running, running
from tests.bench.settings import CACHE, DATA, BenchSettings
from tests.bench.subjects import uvicorn

_DATABASE = "bulk"
_BLOCK = 1 << 18
_ROUNDS = 5
_POLL_SECONDS = 0.1  # oftener, the questions themselves would cost the service its time
_EMPTY = "TRUNCATE bulk.lot"
_STATUSES = ("planned", "open", "closed")
_HEAD = ["1,000,000 rows", "`psql \\copy`, s", "ours, s", "speed, ours / `\\copy`"]


def measure(ground: Ground, settings: BenchSettings) -> list[str]:
    r"""Measure imports and exports, alternated with `\copy`; return the section."""
    url = asyncio.run(_prepared(ground.server))
    file = _written(settings.rows)
    program = Program("bulk", uvicorn("tests.bench.bulk_app:app"), READY, {"BULK_URL": url})
    copy = _Copy(url, file)
    with running(program) as server:
        ours = _Ours(server, file)
        rows = [
            _row("import, CSV", copy.into, ours.imported, before=lambda: _sql(url, _EMPTY)),
            _row("export, CSV", lambda: copy.out(ROWS), lambda: ours.exported("csv")),
            _row("export, NDJSON", lambda: copy.out(OBJECTS), lambda: ours.exported("ndjson")),
        ]
        peak, cpu = peak_megabytes(server.pid), ours.import_cpu
    head = [_HEAD[0].replace("1,000,000", f"{settings.rows:,}"), *_HEAD[1:]]
    notes = (
        f"An import costs the service {cpu:.1f} s of CPU; its memory never passed {peak:.0f} MB."
    )
    return [*table(head, rows), "", notes]


def _row(
    name: str,
    theirs: Callable[[], float],
    ours: Callable[[], float],
    *,
    before: Callable[[], None] = lambda: None,
) -> list[str]:
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(_ROUNDS):
        for times, measured in zip(taken, (theirs, ours), strict=True):
            before()
            times.append(measured())
    reference, made = map(median, taken)
    return [name, f"{reference:.2f}", f"{made:.2f}", ratio(reference / made)]


class _Copy:
    """What PostgreSQL's own client does."""

    def __init__(self, url: str, file: Path) -> None:
        self._psql = place_for(DATA / "postgres").program("psql")
        self._url = url
        self._file = file

    def into(self) -> float:
        """Copy the file into the table."""
        columns = ", ".join(COLUMNS)
        return self._run(
            f"\\copy bulk.lot ({columns}) from '{self._file}' with (format csv, header)"
        )

    def out(self, sql: str) -> float:
        """Copy what a query returns into a file."""
        return self._run(f"\\copy ({sql}) to '{CACHE / 'bulk.out'}' with (format csv)")

    def _run(self, command: str) -> float:
        with on_core(SERVER_CORE):
            began = time.perf_counter()
            said([self._psql, "-X", "-q", "-d", self._url, "-c", command])
            return time.perf_counter() - began


class _Ours:
    """What a caller of the service does."""

    def __init__(self, server: Running, file: Path) -> None:
        self._server = server
        self._file = file
        self.import_cpu = 0.0

    def imported(self) -> float:
        """Hand the file in, and wait for the end of the job."""
        with on_core(SERVER_CORE):
            return self._imported()

    def _imported(self) -> float:
        cpu, began = cpu_seconds(self._server.pid), time.perf_counter()
        headers = {"content-type": "text/csv", "content-length": str(self._file.stat().st_size)}
        job = self._asked("POST", "/v1/lots/imports", _blocks(self._file), headers)
        while job["finished_at"] is None:
            time.sleep(_POLL_SECONDS)
            job = self._asked("GET", job["links"]["self"])
        if job["status"] != "succeeded":
            raise RuntimeError(f"import: {job}")
        taken = time.perf_counter() - began
        self.import_cpu = cpu_seconds(self._server.pid) - cpu
        return taken

    def exported(self, form: str) -> float:
        """Read a whole export into a file."""
        with on_core(SERVER_CORE), (CACHE / "bulk.received").open("wb") as file:
            began = time.perf_counter()
            connection = HTTPConnection("127.0.0.1", self._server.port, timeout=120)
            connection.request("GET", f"/v1/lots/{form}")
            answer = connection.getresponse()
            if answer.status != HTTPStatus.OK:
                raise RuntimeError(f"export: {answer.status}")
            while block := answer.read(_BLOCK):
                file.write(block)
            connection.close()
            return time.perf_counter() - began

    def _asked(
        self,
        method: str,
        path: str,
        body: Iterator[bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        connection = HTTPConnection("127.0.0.1", self._server.port, timeout=120)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        found: dict[str, Any] = orjson.loads(answer.read())
        connection.close()
        return found


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            yield block


def _written(rows: int) -> Path:
    """Write the file of rows, the same at every run."""
    CACHE.mkdir(parents=True, exist_ok=True)
    file = CACHE / f"bulk-{rows}.csv"
    first = date(2000, 1, 1)
    with file.open("w") as opened:
        opened.write(",".join(COLUMNS) + "\n")
        for n in range(rows):
            day = first + timedelta(days=n * 7 % 9000)
            name = f"Commune de Saint-Exemple {n * 7919 % rows}"
            status, department = _STATUSES[n % 3], n % 95 + 1
            opened.write(f"{n:07d},{name},{n * 31 % 10**7},{department:02d},{day},{status}\n")
    return file


async def _prepared(server: str) -> str:
    connection = await asyncpg.connect(server)
    await connection.execute(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {_DATABASE}")
    await connection.close()
    return url_of(server, database=_DATABASE)


def _sql(url: str, sql: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(sql)
        await connection.execute("CHECKPOINT")
        await connection.close()

    asyncio.run(run())
