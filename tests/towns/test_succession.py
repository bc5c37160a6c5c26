"""A code of the past answers with its successors, and partners record what changes next."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from services.towns.succession.contract import Fate, SuccessionIn, SuccessionPage
from tests.callers import caller
from tests.towns.asking import Towns, fault

DIRECTORATE = caller("acv_directorate", "territories:write")
BODY: dict[str, Any] = SuccessionIn.model_json_schema()["examples"][0]


async def test_a_code_of_the_past_names_its_successor(towns: httpx.AsyncClient) -> None:
    """Courcouronnes became a part of Évry-Courcouronnes on the first day of 2019."""
    gone = await towns.get("/v1/communes/91182")

    assert fault(gone) == (410, "code-succeeded")
    assert gone.json()["resolved_from"] == "91182"
    assert gone.json()["successors"] == [
        {"code": "91228", "href": "/v1/communes/91228", "share": "1"}
    ]
    as_town = await towns.get("/v1/towns/91182")
    assert as_town.json()["successors"][0]["href"] == "/v1/towns/91228"
    assert (await towns.get("/v1/towns/91228")).status_code == 200


async def test_a_code_that_nobody_ever_had_is_not_found(towns: httpx.AsyncClient) -> None:
    for path in ("/v1/communes/99999", "/v1/towns/99999", "/v1/epcis/999999999"):
        assert (await towns.get(path)).status_code in {404, 422}, path
    assert fault(await towns.get("/v1/communes/01001")) == (404, "commune-not-found")
    assert fault(await towns.get("/v1/epcis/200000172")) == (404, "epci-not-found")


async def test_a_chain_is_followed_to_its_end_on_the_day_that_is_asked(
    towns: httpx.AsyncClient,
) -> None:
    """La Lande-Vaumont went into Saint-Germain in 1973, and that into Vire Normandie in 2016."""
    path = "/v1/successions/commune/14351"
    now = Fate.model_validate_json((await towns.get(path)).content)
    before = (await towns.get(f"{path}?as_of=2000-01-01")).json()
    long_ago = (await towns.get(f"{path}?as_of=1950-01-01")).json()

    assert (now.living, [heir.code for heir in now.successors]) == (False, ["14762"])
    assert [heir["code"] for heir in before["successors"]] == ["14584"]
    assert long_ago["successors"] == []
    assert "14584" in (await towns.get("/v1/successions/commune/14762")).json()["predecessors"]


async def test_a_code_of_the_past_is_resolved_to_what_it_became(towns: httpx.AsyncClient) -> None:
    answer = (await towns.get("/v1/resolve?code=91182")).json()

    (found,) = answer["items"]
    assert (found["code"], found["resolved_from"]) == ("91228", "91182")
    assert (found["confidence"], found["reason"]["code"]) == ("1.00", "successor")
    living = (await towns.get("/v1/resolve?code=91228")).json()["items"]
    assert [one["resolved_from"] for one in living] == [None]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("code=91182", 2),
        ("kind=epci", 0),
        ("reason=delegated&code=14762", 7),
        ("effective_on_gte=2019-01-01&effective_on_lte=2019-01-01&code=91228", 1),
        ("sort=-effective_on&code=91182", 2),
    ],
)
async def test_successions_are_listed_and_filtered(
    towns: httpx.AsyncClient, query: str, found: int
) -> None:
    page = await towns.get(f"/v1/successions?{query}")

    assert len(SuccessionPage.model_validate_json(page.content).items) == found
    assert page.json()["completeness"][0]["table"] == "commune_successions"


@pytest.mark.parametrize("sort", ["predecessor_code", "-effective_on"])
async def test_every_succession_is_on_one_page_or_another(
    towns: httpx.AsyncClient, sort: str
) -> None:
    found: list[tuple[str, str]] = []
    following = f"/v1/successions?limit=20&sort={sort}"
    while following:
        page = (await towns.get(following)).json()
        found += [(one["predecessor_code"], one["successor_code"]) for one in page["items"]]
        following = page.get("next", "")

    assert len(found) == len(set(found)) == 157


async def test_what_a_partner_records_is_followed_and_told(desk: Towns) -> None:
    made = await desk.ask("POST", "/v1/successions", DIRECTORATE, json=BODY)
    told = await desk.heard(None, "communes/51108", count=1)
    fate = (await desk.ask("GET", "/v1/successions/commune/51108", None)).json()
    listed = (await desk.ask("GET", "/v1/successions?code=51108", None)).json()["items"]

    assert made.status_code == 201, made.text
    assert made.json()["edges_count"] == 1
    assert told[0]["type"] == "fr.acdt.towns.territory.succeeded.v1"
    assert told[0]["successor"] == "51230"
    assert fate["successors"] == [{"code": "51230", "href": "/v1/communes/51230", "share": "1"}]
    assert listed[-1]["act_id"] == made.json()["act_id"]


async def test_a_split_keeps_the_part_that_stays(desk: Towns) -> None:
    edges = [
        {"predecessor_code": "51108", "successor_code": "51108", "share": "0.75"},
        {"predecessor_code": "51108", "successor_code": "51230", "share": "0.25"},
    ]
    change = BODY | {"reason": "split", "edges": edges}
    await desk.ask("POST", "/v1/successions", DIRECTORATE, json=change)
    fate = (await desk.ask("GET", "/v1/successions/commune/51108", None)).json()

    assert {heir["code"]: heir["share"] for heir in fate["successors"]} == {
        "51108": "0.75",
        "51230": "0.25",
    }


async def test_refused_changes_change_nothing(desk: Towns) -> None:
    unknown = [{"predecessor_code": "51108", "successor_code": "01001", "share": "1"}]
    past = [{"predecessor_code": "01001", "successor_code": "51108", "share": "1"}]
    torn = [{"predecessor_code": "51108", "successor_code": "51230", "share": "0.5"}]
    found = [
        fault(await desk.ask("POST", "/v1/successions", DIRECTORATE, json=BODY | {"edges": edges}))
        for edges in (unknown, past, torn)
    ]

    assert found == [
        (422, "unknown-successor"),
        (422, "predecessor-unknown"),
        (422, "shares-not-whole"),
    ]
    assert await desk.told(None, "communes/") == []


async def test_the_same_change_is_recorded_once_however_many_ask(desk: Towns) -> None:
    answers = await asyncio.gather(
        *(desk.ask("POST", "/v1/successions", DIRECTORATE, json=BODY) for _ in range(4))
    )

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert fault(refused) == (409, "already-recorded")


async def test_two_changes_at_once_never_make_a_loop(desk: Towns) -> None:
    back = [{"predecessor_code": "51230", "successor_code": "51108", "share": "1"}]
    answers = await asyncio.gather(
        desk.ask("POST", "/v1/successions", DIRECTORATE, json=BODY),
        desk.ask("POST", "/v1/successions", DIRECTORATE, json=BODY | {"edges": back}),
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert fault(refused) == (409, "succession-loop")


async def test_a_record_is_kept_beside_official_history(desk: Towns, fresh_url: str) -> None:
    await desk.ask("POST", "/v1/successions", DIRECTORATE, json=BODY)
    connection = await asyncpg.connect(fresh_url)
    try:
        counts = [
            await connection.fetchval("SELECT count(*) FROM towns.commune_succession"),
            await connection.fetchval("SELECT count(*) FROM towns.recorded_succession"),
        ]
    finally:
        await connection.close()
    assert counts == [157, 1]


async def test_only_the_programme_directorate_records(desk: Towns) -> None:
    town = caller("commune", "needs:write", town="acv-051")
    assert (await desk.ask("POST", "/v1/successions", None, json=BODY)).status_code == 401
    assert (await desk.ask("POST", "/v1/successions", town, json=BODY)).status_code == 403
