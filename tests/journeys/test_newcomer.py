"""A partner who knows only the address finds, reads, follows and gets back on the way."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import openpyxl
import pytest

from deploy.names import SCHEMAS
from tests.journeys.crawler import Crawler

GRAND_EST = "44"
FIRST = ("/", "/docs", "/problems", "/openapi.json", "/openapi-3.0.json", "/status", "/v1/towns")
BROWSER = {"Accept": "text/html"}
ASKING = {"/v1/resolve", "/v1/me/can"}
"""What answers nothing without a question."""


def read(api: httpx.Client, path: str) -> Any:
    """Return the JSON of an answer that must be good."""
    answer = api.get(path)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.json()


def pages(api: httpx.Client, path: str | None) -> Iterator[Any]:
    """Yield page after page, by the links alone."""
    while path is not None:
        page = read(api, path)
        yield page
        path = page.get("next")


def items(api: httpx.Client, path: str) -> list[Any]:
    """Return all the items of a collection."""
    return [item for page in pages(api, path) for item in page["items"]]


def test_a_partner_finds_the_towns_from_the_address_alone(api: httpx.Client) -> None:
    root = read(api, "/")
    catalogue = api.get(root["api_catalog_url"]).json()
    newest, older = catalogue["linkset"][0]["service-desc"]
    assert read(api, older["href"])["openapi"].startswith("3.0")
    contract = read(api, newest["href"])
    assert {"/v1/towns", "/v1/towns/{code}"} <= contract["paths"].keys()
    towns = next(one["href"] for one in root["collections"] if one["href"].endswith("/v1/towns"))

    found = items(api, f"{towns}?limit=60")
    assert len(found) == len({town["acv_id"] for town in found}) == 233
    regions = items(api, "/v1/regions")
    by_region = [items(api, f"{towns}?region={one['code']}&limit=20") for one in regions]
    assert sum(len(some) for some in by_region) == 233
    assert read(api, f"{towns}?limit=1&include_total=true")["total"] == 233


def test_a_town_leads_to_its_region_and_its_communes(api: httpx.Client) -> None:
    town = read(api, "/v1/towns/51108")
    assert town == read(api, town["links"]["self"])
    assert read(api, town["links"]["region"])["name"] == town["region"]["name"] == "Grand Est"
    for commune in town["communes"]:
        own = read(api, f"/v1/communes/{commune['insee_code']}")
        assert own["postal_codes"] == commune["postal_codes"]
        assert read(api, own["links"]["town"]) == town
    for epci in town["epcis"]:
        assert read(api, f"/v1/epcis/{epci['siren']}")["name"] == epci["name"]
    for department in town["departments"]:
        own = read(api, f"/v1/departments/{department['code']}")
        assert own["region_code"] == town["region"]["code"]


@pytest.mark.parametrize("path", ["/v1/towns/51108", "/v1/towns?region=44", "/v1/communes"])
def test_what_a_partner_already_has_is_not_sent_again(api: httpx.Client, path: str) -> None:
    first = api.get(path)
    for _ in range(2):
        again = api.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]


def test_every_format_holds_the_same_towns(api: httpx.Client) -> None:
    path = f"/v1/towns?region={GRAND_EST}"
    told = {
        town["acv_id"]: (town["name"], town["population"]["inhabitants"])
        for town in items(api, f"{path}&limit=7")
    }
    assert len(told) == 25
    table = list(csv.DictReader(io.StringIO(api.get(f"{path}&format=csv").text)))
    assert {row["acv_id"]: (row["name"], int(row["population"])) for row in table} == told

    lines = api.get(path, headers={"Accept": "application/x-ndjson"}).text.splitlines()
    towns = [json.loads(line) for line in lines]
    assert {one["acv_id"]: (one["name"], one["population"]["inhabitants"]) for one in towns} == told

    shapes = api.get(f"{path}&format=geojson").json()["features"]
    assert {one["id"]: one["properties"]["name"] for one in shapes} == {
        code: name for code, (name, _) in told.items()
    }
    book = openpyxl.load_workbook(io.BytesIO(api.get(f"{path}&format=xlsx").content))
    heads, *rows = book.worksheets[0].iter_rows(values_only=True)
    sheet = [dict(zip(heads, row, strict=True)) for row in rows]
    assert {row["acv_id"]: (row["name"], row["population"]) for row in sheet} == told


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("name=chalons en champagne&postal_code=51000", "51108"),
        ("code=215101080", None),
        ("code=51108", "51108"),
        ("name=Saint-Dié-des-Vosges", "88413"),
    ],
)
def test_a_name_or_a_code_is_resolved_or_refused_with_the_reason(
    api: httpx.Client, asked: str, code: str | None
) -> None:
    answer = read(api, f"/v1/resolve?{asked}")
    assert [one["code"] for one in answer["items"]] == ([code] if code else [])
    for one in answer["items"]:
        assert one["reason"]["detail"].keys() == {"fr", "en"}
        assert read(api, one["href"])["insee_code"] == code


def test_a_partner_follows_the_changes_from_the_start_and_goes_on_later(api: httpx.Client) -> None:
    seen = list(pages(api, "/v1/events/towns?limit=50"))
    events = [event for page in seen for event in page["items"]]
    assert len({event["id"] for event in events}) == len(events)
    assert {event["subject"].partition("/")[2] for event in events} >= {
        town["acv_id"] for town in items(api, "/v1/towns?limit=200&fields=acv_id")
    }
    later = read(api, f"/v1/events/towns?limit=50&after={seen[1]['after']}")
    assert later["items"] == seen[2]["items"]
    last = read(api, f"/v1/events/towns?after={seen[-1]['after']}")
    assert last["items"] == []
    assert read(api, f"/v1/events/towns?after={last['after']}")["items"] == []


def test_the_state_of_all_services_is_told(api: httpx.Client) -> None:
    state = read(api, "/status")
    assert state["status"] == "ok"
    assert {one["name"] for one in state["services"] if one["ready"]} == set(SCHEMAS)
    dated = {one["name"]: one["data_as_of"] for one in state["services"]}
    assert dated["towns"].endswith("Z")


def test_the_requests_of_the_first_screen_and_of_the_issue_are_right(api: httpx.Client) -> None:
    page = read(api, "/v1/towns?region=44&limit=3")
    assert len(page["items"]) == 3
    assert {town["region"]["name"] for town in page["items"]} == {"Grand Est"}
    assert len(items(api, "/v1/towns?region=44&limit=3")) == 25

    chalons = read(api, "/v1/towns/51108")
    assert (chalons["acv_id"], chalons["name"]) == ("acv-051", "Châlons-en-Champagne")
    assert chalons["member_from"] == "2018-03-27"
    assert chalons["population"] == {"reference_year": 2023, "inhabitants": 42971}

    found = [town["name"] for town in read(api, "/v1/towns?q=saint-die")["items"]]
    assert found == ["Saint-Dié-des-Vosges"]

    near = items(api, "/v1/towns?near=4.03,49.25&radius_km=80")
    distances = [town["distance_km"] for town in near]
    assert distances == sorted(distances)
    assert distances[-1] <= 80
    assert [town["name"] for town in near[:2]] == ["Épernay", "Châlons-en-Champagne"]
    assert len(near) == 7


def test_no_link_of_the_whole_api_leads_nowhere(api: httpx.Client) -> None:
    crawler = Crawler(api)
    contract = read(api, "/openapi.json")
    read_alone = {path for path, item in contract["paths"].items() if "get" in item}
    fixed = [path for path in read_alone - ASKING if "{" not in path]
    crawler.read(api.get("/", headers=BROWSER))
    for wrong in ("/v1/nothing", "/v1/towns?limit=0", "/v1/towns?cursor=x", "/v1/towns/99999"):
        crawler.read(api.get(wrong))
    crawler.read(api.post("/v1/towns"))
    crawler.read(api.get("/v1/resolve?name=laon"))
    crawler.walk([*FIRST, *fixed, "/v1/towns?limit=100", "/v1/events/towns?limit=100"])
    assert crawler.broken == []
    kinds = {path.partition("?")[0].split("/")[1] for path in crawler.visited}
    assert {"", "v1", "ogc", "problems", "docs", "openapi", ".well-known", "status"} <= kinds
    assert len(crawler.visited) > 100
