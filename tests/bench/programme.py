"""Reads of what partners write, as many as a pilot and as many as may come, and the ordinary way.

Documents of the ordinary way are our own answers, kept as `bench.document`: only the way of serving
them is compared, while ours gathers them from their tables at each request.
"""

import asyncio
import json
from contextlib import ExitStack

import asyncpg

from chassis.testing import url_of
from deploy.databases import DATABASE
from deploy.progress import say
from tests.bench.document import compared, ratio, table
from tests.bench.ground import READER, Ground
from tests.bench.load import NOT_CACHED, Measured, Subject, measured
from tests.bench.servers import Running, answer, running
from tests.bench.settings import BenchSettings
from tests.bench.subjects import ordinary, product
from tests.bench.written import COLLECTIONS, Collection

_FEW, _MANY = "acdt_few", "acdt_many"
_FEW_ROWS = 300
_DOCUMENTS = f"""
DROP TABLE IF EXISTS bench.document;
CREATE TABLE bench.document (
  collection text, id text, listed json NOT NULL, body json NOT NULL,
  PRIMARY KEY (collection, id));
GRANT SELECT ON bench.document TO {READER};
"""


def measure(ground: Ground, settings: BenchSettings) -> list[str]:
    """Measure the reads on both databases in turns, then against the ordinary way."""
    many_rows = max(settings.rows // 10, _FEW_ROWS)
    say(f"making two databases with {_FEW_ROWS} and {many_rows:,} rows a collection")
    for name, count in ((_FEW, _FEW_ROWS), (_MANY, many_rows)):
        asyncio.run(_made(ground.server, name, count))
    with ExitStack() as stack:
        few, many = (
            stack.enter_context(running(product(ground, name=name, TOWNS_DATABASE_URL=url)))
            for name, url in (
                (name, url_of(ground.server, database=name, user="towns_runtime"))
                for name in (_FEW, _MANY)
            )
        )
        asyncio.run(_documents(ground.server, few))
        usual = stack.enter_context(running(ordinary(ground)))
        rows = [
            row
            for collection in COLLECTIONS
            for row in _rows(collection, few, many, usual, settings=settings)
        ]
    head = ["one process", f"{_FEW_ROWS} rows, p50 ms", f"{many_rows:,} rows, p50 ms", "growth"]
    return table([*head, "against the ordinary way"], rows)


def _rows(
    collection: Collection, few: Running, many: Running, usual: Running, *, settings: BenchSettings
) -> list[list[str]]:
    made = []
    base = f"/v1/{collection.name}"
    questions = {
        "GET one": ([f"{base}/{one}" for one in _ids(few, base)],
                    [f"{base}/{one}" for one in _ids(many, base)]),
        "list 20": ([f"{base}?limit=20"],) * 2,
        **{f"list 20, {asked}": ([f"{base}?limit=20&{asked}"],) * 2 for asked in collection.asked},
    }  # fmt: skip
    for name, (here, there) in questions.items():
        pair = [_subject("few", few, here), _subject("many", many, there)]
        found = measured(pair, settings, connections=1)
        growth = found["many"].p50_ms / found["few"].p50_ms
        cells = [f"{found[which].p50_ms:.2f}" for which in ("few", "many")]
        against = "" if "," in name else _against(few, usual, here, settings)
        made.append([f"`{base}`: {name}", *cells, ratio(growth), against])
    return made


def _against(few: Running, usual: Running, paths: list[str], settings: BenchSettings) -> str:
    pair = [_subject("ours", few, paths), _subject("usual", usual, paths)]
    found: dict[str, Measured] = measured(pair, settings)
    return compared(found["ours"], found["usual"])


def _ids(server: Running, base: str) -> list[str]:
    """Return the ids of a page, to be asked for in turn."""
    page = json.loads(answer(server.port, f"{base}?limit=200")[1])
    return [item["id"] for item in page["items"]]


def _subject(name: str, server: Running, paths: list[str]) -> Subject:
    return Subject(name, server, paths[0], NOT_CACHED, tuple(paths))


async def _made(server: str, name: str, rows: int) -> None:
    """Copy the seeded database and fill its collections."""
    admin = await asyncpg.connect(server)
    try:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{DATABASE}"')
    finally:
        await admin.close()
    connection = await asyncpg.connect(url_of(server, database=name))
    try:
        for collection in COLLECTIONS:
            for statement in collection.statements:
                await connection.execute(statement.replace("{rows}", str(rows)), timeout=600)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _documents(server: str, few: Running) -> None:
    """Keep what our product answers, for the ordinary way."""
    connection = await asyncpg.connect(url_of(server, database=DATABASE))
    try:
        await connection.execute(_DOCUMENTS)
        for collection in COLLECTIONS:
            page = json.loads(answer(few.port, f"/v1/{collection.name}?limit=200")[1])
            rows = []
            for item in page["items"]:
                body = answer(few.port, f"/v1/{collection.name}/{item['id']}")[1]
                rows.append((collection.name, item["id"], json.dumps(item), body.decode()))
            await connection.executemany(
                "INSERT INTO bench.document (collection, id, listed, body)"
                " VALUES ($1, $2, $3::json, $4::json)",
                rows,
            )
    finally:
        await connection.close()
