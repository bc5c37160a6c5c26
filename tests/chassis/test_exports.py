"""Exports: exact bytes in four formats, problems before the first byte, then broken answers."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import openpyxl
import pytest
from starlette.types import Message

from chassis.exports.formats import Export
from chassis.exports.sheet import MOST_CHARACTERS, SheetOverflow
from chassis.exports.stream import Download, Exporter, ExportsBusy, Stream
from chassis.formats import Format

HOSTILE = ["=1+1", "+33 1", "-2", "@SUM(A1)", "\tx", "\rx", "\nx"]


@pytest.fixture
async def pool(seeded_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A read-only pool of two connections."""
    settings = {"default_transaction_read_only": "on"}
    async with asyncpg.create_pool(
        seeded_url, min_size=1, max_size=2, server_settings=settings
    ) as made:
        yield made


def export(form: Format, sql: str, *arguments: object, **options: object) -> Export:
    """An export of a collection called `towns`."""
    return Export(collection="towns", format=form, sql=sql, arguments=arguments, **options)  # type: ignore[arg-type]


async def body(pool: asyncpg.Pool, asked: Export) -> bytes:
    """All the bytes of an export."""
    stream = await Exporter(pool).open(asked)
    try:
        return b"".join([chunk async for chunk in stream])
    finally:
        await stream.aclose()


async def test_csv_has_a_head_and_quotes_what_needs_it(pool: asyncpg.Pool) -> None:
    sql = """SELECT n AS id, 'a;"b' AS "the name", NULL::text AS nothing, '' AS empty, true AS ok
             FROM generate_series(1, $1::int) AS n ORDER BY n"""
    made = await body(pool, export(Format.CSV, sql, 2))
    line = ',"a;""b",,"",true\n'
    assert made.decode() == f"id,the name,nothing,empty,ok\n1{line}2{line}"


async def test_csv_takes_the_separator_and_the_mark_that_excel_wants(pool: asyncpg.Pool) -> None:
    asked = export(Format.CSV, "SELECT 'é' AS a, 1 AS b", separator=";", bom=True)
    assert await body(pool, asked) == b"\xef\xbb\xbfa;b\n\xc3\xa9;1\n"


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_cell_of_csv_is_a_formula(pool: asyncpg.Pool, text: str) -> None:
    sql = "SELECT $1::text AS a, ARRAY[$1::text] AS b, -5 AS c, json_build_array($1::text) AS d"
    made = (await body(pool, export(Format.CSV, sql, text))).decode()
    rows = list(csv.reader(io.StringIO(made, newline="")))
    assert rows[1][0] == f"'{text}"
    assert rows[1][1].startswith("{")
    assert rows[1][2:] == ["-5", json.dumps([text])]


@pytest.mark.parametrize("text", ["Évreux", "01001", "", "a=b", "'quoted", "/path", "#VIDE", "(x)"])
async def test_harmless_cells_leave_as_they_are(pool: asyncpg.Pool, text: str) -> None:
    made = (await body(pool, export(Format.CSV, "SELECT $1::text AS a", text))).decode()
    assert list(csv.reader(io.StringIO(made)))[1:] == ([[text]])


async def test_rows_leave_in_blocks_not_one_by_one(pool: asyncpg.Pool) -> None:
    sql = "SELECT n, repeat('a', 90) AS a FROM generate_series(1, 50000) AS n ORDER BY n"
    stream = await Exporter(pool).open(export(Format.CSV, sql))
    blocks = [block async for block in stream]
    await stream.aclose()
    assert b"".join(blocks).count(b"\n") == 50_001
    assert min(map(len, blocks[:-1])) >= 1 << 18


async def test_an_empty_collection_is_a_file_with_its_head_only(pool: asyncpg.Pool) -> None:
    assert await body(pool, export(Format.CSV, "SELECT 1 AS a WHERE false")) == b"a\n"
    nothing = "SELECT '{}'::json WHERE false"
    assert await body(pool, export(Format.NDJSON, nothing)) == b""
    features = json.loads(await body(pool, export(Format.GEOJSON, nothing)))
    assert features == {"type": "FeatureCollection", "features": []}


async def test_ndjson_is_the_bytes_that_postgres_built(pool: asyncpg.Pool) -> None:
    item = {"q": '"', "back": "\\", "tab": "\t", "line": "a\nb", "comma": ",", "one": "\x01"}
    sql = "SELECT $1::text FROM generate_series(1, 3)"
    made = await body(pool, export(Format.NDJSON, sql, json.dumps(item, ensure_ascii=False)))
    assert made == (json.dumps(item, ensure_ascii=False).encode() + b"\n") * 3


async def test_json_spread_over_lines_is_still_one_line_a_row(pool: asyncpg.Pool) -> None:
    sql = "SELECT $1::text FROM generate_series(1, 2)"
    made = await body(pool, export(Format.NDJSON, sql, '{\n"a":\r\n1}'))
    assert [json.loads(line) for line in made.splitlines()] == [{"a": 1}] * 2


async def test_geojson_is_one_document_of_all_features(pool: asyncpg.Pool) -> None:
    sql = "SELECT json_build_object('type', 'Feature', 'id', n) FROM generate_series(1, 5000) AS n"
    made = json.loads(await body(pool, export(Format.GEOJSON, sql)))
    assert made["type"] == "FeatureCollection"
    assert [feature["id"] for feature in made["features"]] == list(range(1, 5001))


async def test_xlsx_keeps_types_and_never_makes_a_formula(pool: asyncpg.Pool) -> None:
    sql = """SELECT '=1+1' AS text, '01001' AS code, 3 AS n, 1.5 AS rate, date '2018-03-27' AS day,
             true AS ok, NULL::text AS nothing, ARRAY['a','b'] AS list, 'http://x' AS link,
             timestamptz '2026-01-31 08:00Z' AS at"""
    book = openpyxl.load_workbook(io.BytesIO(await body(pool, export(Format.XLSX, sql))))
    head, row = book.worksheets[0].iter_rows()
    assert [cell.value for cell in head][:3] == ["text", "code", "n"]
    assert row[0].data_type == "s"
    values = [cell.value for cell in row]
    assert values[:4] == ["=1+1", "01001", 3, 1.5]
    assert values[4].date() == date(2018, 3, 27)  # type: ignore[union-attr]
    assert values[5:] == [True, None, "a, b", "http://x", "2026-01-31T08:00:00+00:00"]


async def test_a_cell_too_long_for_xlsx_is_refused_not_cut(pool: asyncpg.Pool) -> None:
    sql = "SELECT repeat('x', $1::int) AS a"
    with pytest.raises(SheetOverflow):
        await body(pool, export(Format.XLSX, sql, MOST_CHARACTERS + 1))
    assert pool.get_idle_size() == pool.get_size()


@pytest.mark.parametrize("form", [Format.CSV, Format.NDJSON, Format.GEOJSON, Format.XLSX])
async def test_a_failure_at_the_start_is_raised_before_any_byte(
    pool: asyncpg.Pool, form: Format
) -> None:
    sql = "SELECT (10 / (3 - n))::text AS a FROM generate_series(1, 9) AS n"
    with pytest.raises(asyncpg.DivisionByZeroError):
        await Exporter(pool).open(export(form, sql))
    assert pool.get_idle_size() == pool.get_size()


LATE_FAILURE = """SELECT repeat('x', 1000) || (1 / (200000 - n))::text AS a
                  FROM generate_series(1, 200001) AS n"""


class Connection:
    """What a server gives an app: messages in, messages out."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.left = asyncio.Event()
        self.slow = False

    async def receive(self) -> Message:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        if self.slow:
            await asyncio.Event().wait()

    def finished(self) -> bool:
        return self.sent[-1]["type"].endswith("body") and not self.sent[-1]["more_body"]


async def test_a_late_failure_breaks_the_answer_instead_of_ending_it(pool: asyncpg.Pool) -> None:
    connection = Connection()
    stream = await Exporter(pool).open(export(Format.CSV, LATE_FAILURE))
    with pytest.raises(asyncpg.DivisionByZeroError):
        await Download(stream, [])({}, connection.receive, connection.send)
    assert connection.sent[0]["status"] == 200
    assert len(connection.sent) > 1
    assert not connection.finished()
    assert pool.get_idle_size() == pool.get_size()


async def test_a_whole_file_ends_the_answer(pool: asyncpg.Pool) -> None:
    connection = Connection()
    asked = export(Format.CSV, "SELECT 1 AS a")
    stream = await Exporter(pool).open(asked)
    await Download(stream, asked.headers(date(2026, 11, 23)))(
        {}, connection.receive, connection.send
    )
    assert connection.finished()
    assert dict(connection.sent[0]["headers"]) == {
        b"content-type": b"text/csv; charset=utf-8; header=present",
        b"content-disposition": b'attachment; filename="towns-2026-11-23.csv"',
    }


async def test_a_caller_who_leaves_frees_the_connection(pool: asyncpg.Pool) -> None:
    connection = Connection()
    connection.slow = True
    stream = await Exporter(pool).open(export(Format.CSV, LATE_FAILURE))
    sending = asyncio.create_task(Download(stream, [])({}, connection.receive, connection.send))
    await asyncio.sleep(0.05)
    assert pool.get_idle_size() < pool.get_size()
    connection.left.set()
    await sending
    assert pool.get_idle_size() == pool.get_size()
    assert await pool.fetchval("SELECT 1") == 1
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%200001%'"
    assert await pool.fetchval(running + " AND state = 'active'") == 0


async def test_an_untaken_file_stops_after_a_while(pool: asyncpg.Pool) -> None:
    stream = await Exporter(pool, stall_seconds=0.1).open(export(Format.CSV, LATE_FAILURE))
    await asyncio.sleep(0.4)
    assert pool.get_idle_size() == pool.get_size()
    with pytest.raises(TimeoutError):
        async for _ in stream:
            pass
    await stream.aclose()


async def test_postgres_waits_for_a_slow_caller(pool: asyncpg.Pool) -> None:
    sql = "SELECT repeat('x', 1000) FROM generate_series(1, 100000)"
    stream = await Exporter(pool).open(export(Format.NDJSON, sql))
    await asyncio.sleep(0.3)
    waits = "SELECT wait_event FROM pg_stat_activity WHERE query LIKE 'COPY%100000)%'"
    assert await pool.fetchval(f"{waits} AND pid <> pg_backend_pid()") == "ClientWrite"
    size = sum([len(chunk) async for chunk in stream])
    await stream.aclose()
    assert size == 100_100_000


async def test_one_export_too_many_is_asked_to_come_back(pool: asyncpg.Pool) -> None:
    exporter = Exporter(pool, concurrent=1)
    asked = export(Format.CSV, LATE_FAILURE)
    first: Stream = await exporter.open(asked)
    with pytest.raises(ExportsBusy) as refused:
        await exporter.open(asked)
    assert refused.value.headers["Retry-After"]
    await first.aclose()
    again = await exporter.open(asked)
    await again.aclose()


async def test_the_budget_of_an_export_is_not_that_of_a_read(seeded_url: str) -> None:
    settings = {"statement_timeout": "50"}
    slow = export(Format.NDJSON, "SELECT '1'::text FROM pg_sleep(0.2)")
    async with asyncpg.create_pool(
        seeded_url, min_size=1, max_size=1, server_settings=settings
    ) as pool:
        assert await body(pool, slow) == b"1\n"
        with pytest.raises(asyncpg.QueryCanceledError):
            await Exporter(pool, budget_seconds=0.05).open(slow)
        assert await pool.fetchval("SHOW statement_timeout") == "50ms"
