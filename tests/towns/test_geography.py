"""The lists of official places over HTTP, on the real facts."""

import csv
import io
from collections.abc import Mapping
from typing import Any

import httpx
import orjson
import pytest
from pydantic import BaseModel

from chassis.queries import ListQuery
from services.towns.geography.contract import (
    Commune,
    CommunePage,
    Department,
    DepartmentPage,
    Epci,
    EpciPage,
    Region,
    RegionPage,
)
from services.towns.geography.queries import (
    CommuneQuery,
    DepartmentQuery,
    EpciQuery,
    RegionQuery,
)

PAGES: Mapping[str, type[BaseModel]] = {
    "/v1/communes": CommunePage,
    "/v1/epcis": EpciPage,
    "/v1/departments": DepartmentPage,
    "/v1/regions": RegionPage,
}
QUERIES: Mapping[str, type[ListQuery]] = {
    "/v1/communes": CommuneQuery,
    "/v1/epcis": EpciQuery,
    "/v1/departments": DepartmentQuery,
    "/v1/regions": RegionQuery,
}
KEYS = {
    "/v1/communes": "insee_code",
    "/v1/epcis": "siren",
    "/v1/departments": "code",
    "/v1/regions": "code",
}
SIZES = {"/v1/communes": 291, "/v1/epcis": 252, "/v1/departments": 101, "/v1/regions": 18}

FILTERED: list[tuple[str, str, list[str]]] = [
    ("/v1/communes", "insee_code=51108&insee_code=2B033", ["2B033", "51108"]),
    ("/v1/communes", "acv_id=acv-047", ["81065", "81163"]),
    ("/v1/communes", "region=94", ["2A004", "2B033"]),
    ("/v1/communes", "department=2B", ["2B033"]),
    ("/v1/communes", "epci=200066876", ["51108"]),
    ("/v1/communes", "postal_code=97421", ["97414"]),
    ("/v1/communes", "q=st+die", ["88413"]),
    ("/v1/communes", "population_gte=800000", ["13055", "75056"]),
    ("/v1/communes", "population_lte=5200", ["88516"]),
    ("/v1/epcis", "epci=200066876", ["200066876"]),
    ("/v1/epcis", "type=MET69", ["200046977"]),
    ("/v1/epcis", "region=94", ["242000354", "242010056"]),
    ("/v1/epcis", "department=2B", ["242000354"]),
    ("/v1/epcis", "insee_code=51108", ["200066876"]),
    ("/v1/epcis", "acv_id=acv-051", ["200066876"]),
    ("/v1/epcis", "q=ST-dié", ["200071066"]),
    ("/v1/epcis", "population_gte=1500000", ["200054781", "200054807"]),
    ("/v1/epcis", "population_lte=16000", ["244800405"]),
    ("/v1/departments", "region=94", ["2A", "2B"]),
    ("/v1/departments", "department=974", ["974"]),
    ("/v1/departments", "zone=drom", ["971", "972", "973", "974", "976"]),
    ("/v1/departments", "q=HAUTE+pyrenees", ["65"]),
    ("/v1/regions", "region=44", ["44"]),
    ("/v1/regions", "zone=drom", ["01", "02", "03", "04", "06"]),
    ("/v1/regions", "q=cote+d+azur", ["93"]),
]
"""Every filter, and the codes that the official lists give for it."""


async def codes(towns: httpx.AsyncClient, path: str, query: str) -> list[str]:
    answer = await towns.get(f"{path}?limit=200&sort={KEYS[path]}&{query}")
    assert answer.status_code == 200, answer.text
    PAGES[path].model_validate_json(answer.content)
    return [item[KEYS[path]] for item in answer.json()["items"]]


async def traversed(towns: httpx.AsyncClient, start: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    following: str | None = start
    while following is not None:
        page = (await towns.get(following)).json()
        items += page["items"]
        following = page.get("next")
    return items


@pytest.mark.parametrize(("path", "query", "expected"), FILTERED)
async def test_a_filter_keeps_what_the_official_lists_say(
    towns: httpx.AsyncClient, path: str, query: str, expected: list[str]
) -> None:
    assert await codes(towns, path, query) == expected
    assert 0 < len(expected) < SIZES[path]


@pytest.mark.parametrize("path", PAGES)
def test_every_filter_is_tried(path: str) -> None:
    declared = QUERIES[path].model_fields.keys() - ListQuery.model_fields.keys()
    assert declared == {query.split("=")[0] for where, query, _ in FILTERED if where == path}


async def test_a_whole_word_goes_before_the_beginning_of_one(towns: httpx.AsyncClient) -> None:
    found = (await towns.get("/v1/communes?q=die")).json()["items"]
    assert [place["name"] for place in found[:2]] == ["Saint-Dié-des-Vosges", "Dieppe"]


async def test_filters_together_mean_and(towns: httpx.AsyncClient) -> None:
    assert await codes(towns, "/v1/communes", "q=saint-louis") == ["68297", "97414"]
    assert await codes(towns, "/v1/communes", "q=saint-louis&region=44") == ["68297"]


@pytest.mark.parametrize("path", PAGES)
async def test_every_item_fits_the_contract(towns: httpx.AsyncClient, path: str) -> None:
    items = await traversed(towns, f"{path}?limit=200&include_total=true")
    page = await towns.get(f"{path}?limit=200&include_total=true")
    PAGES[path].model_validate_json(page.content, strict=True)
    assert page.json()["total"] == SIZES[path] == len(items)
    origin = page.json()["completeness"][0]
    assert origin["table"] == path.removeprefix("/v1/")
    assert {item["vintage"] for item in items} == {origin["vintage"]}
    assert origin["vintage"].endswith("2026")


@pytest.mark.parametrize(
    ("path", "sort"),
    [
        (path, sort)
        for path in PAGES
        for sort in (None, KEYS[path], f"-{KEYS[path]}", "name", "-name", "population")
        if sort != "population" or path in {"/v1/communes", "/v1/epcis"}
    ],
)
async def test_a_traversal_gives_each_row_once_in_order(
    towns: httpx.AsyncClient, path: str, sort: str | None
) -> None:
    order = f"&sort={sort}" if sort else ""
    items = await traversed(towns, f"{path}?limit=37{order}")
    found = [item[KEYS[path]] for item in items]
    assert len(found) == len(set(found)) == SIZES[path]
    if sort is None or sort.endswith(KEYS[path]):
        assert found == sorted(found, reverse=bool(sort and sort.startswith("-")))
    if sort == "population":
        counts = [inhabitants(item) for item in items]
        assert counts == sorted(counts)


def inhabitants(item: dict[str, Any]) -> int:
    known = item["population"]
    return int(known["inhabitants"] if isinstance(known, dict) else known)


async def test_accents_do_not_change_where_a_name_sorts(towns: httpx.AsyncClient) -> None:
    found = await traversed(towns, "/v1/departments?sort=name")
    names = [item["name"] for item in found]
    there = names.index("Côte-d'Or")
    assert names[there : there + 3] == ["Côte-d'Or", "Côtes-d'Armor", "Creuse"]


async def test_the_best_match_comes_first(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/departments?q=loire&fields=name")
    names = [item["name"] for item in answer.json()["items"]]
    assert names[:2] == ["Loire", "Loire-Atlantique"]
    assert "Haute-Loire" in names[2:]


async def test_a_commune_shows_all_that_is_known(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/communes/51108")
    Commune.model_validate_json(answer.content, strict=True)
    assert answer.content == orjson.dumps(answer.json()), "not a byte more than needed"
    assert answer.json() == {
        "insee_code": "51108",
        "name": "Châlons-en-Champagne",
        "department": {"code": "51", "name": "Marne"},
        "region": {"code": "44", "name": "Grand Est"},
        "arrondissement_code": "511",
        "siren": "215101015",
        "epci": {"siren": "200066876", "name": "CA de Châlons-en-Champagne", "type": "CA"},
        "postal_codes": ["51000"],
        "population": {"reference_year": 2023, "inhabitants": 42971},
        "place": {"lon": 4.3783, "lat": 48.9644, "source": "anct"},
        "acv_id": "acv-051",
        "vintage": "COG 2026",
        "links": {"self": "/v1/communes/51108", "town": "/v1/towns/acv-051"},
    }


async def test_what_is_unknown_of_a_commune_is_null(towns: httpx.AsyncClient) -> None:
    shown = (await towns.get("/v1/communes/68297")).json()
    assert (shown["place"], shown["acv_id"], shown["links"]["town"]) == (None, None, None)


@pytest.mark.parametrize(
    ("path", "model", "expected"),
    [
        (
            "/v1/epcis/200066876",
            Epci,
            {"name": "CA de Châlons-en-Champagne", "members_count": 45, "department_code": "51"},
        ),
        ("/v1/departments/2B", Department, {"name": "Haute-Corse", "chief_town_insee": "2B033"}),
        ("/v1/regions/04", Region, {"name": "La Réunion", "zone": "drom"}),
    ],
)
async def test_a_place_is_shown_by_its_official_code(
    towns: httpx.AsyncClient, path: str, model: type[BaseModel], expected: dict[str, object]
) -> None:
    answer = await towns.get(path)
    model.model_validate_json(answer.content, strict=True)
    assert answer.json().items() >= expected.items()
    assert answer.json()["links"] == {"self": path}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/communes/51999", "commune-not-found"),
        ("/v1/epcis/356000000", "epci-not-found"),
        ("/v1/departments/988", "department-not-found"),
        ("/v1/regions/99", "region-not-found"),
        ("/v1/communes/5110", "commune-not-found"),
        ("/v1/epcis/200066875", "epci-not-found"),
    ],
)
async def test_a_code_that_we_do_not_hold_is_not_found(
    towns: httpx.AsyncClient, path: str, code: str
) -> None:
    answer = await towns.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)


@pytest.mark.parametrize("path", [*PAGES, "/v1/communes/51108", "/v1/regions/44"])
async def test_official_facts_may_be_kept_for_an_hour(towns: httpx.AsyncClient, path: str) -> None:
    assert (await towns.get(path)).headers["cache-control"] == "public, max-age=3600"


async def test_the_tag_of_a_place_is_that_of_its_bytes(towns: httpx.AsyncClient) -> None:
    first = await towns.get("/v1/communes/51108")
    again = await towns.get("/v1/communes/51108", headers={"If-None-Match": first.headers["etag"]})
    other = await towns.get("/v1/communes/68297", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("typed", "meant"), [("regoin", "region"), ("limt", "limit")])
async def test_an_unknown_parameter_names_the_nearest(
    towns: httpx.AsyncClient, path: str, typed: str, meant: str
) -> None:
    answer = await towns.get(f"{path}?{typed}=44")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown-parameter")
    assert f"« {meant} »" in answer.json()["detail"]


@pytest.mark.parametrize("path", PAGES)
async def test_sorting_by_relevance_needs_words(towns: httpx.AsyncClient, path: str) -> None:
    answer = await towns.get(f"{path}?sort=relevance")
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == ["q"]


@pytest.mark.parametrize("path", PAGES)
async def test_tables_hold_every_row(towns: httpx.AsyncClient, path: str) -> None:
    answer = await towns.get(f"{path}?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len({row[KEYS[path]] for row in rows}) == len(rows) == SIZES[path]
    lines = (await towns.get(f"{path}?format=ndjson")).text.splitlines()
    assert len(lines) == SIZES[path]


async def test_communes_are_points_where_the_place_is_known(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/communes", headers={"Accept": "application/geo+json"})
    features = {feature["id"]: feature for feature in answer.json()["features"]}
    assert len(features) == SIZES["/v1/communes"]
    assert features["97414"]["geometry"]["coordinates"] == [55.41124, -21.28585]
    assert features["68297"]["geometry"] is None


@pytest.mark.parametrize("path", ["/v1/epcis", "/v1/departments", "/v1/regions"])
async def test_a_list_without_places_is_not_drawn(towns: httpx.AsyncClient, path: str) -> None:
    answer = await towns.get(f"{path}?format=geojson")
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == ["format"]
