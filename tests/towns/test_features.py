"""OGC API Features over HTTP, on the real facts."""

from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel

from services.towns.features.contract import (
    FeatureShape,
    FeaturesOfTowns,
    LinkedTownFeature,
    OgcApiDefinition,
    OgcCollection,
    OgcCollections,
    OgcConformance,
    OgcLanding,
)

PUBLIC = "http://127.0.0.1:8000"
ITEMS = "/ogc/collections/towns/items"


async def ids(towns: httpx.AsyncClient, **asked: Any) -> list[str]:
    """Return the features found, after a look at the counts of the page."""
    answer = await towns.get(ITEMS, params={"limit": 1000, **asked})
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["numberMatched"] == page["numberReturned"] == len(page["features"])
    return [town["id"] for town in page["features"]]


@pytest.mark.parametrize(
    ("path", "model", "media"),
    [
        ("/ogc", OgcLanding, "application/json"),
        ("/ogc/", OgcLanding, "application/json"),
        ("/ogc/conformance", OgcConformance, "application/json"),
        ("/ogc/collections", OgcCollections, "application/json"),
        ("/ogc/collections/towns", OgcCollection, "application/json"),
        ("/ogc/collections/towns/items", FeaturesOfTowns, "application/geo+json"),
        ("/ogc/collections/towns/items?limit=10000", FeaturesOfTowns, "application/geo+json"),
        ("/ogc/collections/towns/items/acv-051", LinkedTownFeature, "application/geo+json"),
        ("/ogc/collections/towns/schema", FeatureShape, "application/schema+json"),
        ("/ogc/api", OgcApiDefinition, "application/vnd.oai.openapi+json;version=3.0"),
    ],
)
async def test_each_document_is_what_its_contract_says(
    towns: httpx.AsyncClient, path: str, model: type[BaseModel], media: str
) -> None:
    answer = await towns.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == media
    model.model_validate_json(answer.content)


async def test_every_link_is_absolute_and_leads_somewhere(towns: httpx.AsyncClient) -> None:
    documents = ["/ogc", "/ogc/collections", "/ogc/collections/towns", ITEMS, f"{ITEMS}/acv-001"]
    for path in documents:
        document = (await towns.get(path, headers={"host": "evil.example"})).json()
        for link in document["links"]:
            assert link["href"].startswith(f"{PUBLIC}/"), link
            if link["rel"] == "service-doc":
                continue  # a page of the gateway
            found = await towns.get(link["href"].removeprefix(PUBLIC))
            assert found.status_code == 200, link
            assert found.headers["content-type"].partition("; charset")[0] == link["type"]


async def test_the_landing_page_leads_to_what_the_standard_wants(towns: httpx.AsyncClient) -> None:
    landing = (await towns.get("/ogc")).json()
    relations = {link["rel"] for link in landing["links"]}
    assert relations >= {"self", "service-desc", "service-doc", "conformance", "data"}
    assert "GeoNames" in landing["attribution"]
    declared = (await towns.get("/ogc/conformance")).json()["conformsTo"]
    assert [name.rsplit("/", 1)[1] for name in declared] == ["core", "oas30", "geojson"]


async def test_the_collection_tells_its_box_and_its_time(towns: httpx.AsyncClient) -> None:
    listed = (await towns.get("/ogc/collections")).json()["collections"]
    shown = (await towns.get("/ogc/collections/towns")).json()
    assert listed == [shown]
    (west, south, east, north), *others = shown["extent"]["spatial"]["bbox"]
    assert others == []
    assert -62 < west < -61
    assert -22 < south < -20
    assert 55 < east < 56
    assert 50 < north < 52
    assert shown["extent"]["temporal"]["interval"] == [["2018-03-27T00:00:00Z", None]]
    items = [link for link in shown["links"] if link["rel"] == "items"]
    assert [link["href"] for link in items] == [f"{PUBLIC}{ITEMS}"]


async def test_following_next_reads_every_town_once(towns: httpx.AsyncClient) -> None:
    path, seen, pages = f"{ITEMS}?limit=50", list[str](), 0
    while path:
        answer = await towns.get(path)
        page = answer.json()
        assert page["numberMatched"] == 233
        assert page["numberReturned"] == len(page["features"]) <= 50
        links = {link["rel"]: link["href"] for link in page["links"]}
        assert links["self"] == PUBLIC + path
        following = answer.links.get("next", {}).get("url", "")
        assert links.get("next", "") == following
        seen += [town["id"] for town in page["features"]]
        path, pages = following.removeprefix(PUBLIC), pages + 1
    assert (len(seen), len(set(seen)), pages) == (233, 233, 5)


async def test_ten_features_come_unless_more_are_asked_for(towns: httpx.AsyncClient) -> None:
    assert (await towns.get(ITEMS)).json()["numberReturned"] == 10


@pytest.mark.parametrize("limit", ["10001", "99999999999999999999"])
async def test_a_limit_above_the_longest_page_is_the_longest_page(
    towns: httpx.AsyncClient, limit: str
) -> None:
    assert len(await ids(towns, limit=limit)) == 233


async def test_overseas_towns_lie_in_their_true_place(towns: httpx.AsyncClient) -> None:
    reunion = await ids(towns, bbox="55,-22,56,-20")
    assert reunion == sorted(await ids(towns, region="04"))
    assert reunion
    mayotte = (await towns.get(ITEMS, params={"region": "06"})).json()["features"]
    for town in mayotte:
        lon, lat = town["geometry"]["coordinates"]
        assert 45 < lon < 46
        assert -13.1 < lat < -12.5


async def test_a_box_may_have_heights_or_cross_the_antimeridian(towns: httpx.AsyncClient) -> None:
    assert await ids(towns, bbox="55,-22,0,56,-20,4000") == await ids(towns, bbox="55,-22,56,-20")
    across = set(await ids(towns, bbox="50,-90,-60,90"))
    assert across == {
        *await ids(towns, bbox="50,-90,180,90"),
        *await ids(towns, bbox="-180,-90,-60,90"),
    }
    antilles_and_reunion = {
        town for code in ("01", "02", "04") for town in await ids(towns, region=code)
    }
    assert antilles_and_reunion == across


async def test_a_box_takes_the_digits_that_programs_print(towns: httpx.AsyncClient) -> None:
    assert await ids(towns, bbox="-5.14125560000000021,41.3,9.56,51.1249999999999999999")
    assert await ids(towns, bbox="-1e-5,-9e1,1.8e2,90")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2018-03-26T23:59:59Z", 0),
        ("2018-03-27T00:00:00Z", 222),
        ("2018-03-27", 222),
        ("../2018-03-26T00:00:00Z", 0),
        ("/2018-03-27T01:00:00.5+02:00", 0),
        ("../2018-12-31T00:00:00Z", 222),
        ("2018-01-01T00:00:00Z/2030-01-01T00:00:00Z", 233),
        ("2018-01-01T00:00:00Z/..", 233),
        ("2018-01-01T00:00:00Z/", 233),
    ],
)
async def test_a_time_finds_the_members_of_that_time(
    towns: httpx.AsyncClient, asked: str, expected: int
) -> None:
    assert len(await ids(towns, datetime=asked)) == expected


async def test_towns_that_left_are_not_found_after_they_left(towns: httpx.AsyncClient) -> None:
    left = set(await ids(towns, status="left"))
    assert left
    assert left & set(await ids(towns, datetime="2025-06-01T00:00:00Z/..")) == set()


@pytest.mark.parametrize(
    ("asked", "property_name", "value"),
    [
        ({"region": "44"}, "region", "44"),
        ({"department": "51"}, "department", "51"),
        ({"status": "active"}, "status", "active"),
        ({"phase": "acv1"}, "phase", "acv1"),
        ({"cohort": "2023"}, "cohort", 2023),
        ({"acv_id": "acv-051"}, "acv_id", "acv-051"),
        ({"insee_code": "51108"}, "insee_code", "51108"),
        ({"wave": "1"}, "wave", "1"),
    ],
)
async def test_a_filter_finds_the_towns_whose_property_has_the_value(
    towns: httpx.AsyncClient, asked: dict[str, str], property_name: str, value: object
) -> None:
    every = (await towns.get(ITEMS, params={"limit": 1000})).json()["features"]
    expected = [town["id"] for town in every if town["properties"][property_name] == value]
    assert expected
    assert await ids(towns, **asked) == expected


async def test_the_schema_names_the_type_of_each_property(towns: httpx.AsyncClient) -> None:
    schema = (await towns.get("/ogc/collections/towns/schema")).json()
    shown = schema["properties"]["properties"]["properties"]
    feature = (await towns.get(f"{ITEMS}/acv-051")).json()
    assert list(shown) == list(feature["properties"])
    assert {kind["type"] for kind in shown.values()} == {"string", "integer"}
    dates = {name for name, kind in shown.items() if kind.get("format") == "date"}
    assert dates == {
        *("member_from", "attested_from", "member_until", "gone_by", "convention_signed_on")
    }


async def test_a_feature_is_a_flat_row_that_says_what_the_town_says(
    towns: httpx.AsyncClient,
) -> None:
    feature = (await towns.get(f"{ITEMS}/acv-051")).json()
    town = (await towns.get("/v1/towns/acv-051")).json()
    assert feature["geometry"]["coordinates"] == [town["place"]["lon"], town["place"]["lat"]]
    assert feature["properties"] == {
        "acv_id": "acv-051",
        "name": town["name"],
        "insee_code": "51108",
        "status": town["status"],
        "phase": town["phase"],
        "cohort": town["cohort"],
        "region": town["region"]["code"],
        "region_name": town["region"]["name"],
        "department": town["departments"][0]["code"],
        "department_name": town["departments"][0]["name"],
        "epci": town["epcis"][0]["siren"],
        "epci_name": town["epcis"][0]["name"],
        "population": town["population"]["inhabitants"],
        "population_year": town["population"]["reference_year"],
        "member_from": town["member_from"],
        "attested_from": town["attested_from"],
        "member_until": town["member_until"],
        "gone_by": town["gone_by"],
        "convention_signed_on": town["convention"]["signed_on"],
        "wave": "|".join(str(chosen["wave"]) for chosen in town["act_selections"]) or None,
        "selections_count": len(town["act_selections"]),
        "url": f"{PUBLIC}/v1/towns/acv-051",
    }


@pytest.mark.parametrize(
    "path",
    [
        *("/ogc", "/ogc/", "/ogc/api", "/ogc/conformance", "/ogc/collections"),
        *("/ogc/collections/towns", "/ogc/collections/towns/schema", ITEMS, f"{ITEMS}/acv-051"),
    ],
)
async def test_the_form_that_clients_ask_for_by_habit_is_accepted(
    towns: httpx.AsyncClient, path: str
) -> None:
    assert (await towns.get(f"{path}?f=json")).status_code == 200
    assert (await towns.get(f"{path}?f=html")).status_code == 400


async def test_the_form_asked_for_stays_on_the_next_page(towns: httpx.AsyncClient) -> None:
    page = (await towns.get(f"{ITEMS}?f=json&limit=200")).json()
    (following,) = [link["href"] for link in page["links"] if link["rel"] == "next"]
    rest = (await towns.get(following.removeprefix(PUBLIC))).json()
    assert "f=json" in following
    assert page["numberReturned"] + rest["numberReturned"] == page["numberMatched"] == 233


async def test_a_town_of_two_communes_names_both(towns: httpx.AsyncClient) -> None:
    (code,) = await ids(towns, insee_code="97120")
    feature = (await towns.get(f"{ITEMS}/{code}")).json()
    assert set(feature["properties"]["insee_code"].split("|")) == {"97101", "97120"}


async def test_a_feature_that_has_not_changed_is_not_sent_again(towns: httpx.AsyncClient) -> None:
    first = await towns.get(f"{ITEMS}/acv-051")
    again = await towns.get(f"{ITEMS}/acv-051", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_definition_is_openapi_3_0_of_the_paths_below_the_server(
    towns: httpx.AsyncClient,
) -> None:
    document = (await towns.get("/ogc/api")).json()
    validate(document)
    assert document["servers"] == [{"url": f"{PUBLIC}/ogc"}]
    assert set(document["paths"]) == {
        "/",
        "/api",
        "/conformance",
        "/collections",
        "/collections/towns",
        "/collections/towns/schema",
        "/collections/towns/items",
        "/collections/towns/items/{feature_id}",
    }
    asked = document["paths"]["/collections/towns/items"]["get"]["parameters"]
    shapes = {parameter["name"]: parameter for parameter in asked}
    assert shapes["limit"]["schema"]["maximum"] == 10_000
    assert (shapes["bbox"]["explode"], shapes["bbox"]["schema"]["maxItems"]) == (False, 6)
