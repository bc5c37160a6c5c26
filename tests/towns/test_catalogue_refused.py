"""What the list of towns refuses: each bad parameter is named."""

import httpx
import pytest


@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        ("regio=44", 400, "regio"),
        ("limit=201", 422, "limit"),
        ("limit=0", 422, "limit"),
        ("limit=-1", 422, "limit"),
        ("limit=9223372036854775808", 422, "limit"),
        ("limit=2&limit=3", 422, "limit"),
        ("region=Grand-Est", 422, "region"),
        ("bbox=5,48,3,50", 422, "bbox"),
        ("bbox=1,2,3", 422, "bbox"),
        ("near=200,0", 422, "near"),
        ("near=nan,nan", 422, "near"),
        ("radius_km=5", 422, "near"),
        ("near=4,49&radius_km=inf", 422, "radius_km"),
        ("sort=distance", 422, "near"),
        ("sort=relevance", 422, "q"),
        ("sort=colour", 422, "sort"),
        ("as_of=1577836800", 422, "as_of"),
        ("as_of=2020-13-01", 422, "as_of"),
        ("updated_since=2020-01-01T00:00:00", 422, "updated_since"),
        ("updated_since=0", 422, "updated_since"),
        ("updated_since=9999-12-31T23:59:59-12:00", 422, "updated_since"),
        ("updated_since=0001-01-01T00:00:00%2B12:00", 422, "updated_since"),
        ("q=%00", 422, "q"),
        ("q=---", 422, "q"),
        ("fields=colour", 422, "fields"),
        ("population_gte=1e400", 422, "population_gte"),
        ("q=%ff", 400, None),
    ],
)
async def test_a_bad_parameter_is_named(
    towns: httpx.AsyncClient, query: str, status: int, parameter: str | None
) -> None:
    answer = await towns.get(f"/v1/towns?{query}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    named = [error.get("parameter") for error in answer.json()["errors"]]
    assert named == ([parameter] if parameter else [])


async def test_the_nearest_parameter_is_suggested(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/towns?departement=51", headers={"Accept-Language": "en"})
    assert "'department'" in answer.json()["detail"]
