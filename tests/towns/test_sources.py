"""Whoever shows our facts again can name their sources, licences and holes."""

import csv
import io

import httpx
import pytest

from services.towns.catalogue.store import SHOWN
from services.towns.reference.manifest import shipped
from services.towns.sources.contract import SourceList


async def test_every_table_tells_its_source_licence_and_holes(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/sources/towns")
    sources = {item.table: item for item in SourceList.model_validate_json(answer.content).items}
    assert sources.keys() == {entry.name for entry in shipped()}
    assert "55" in sources["selected_towns"].note.en
    assert "GeoNames" in str(sources["communes"].attribution)
    assert (sources["regions"].scope, sources["communes"].scope) == ("complete", "partial")


async def test_a_page_of_towns_names_every_table_that_it_shows(towns: httpx.AsyncClient) -> None:
    page = (await towns.get("/v1/towns?limit=1")).json()
    assert [entry["table"] for entry in page["completeness"]] == list(SHOWN)
    assert page["sources"] == page["items"][0]["links"]["sources"] == "/v1/sources/towns"
    for entry in shipped():
        if entry.name in SHOWN and entry.attribution is not None:
            assert any(named.startswith(entry.attribution) for named in page["attribution"])


async def test_a_page_of_communes_names_its_neighbours_too(towns: httpx.AsyncClient) -> None:
    page = (await towns.get("/v1/communes?limit=1")).json()
    tables = [entry["table"] for entry in page["completeness"]]
    assert tables == ["communes", "departments", "regions", "epcis"]
    assert len(page["attribution"]) == 1


@pytest.mark.parametrize("form", ["csv", "ndjson", "xlsx", "geojson"])
async def test_a_file_says_where_its_licence_is(towns: httpx.AsyncClient, form: str) -> None:
    answer = await towns.get(f"/v1/towns?format={form}&acv_id=acv-051")
    assert answer.headers["link"] == '</v1/sources/towns>; rel="describedby license"'


async def test_a_selection_of_an_unknown_wave_is_not_no_selection(
    towns: httpx.AsyncClient,
) -> None:
    answer = await towns.get("/v1/towns?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    unknown = [row for row in rows if row["selections_count"] != "0" and not row["waves"]]
    page = (await towns.get("/v1/towns?limit=200")).json()["items"]
    assert {row["acv_id"] for row in unknown} >= {
        town["acv_id"]
        for town in page
        if town["act_selections"] and not any(one["wave"] for one in town["act_selections"])
    }
    assert {row["selections_count"] for row in rows} > {"0"}


async def test_a_table_of_towns_reads_without_the_codes(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/towns?format=csv&acv_id=acv-051&acv_id=acv-233")
    chalons, annemasse = csv.DictReader(io.StringIO(answer.text))
    assert (chalons["region_name"], chalons["population_year"]) == ("Grand Est", "2023")
    assert chalons["convention_signed_on"] == "2018-06-08"
    assert (chalons["member_from"], chalons["attested_from"]) == ("2018-03-27", "2018-03-27")
    assert (annemasse["member_from"], annemasse["attested_from"]) == ("", "2024-09-09")
    assert (annemasse["member_until"], annemasse["gone_by"]) == ("", "")


async def test_chosen_fields_are_as_compact_as_all_of_them(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/towns?fields=acv_id,region,population&acv_id=acv-051")
    assert answer.text.startswith(
        '{"items":[{"acv_id":"acv-051","region":{"code":"44","name":"Grand Est"},'
        '"population":{"reference_year":2023,"inhabitants":42971}}],'
    )
