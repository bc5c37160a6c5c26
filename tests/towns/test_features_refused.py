"""What OGC API Features refuses, with the statuses that OGC asks for."""

import httpx
import pytest

PUBLIC = "http://127.0.0.1:8000"
ITEMS = "/ogc/collections/towns/items"


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=ten",
        "limit=",
        "bbox=1,2,3",
        "bbox=1,2,3,4,5",
        "bbox=0,50,1,40",
        "bbox=a,b,c,d",
        "bbox=nan,0,1,1",
        "bbox=0,0,1,inf",
        "datetime=yesterday",
        "datetime=2018-02-30T00:00:00Z",
        "datetime=2018-01-01T00:00:00",
        "datetime=0000-01-01T00:00:00Z",
        "datetime=0001-01-01T00:00:00%2B23:00",
        "datetime=../..",
        "datetime=/",
        "datetime=2020-01-01T00:00:00Z/2019-01-01T00:00:00Z",
        "region=%00",
        "region=nowhere",
        "status=ACTIVE",
        "limit=5&limit=6",
    ],
)
async def test_a_value_that_breaks_the_contract_is_a_bad_request(
    towns: httpx.AsyncClient, query: str
) -> None:
    answer = await towns.get(f"{ITEMS}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-parameter"), answer.text
    assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]


@pytest.mark.parametrize(
    "path", ["/ogc", "/ogc/", "/ogc/api", "/ogc/conformance", "/ogc/collections", ITEMS]
)
async def test_an_unknown_parameter_is_refused(towns: httpx.AsyncClient, path: str) -> None:
    answer = await towns.get(f"{path}?bbox-crs=EPSG:2154")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown-parameter")


@pytest.mark.parametrize(
    "path",
    [
        "/ogc/collections/villes",
        "/ogc/collections/towns/",
        f"{ITEMS}/acv-999",
        f"{ITEMS}/51108",
        f"{ITEMS}/%00",
        "/ogc/nothing",
    ],
)
async def test_what_does_not_exist_is_not_found(towns: httpx.AsyncClient, path: str) -> None:
    assert (await towns.get(path)).status_code == 404


async def test_a_cursor_made_for_other_filters_is_refused(towns: httpx.AsyncClient) -> None:
    page = await towns.get(ITEMS, params={"limit": 1})
    following = page.links["next"]["url"].removeprefix(PUBLIC)
    answer = await towns.get(f"{following}&region=44")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-cursor")
