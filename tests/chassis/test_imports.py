"""Imports over HTTP: strict rows, all or the good ones, dry runs, and workers that die."""

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import text

from chassis.http import LARGEST_BODY
from chassis.imports.contract import ImportReport
from chassis.imports.upload import UNNAMED
from chassis.testing import copied_database, url_of
from tests.chassis.probe_places import (
    GOOD,
    LARGEST_FILE,
    Probe,
    end_of,
    ended,
    handed_in,
    probe,
    read,
    stored,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NDJSON = "application/x-ndjson"
EVENTS = "SELECT name, actor, client, request_id, data->>'inserted' AS inserted FROM probe.event"


@pytest.fixture(scope="module")
async def probe_url(admin_url: str) -> AsyncIterator[str]:
    """A database for this file, without the product's tables."""
    async with copied_database(admin_url, "template1") as name:
        yield url_of(admin_url, database=name)


@pytest.fixture
async def places(probe_url: str) -> AsyncIterator[Probe]:
    """The probe service at work."""
    async with probe(probe_url) as opened:
        yield opened


async def findings(places: Probe, job: dict[str, Any]) -> list[tuple[int, str | None, str]]:
    """The report as (row, column, code)."""
    body = (await read(places, job["links"]["report"])).json()
    ImportReport.model_validate(body)
    return [(item["row"], item["column"], item["code"]) for item in body["items"]]


async def test_a_good_file_is_imported(places: Probe) -> None:
    job = await ended(places, GOOD)
    assert job["status"] == "succeeded"
    assert job["progress"] == {"rows_read": 2, "rows_rejected": 0, "rows_total": 2}
    assert job["outcome"] == {"inserted": 2, "updated": 0, "unchanged": 0, "sample": []}
    assert await stored(places) == {
        "44109": ("Nantes", None, None),
        "51108": ("Châlons", 43877, "2018-09-21"),
    }


async def test_a_blank_changes_nothing_and_the_token_clears(places: Probe) -> None:
    await ended(places, GOOD)
    again = "code,name,population,signed_on\n51108,Châlons,,#VIDE\n44109,Nantes,,\n"
    job = await ended(places, again)
    assert job["outcome"]["updated"] == 1
    assert job["outcome"]["unchanged"] == 1
    assert (await stored(places))["51108"] == ("Châlons", 43877, None)


async def test_ndjson_leaves_out_what_it_does_not_name_and_clears_by_null(places: Probe) -> None:
    await ended(places, GOOD)
    lines = [{"code": "51108", "name": "Châlons", "population": None}, {"code": "1", "name": ""}]
    body = "\n".join(map(json.dumps, lines))
    job = await ended(places, body, "?mode=partial", NDJSON)
    assert (await stored(places))["51108"] == ("Châlons", None, "2018-09-21")
    assert await findings(places, job) == [
        (2, "code", "string-pattern-mismatch"),
        (2, "name", "string-too-short"),
    ]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ("5110,x,,", "code", "string-pattern-mismatch"),
        ("51108,x,12.0,", "population", "int-type"),
        ("51108,x,1_000,", "population", "int-type"),
        ("51108,x, 1,", "population", "int-type"),
        ("51108,x,-1,", "population", "greater-than-equal"),
        ("51108,x,99999999999999999999,", "population", "int-type"),
        ("51108,x,1,21/09/2018", "signed_on", "date-type"),
        ("51108,x,1,1537488000", "signed_on", "date-type"),
        ("51108,x,1,-86400", "signed_on", "date-type"),
        ("51108,x,1,2018-02-30", "signed_on", "date-parsing"),
        ("51108,x,1,2018-W38-5", "signed_on", "date-parsing"),
        ("51108,x,1,20180921", "signed_on", "date-type"),
        ("51108,#VIDE,1,", "name", "string-type"),
        ("51108,,1,", "name", "missing"),
        ("51108,x,1,,", None, "wrong-cell-count"),
        ("51108,a\x00b,1,", None, "nul-character"),
        ("51108,reserved,1,", "name", "reserved-name"),
    ],
)
async def test_a_bad_cell_is_named_and_nothing_changes(
    places: Probe, cells: str, column: str | None, code: str
) -> None:
    job = await ended(places, f"{GOOD}{cells}\n")
    assert job["status"] == "rejected"
    assert job["progress"]["rows_rejected"] == 1
    assert (4, column, code) in await findings(places, job)
    assert await stored(places) == {}


async def test_partial_imports_the_good_rows_and_gives_the_others_back(places: Probe) -> None:
    bad = "x,=1+1,1,\n59350,reserved,1,2018-01-01\n"
    job = await ended(places, GOOD + bad, "?mode=partial")
    assert job["status"] == "succeeded"
    assert job["outcome"]["inserted"] == 2
    file = await read(places, job["links"]["rejections"], **{"accept-language": "en"})
    rows = list(csv.reader(io.StringIO(file.text)))
    assert rows[0][3:] == ["code", "name", "population", "signed_on"]
    assert rows[1][0] == "4"
    assert rows[1][3:] == ["x", "'=1+1", "1", ""]
    assert rows[2][:3] == ["5", "reserved-name", "name : this name is reserved"]


async def test_the_file_given_back_can_be_corrected_and_handed_in(places: Probe) -> None:
    job = await ended(places, "code,name\nx,=1+1\n", "?mode=partial")
    file = (await read(places, job["links"]["rejections"])).text
    job = await ended(places, file.replace(",x,", ",51108,"))
    assert job["status"] == "succeeded"
    assert (await stored(places))["51108"][0] == "=1+1"


async def test_a_key_that_comes_twice_is_rejected_where_it_repeats(places: Probe) -> None:
    job = await ended(places, GOOD + "51108,Again,1,\n", "?mode=partial")
    assert await findings(places, job) == [(4, "code", "repeated-key")]
    assert (await stored(places))["51108"][0] == "Châlons"


async def test_a_warning_does_not_reject(places: Probe) -> None:
    job = await ended(places, GOOD + "59350,Lille,0,\n")
    assert job["status"] == "succeeded"
    assert await findings(places, job) == [(4, "population", "no-inhabitant")]
    assert "59350" in await stored(places)


async def test_a_dry_run_says_what_would_change_and_changes_nothing(places: Probe) -> None:
    await ended(places, GOOD)
    before = await stored(places)
    edited = GOOD.replace("43877", "43878") + "59350,Lille,1,\n"
    job = await ended(places, edited, "?dry_run=true")
    counts = job["outcome"]
    assert (counts["inserted"], counts["updated"], counts["unchanged"]) == (1, 1, 1)
    changes = {change["key"]: change["columns"] for change in counts["sample"]}
    assert changes["51108"] == {"population": [43877, 43878]}
    assert changes["59350"]["name"] == [None, "Lille"]
    assert await stored(places) == before


@pytest.mark.parametrize("media_type", [XLSX, UNNAMED])
async def test_a_sheet_is_read_like_a_csv(places: Probe, media_type: str) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["code", "name", "population", "signed_on"])
    sheet.write_row(1, 0, [51108, "Châlons", 43877])
    sheet.write_number(1, 3, 43364, day)
    book.close()
    job = await ended(places, file.getvalue(), media_type=media_type)
    assert job["status"] == "succeeded", await findings(places, job)
    assert await stored(places) == {"51108": ("Châlons", 43877, "2018-09-21")}


async def test_a_file_of_no_named_type_tells_its_type_itself(places: Probe) -> None:
    lines = await ended(places, b'\n {"code": "51108", "name": "x"}', media_type=UNNAMED)
    table = await ended(places, b"\xef\xbb\xbfcode,name\n51108,x\n", media_type=UNNAMED)
    assert [(job["status"], job["media_type"]) for job in (lines, table)] == [
        ("succeeded", NDJSON),
        ("succeeded", "text/csv"),
    ]


@pytest.mark.parametrize(
    ("body", "media_type", "code"),
    [
        (b"", "text/csv", "empty-file"),
        (b"code,name,nmae\n", "text/csv", "unknown-column"),
        (b"code\n51108\n", "text/csv", "missing-column"),
        (b"code,name,name\n", "text/csv", "repeated-column"),
        ("code,name\n51108,Châlons\n".encode("latin-1"), "text/csv", "not-utf8"),
        (b'code,name\n51108,"x\n', "text/csv", "unreadable-file"),
        (b"not a zip", XLSX, "unreadable-file"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_as_a_whole(
    places: Probe, body: bytes, media_type: str, code: str
) -> None:
    job = await ended(places, body, media_type=media_type)
    assert job["status"] == "failed"
    assert job["failure"]["code"] == code
    assert job["outcome"] is None


async def test_separator_and_mark_of_a_csv_are_found(places: Probe) -> None:
    body = b"\xef\xbb\xbf" + GOOD.replace(",", ";").encode()
    assert (await ended(places, body))["outcome"]["inserted"] == 2


async def test_a_constraint_of_the_database_fails_the_job_without_its_words(
    places: Probe,
) -> None:
    job = await ended(places, GOOD + "59350,forbidden,1,\n")
    assert job["failure"]["code"] == "refused-by-database"
    assert "violates" not in json.dumps(job)
    assert await stored(places) == {}


async def test_a_file_too_large_and_an_unknown_type_are_refused(places: Probe) -> None:
    large = await handed_in(places, "x" * (LARGEST_FILE + 1))
    assert large.status_code == 413
    unknown = await handed_in(places, "x", media_type="text/html")
    assert unknown.status_code == 415


async def test_an_unknown_import_is_not_found(places: Probe) -> None:
    missing = await read(places, "/v1/places/imports/01a20900-0000-7000-8000-000000000000")
    assert missing.status_code == 404


def many(count: int) -> str:
    """A file of places that fills half of the columns."""
    rows = "".join(f"{number:05d},{'x' * 40},,\n" for number in range(count))
    return "code,name,population,signed_on\n" + rows


async def test_a_file_beyond_the_usual_limit_of_a_body_is_imported(places: Probe) -> None:
    assert LARGEST_BODY < len(many(30_000)) < LARGEST_FILE
    assert (await ended(places, many(30_000)))["outcome"]["inserted"] == 30_000


async def test_statistics_of_an_empty_table_do_not_make_a_merge_quadratic(places: Probe) -> None:
    async with places.database.writing() as session:
        await session.execute(text("ANALYZE probe.place"))
    assert (await ended(places, many(40_000)))["outcome"]["inserted"] == 40_000


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ('51108,"Châlons, Marne",1,\n', "Châlons, Marne"),
        ('51108,"two\nlines",1,\n', "two\nlines"),
        ("51108,back\\slash,1,\n", "back\\slash"),
        ("51108,\\N,1,\n", "\\N"),
        ("51108,a\tb,1,\n", "a\tb"),
        ("51108,Châlons,1,\r\n", "Châlons"),
        ("51108,Châlons,1,", "Châlons"),
        ("\n51108,Châlons,1,\n\n", "Châlons"),
        ('51108,"say ""no""",1,\n', 'say "no"'),
    ],
)
async def test_a_name_is_stored_as_the_csv_means_it(places: Probe, lines: str, name: str) -> None:
    file = "code,name,population,signed_on\n44109,Nantes,,\n" + lines
    job = await ended(places, file)
    assert job["status"] == "succeeded", await findings(places, job)
    assert (await stored(places))["51108"] == (name, 1, None)


async def test_an_import_tells_what_it_changed_and_for_whom(places: Probe) -> None:
    answer = await handed_in(places, GOOD, **{"x-request-id": "partner-import-7"})
    await end_of(places, answer.headers["location"])
    (told,) = await places.database.reads.pool.fetch(EVENTS)
    assert dict(told) == {
        "name": "fr.acdt.probe.place.imported.v1",
        "actor": "public",
        "client": "anonymous",
        "request_id": "partner-import-7",
        "inserted": "2",
    }


@pytest.mark.parametrize(("body", "query"), [(GOOD, "?dry_run=true"), (GOOD + "x,y,,\n", "")])
async def test_an_import_that_changes_nothing_tells_nothing(
    places: Probe, body: str, query: str
) -> None:
    await ended(places, body, query)
    assert await places.database.reads.pool.fetch(EVENTS) == []
