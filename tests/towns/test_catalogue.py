"""The catalogue of towns over HTTP, on the real facts."""

from typing import Any

import httpx
import orjson
import pytest

from services.towns.catalogue.contract import Town, TownPage
from services.towns.catalogue.queries import TownQuery

TOWNS_OF_2018, TOWNS_OF_2023 = 222, 11


async def names(towns: httpx.AsyncClient, query: str) -> list[str]:
    answer = await towns.get(f"/v1/towns?{query}")
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


async def everything(towns: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    """Follow `next` to the end."""
    items: list[dict[str, Any]] = []
    following: str | None = path
    while following is not None:
        page = (await towns.get(following)).json()
        items += page["items"]
        following = page.get("next")
    return items


async def total(towns: httpx.AsyncClient, query: str) -> int:
    answer = await towns.get(f"/v1/towns?{query}&include_total=true&limit=1")
    count: int = answer.json()["total"]
    return count


async def test_a_town_is_found_by_its_identifier_or_the_code_of_any_commune(
    towns: httpx.AsyncClient,
) -> None:
    by_id = await towns.get("/v1/towns/acv-104")
    la_fleche, sable = await towns.get("/v1/towns/72154"), await towns.get("/v1/towns/72264")
    assert by_id.status_code == 200
    assert by_id.content == la_fleche.content == sable.content
    assert [commune["name"] for commune in by_id.json()["communes"]] == [
        "La Flèche",
        "Sablé-sur-Sarthe",
    ]
    assert sable.headers["content-location"] == "/v1/towns/acv-104"
    assert "content-location" not in by_id.headers


async def test_the_list_holds_every_town_ever_in_the_programme(towns: httpx.AsyncClient) -> None:
    listed = await everything(towns, "/v1/towns?limit=50")
    assert len(listed) == TOWNS_OF_2018 + TOWNS_OF_2023
    assert await total(towns, "cohort=2018") == TOWNS_OF_2018
    assert await total(towns, "cohort=2023") == TOWNS_OF_2023
    assert await names(towns, "status=left") == ["Rambouillet", "Vallauris"]


@pytest.mark.parametrize(
    "sort", ["acv_id", "-acv_id", "name", "-name", "population", "-updated_at"]
)
async def test_a_traversal_gives_each_town_once_in_any_order(
    towns: httpx.AsyncClient, sort: str
) -> None:
    listed = await everything(towns, f"/v1/towns?limit=40&sort={sort}")
    ids = [item["acv_id"] for item in listed]
    assert len(ids) == len(set(ids)) == TOWNS_OF_2018 + TOWNS_OF_2023
    if sort == "-acv_id":
        assert ids == sorted(ids, reverse=True)
    if sort == "population":
        counts = [item["population"]["inhabitants"] for item in listed if item["population"]]
        assert counts == sorted(counts)


async def test_every_body_keeps_what_the_contract_promises(towns: httpx.AsyncClient) -> None:
    for item in await everything(towns, "/v1/towns?limit=200"):
        Town.model_validate_json(orjson.dumps(item), strict=True)
    page = await towns.get("/v1/towns?region=44&limit=2&include_total=true")
    TownPage.model_validate_json(page.content, strict=True)
    near = await towns.get("/v1/towns?near=4.03,49.25")
    TownPage.model_validate_json(near.content, strict=True)
    one = await towns.get("/v1/towns/acv-163")
    assert Town.model_validate_json(one.content, strict=True).convention is None


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("saint-die", "Saint-Dié-des-Vosges"),
        ("st die", "Saint-Dié-des-Vosges"),
        ("SAINT-DIÉ", "Saint-Dié-des-Vosges"),
        ("die saint", "Saint-Dié-des-Vosges"),
        ("chalons en ch", "Châlons-en-Champagne"),
        ("epinal", "Épinal"),
        ("sable", "La Flèche - Sablé-sur-Sarthe"),
        ("L'Isle", None),
        ("zzz", None),
    ],
)
async def test_a_search_forgives_case_accents_hyphens_and_abbreviations(
    towns: httpx.AsyncClient, typed: str, found: str | None
) -> None:
    listed = await names(towns, str(httpx.QueryParams(q=typed)))
    assert next(iter(listed), None) == found


async def test_the_best_match_of_a_search_comes_first(towns: httpx.AsyncClient) -> None:
    assert (await names(towns, "q=valence"))[0] == "Valence"
    listed = await names(towns, "q=l")
    starting = [name for name in listed if name.startswith("L")]
    assert listed[: len(starting)] == starting


async def test_the_nearest_town_comes_first_with_its_distance(towns: httpx.AsyncClient) -> None:
    page = (await towns.get("/v1/towns?near=4.03,49.25&radius_km=80")).json()
    distances = [item["distance_km"] for item in page["items"]]
    assert page["items"][0]["name"] == "Épernay"
    assert distances == sorted(distances)
    assert 20 < distances[0] < 30
    assert distances[-1] <= 80
    plain = (await towns.get("/v1/towns?limit=1")).json()
    assert plain["items"][0]["distance_km"] is None


async def test_a_circle_around_the_pacific_edge_still_finds_what_is_inside(
    towns: httpx.AsyncClient,
) -> None:
    assert await total(towns, "near=179.9,-17.0&radius_km=20100") == 233
    assert await names(towns, "near=55.5,-21.1&radius_km=60&status=active&limit=1") != []


async def test_a_box_holds_only_the_towns_inside(towns: httpx.AsyncClient) -> None:
    items = await everything(towns, "/v1/towns?bbox=3,48,5,50")
    assert {"acv-051", "acv-053"} <= {item["acv_id"] for item in items}
    assert all(
        3 <= item["place"]["lon"] <= 5 and 48 <= item["place"]["lat"] <= 50 for item in items
    )


async def test_membership_is_asked_for_a_day(towns: httpx.AsyncClient) -> None:
    assert await total(towns, "as_of=2018-03-26") == 0
    assert await total(towns, "as_of=2018-03-27") == TOWNS_OF_2018
    now = {
        item["acv_id"] for item in await everything(towns, "/v1/towns?as_of=2026-01-01&limit=200")
    }
    assert {"acv-163", "acv-209"}.isdisjoint(now)


FILTERS = [
    "acv_id=acv-051",
    "insee_code=72264",
    "region=44",
    "department=2A",
    "epci=200066876",
    "status=left",
    "phase=acv2",
    "cohort=2023",
    "wave=1",
    "q=chalons",
    "bbox=3,48,5,50",
    "near=4.03,49.25",
    "population_gte=60000",
    "population_lte=9000",
    "updated_since=2999-01-01T00:00:00Z",
    "as_of=2018-03-26",
]


@pytest.mark.parametrize("query", FILTERS)
async def test_every_filter_changes_the_result(towns: httpx.AsyncClient, query: str) -> None:
    assert await total(towns, query) < TOWNS_OF_2018 + TOWNS_OF_2023


def test_no_filter_is_left_untested() -> None:
    tested = {query.partition("=")[0] for query in FILTERS}
    paging = {"limit", "cursor", "sort", "fields", "format", "separator", "bom", "include_total"}
    assert tested == TownQuery.model_fields.keys() - paging - {"radius_km"}


async def test_a_repeated_filter_means_or(towns: httpx.AsyncClient) -> None:
    both = await total(towns, "region=94&region=02")
    assert both == await total(towns, "region=94") + await total(towns, "region=02")


async def test_two_filters_mean_and(towns: httpx.AsyncClient) -> None:
    assert await names(towns, "region=44&q=chalons") == ["Châlons-en-Champagne"]


async def test_an_unknown_town_is_not_found(towns: httpx.AsyncClient) -> None:
    for code in ("acv-999", "75056", "x", "51108%00", "..%2f"):
        answer = await towns.get(f"/v1/towns/{code}")
        assert answer.status_code == 404, code
    assert (await towns.get("/v1/towns/acv-999")).json()["code"] == "town-not-found"


async def test_a_town_is_not_sent_twice(towns: httpx.AsyncClient) -> None:
    first = await towns.get("/v1/towns/51108")
    again = await towns.get("/v1/towns/51108", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]


async def test_a_cursor_works_only_for_the_query_it_was_made_for(towns: httpx.AsyncClient) -> None:
    page = (await towns.get("/v1/towns?region=44&limit=2")).json()
    cursor = page["next"].partition("cursor=")[2]
    for query in ("region=32", "region=44&sort=name", "status=active"):
        answer = await towns.get(f"/v1/towns?{query}&limit=2&cursor={cursor}")
        assert answer.json()["code"] == "invalid-cursor"
    larger = await towns.get(f"/v1/towns?region=44&limit=3&cursor={cursor}")
    assert larger.status_code == 200


async def test_chosen_fields_come_alone_as_partial_items(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/towns?fields=name,population&limit=2")
    assert answer.headers["content-type"] == "application/vnd.acdt.partial+json"
    assert [set(item) for item in answer.json()["items"]] == [{"name", "population"}] * 2


async def test_the_answer_says_what_is_known_to_be_missing(towns: httpx.AsyncClient) -> None:
    page = (await towns.get("/v1/towns?limit=1")).json()
    said = {entry["table"]: entry for entry in page["completeness"]}
    assert said["selected_towns"]["scope"] == "partial"
    assert said["memberships"]["confidence"] == "medium"
    assert said["populations"]["vintage"] == "2023"
    assert any("GeoNames" in text and "CC BY 4.0" in text for text in page["attribution"])
    assert len(orjson.dumps([page["completeness"], page["attribution"]])) < 1_200


async def test_a_head_has_the_headers_and_no_body(towns: httpx.AsyncClient) -> None:
    got = await towns.get("/v1/towns/51108")
    head = await towns.head("/v1/towns/51108")
    assert head.status_code == 200
    assert head.headers["etag"] == got.headers["etag"]
    export = await towns.head("/v1/towns?format=csv")
    assert export.headers["content-type"].startswith("text/csv")


async def test_repeated_header_lines_are_read_together(towns: httpx.AsyncClient) -> None:
    tag = (await towns.get("/v1/towns/51108")).headers["etag"]
    twice = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert (await towns.get("/v1/towns/51108", headers=twice)).status_code == 304


async def test_the_next_link_is_well_formed_whatever_was_typed(towns: httpx.AsyncClient) -> None:
    answer = await towns.get('/v1/towns?limit=1&%71=s">')
    link = answer.headers["link"]
    assert link.count("<") == link.count(">") == 1
    again = await towns.get(answer.json()["next"])
    assert again.status_code == 200
    assert again.json()["items"] != answer.json()["items"]


async def test_other_methods_are_told_which_ones_exist(towns: httpx.AsyncClient) -> None:
    answer = await towns.post("/v1/towns", json={})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("typed", ["saint", "l", "s", "la", "ch", "saint d"])
async def test_a_search_pages_through_its_ranks_without_loss(
    towns: httpx.AsyncClient, typed: str
) -> None:
    whole = [item["acv_id"] for item in await everything(towns, f"/v1/towns?q={typed}&limit=200")]
    paged = [item["acv_id"] for item in await everything(towns, f"/v1/towns?q={typed}&limit=1")]
    by_id = [item["acv_id"] for item in await everything(towns, f"/v1/towns?q={typed}&sort=acv_id")]
    exported = await towns.get(f"/v1/towns?q={typed}&format=ndjson&fields=acv_id")
    assert paged == whole
    assert sorted(whole) == by_id
    assert await total(towns, f"q={typed}") == len(whole)
    assert [orjson.loads(line)["acv_id"] for line in exported.text.splitlines()] == whole


async def test_a_whole_word_comes_before_the_beginning_of_another(
    towns: httpx.AsyncClient,
) -> None:
    assert (await names(towns, "q=die"))[:2] == ["Saint-Dié-des-Vosges", "Dieppe"]
