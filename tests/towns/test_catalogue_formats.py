"""Every format of the list of towns holds the same rows."""

import csv
import io

import httpx
import openpyxl
import orjson

from tests.towns.test_catalogue import names


async def test_the_csv_holds_the_same_rows(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/towns?region=44&format=csv&separator=;&bom=true")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["name"] for row in rows] == await names(towns, "region=44&limit=200")
    assert rows[0]["population"].isdigit()


async def test_the_other_formats_hold_the_same_rows(towns: httpx.AsyncClient) -> None:
    expected = await names(towns, "region=44&limit=200")
    lines = await towns.get("/v1/towns?region=44", headers={"Accept": "application/x-ndjson"})
    assert [orjson.loads(line)["name"] for line in lines.text.splitlines()] == expected
    sheet = await towns.get("/v1/towns?region=44&format=xlsx")
    table = openpyxl.load_workbook(io.BytesIO(sheet.content), read_only=True).worksheets[0]
    assert [row[1] for row in table.iter_rows(min_row=2, values_only=True)] == expected
    features = (await towns.get("/v1/towns?region=44&format=geojson")).json()["features"]
    assert [feature["properties"]["name"] for feature in features] == expected


async def test_overseas_towns_are_in_their_true_place(towns: httpx.AsyncClient) -> None:
    features = (await towns.get("/v1/towns?region=06&region=03&format=geojson")).json()["features"]
    where = {item["properties"]["name"]: item["geometry"]["coordinates"] for item in features}
    assert 44 < where["Mamoudzou"][0] < 46
    assert -13.5 < where["Mamoudzou"][1] < -12
    assert -53 < where["Cayenne"][0] < -52


async def test_a_file_refuses_what_only_a_page_has(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/towns?format=csv&limit=5&cursor=x&fields=name")
    assert answer.status_code == 422
    named = [error["parameter"] for error in answer.json()["errors"]]
    assert named == ["cursor", "limit", "fields"]
    chosen = await towns.get("/v1/towns?region=94&format=ndjson&fields=name")
    assert [orjson.loads(line) for line in chosen.text.splitlines()] == [
        {"name": "Ajaccio"},
        {"name": "Bastia"},
    ]


async def test_partial_items_may_be_asked_for_by_their_type(towns: httpx.AsyncClient) -> None:
    partial = {"Accept": "application/vnd.acdt.partial+json"}
    answer = await towns.get("/v1/towns?fields=name&limit=1", headers=partial)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == partial["Accept"]


async def test_a_head_of_a_file_does_not_promise_a_length(towns: httpx.AsyncClient) -> None:
    head = await towns.head("/v1/towns?format=csv")
    assert head.headers["content-type"].startswith("text/csv")
    assert "content-length" not in head.headers
    tag = (await towns.get("/v1/towns/51108")).headers["etag"]
    unchanged = await towns.get("/v1/towns/51108", headers={"If-None-Match": tag})
    assert unchanged.status_code == 304
    assert "content-length" not in unchanged.headers
