"""What if these ten: what sites at some places would change, for those who choose the places."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.identity import Principal
from services.towns.coverage.contract import Simulation
from tests.callers import caller
from tests.towns.asking import Towns, fault
from tests.towns.covering import ADCF, DIRECTORATE, PANEL_BODY, Holder, holding
from tests.towns.needing import declared

CHALONS, SEDAN, CHARLEVILLE, NICE = "51108", "08409", "08105", "06088"
ITS_TOWN, ITS_EPCI = "acv-051", "200066876"
NOTHING = "0198c0de-0000-7000-8000-00000000dead"


@pytest.fixture
async def held(fresh_url: str) -> AsyncIterator[Holder]:
    async with holding(fresh_url) as holder:
        yield holder


async def _asked(
    desk: Towns, call: UUID | str, *, by: Principal | None = DIRECTORATE, **body: Any
) -> httpx.Response:
    return await desk.ask("POST", f"/v1/calls/{call}/simulations", by, json=body)


async def _simulated(desk: Towns, call: UUID, **body: Any) -> dict[str, Any]:
    answer = await _asked(desk, call, **body)
    assert answer.status_code == 200, answer.text
    Simulation.model_validate_json(answer.content)
    found: dict[str, Any] = answer.json()
    return found


def _region(figures: dict[str, Any], code: str) -> dict[str, Any]:
    regions: list[dict[str, Any]] = figures["regions"]
    (found,) = [region for region in regions if region["region_code"] == code]
    return found


async def test_a_place_is_compared_before_and_after(desk: Towns, held: Holder) -> None:
    call = await held.call()
    await held.site(CHARLEVILLE)
    await declared(desk, volume_count=12)
    found = await _simulated(desk, call, acv_ids=[ITS_TOWN], radius_km=5)
    before, after = found["before"], found["after"]
    (candidate,) = found["candidates"]

    assert (before["sites_count"], after["sites_count"]) == (1, 2)
    assert after["covered_count"] - before["covered_count"] == found["gained_count"] > 0
    assert candidate["gained_count"] == found["gained_count"]
    assert (candidate["kind"], candidate["insee_code"]) == ("town", CHALONS)
    assert (_region(before, "44")["sites_count"], _region(after, "44")["sites_count"]) == (1, 2)
    assert before["needs"][0]["covered_volume_count"] == 0
    assert after["needs"][0]["covered_volume_count"] == 12
    lacking = [one["department_code"] for one in before["departments_without_site"]]
    lacking_after = [one["department_code"] for one in after["departments_without_site"]]
    assert set(lacking) - set(lacking_after) == {"51"}
    assert (found["call_id"], found["lost_count"]) == (str(call), 0)


async def test_before_is_what_coverage_shows_of_the_same_sites(desk: Towns, held: Holder) -> None:
    call = await held.call()
    await held.site(CHARLEVILLE)
    await held.site(SEDAN, status="announced")
    found = await _simulated(desk, call, acv_ids=[ITS_TOWN], site_statuses=["open"])
    shown = (await desk.ask("GET", "/v1/coverage?site_status=open", None)).json()
    assert found["before"] == shown["figures"]
    expected = await _simulated(desk, call, acv_ids=[ITS_TOWN])
    assert expected["before"]["sites_count"] == 2


async def test_places_of_every_kind_and_twice_the_same_make_one_site(
    desk: Towns, held: Holder
) -> None:
    call = await held.call()
    bid = str(await held.bid(call, place=CHALONS))
    found = await _simulated(
        desk,
        call,
        application_ids=[bid, bid],
        acv_ids=[ITS_TOWN],
        insee_codes=[CHALONS],
        epci_sirens=[ITS_EPCI],
    )
    shown = [(one["kind"], one["code"], one["insee_code"]) for one in found["candidates"]]
    assert shown == [
        ("application", bid, CHALONS),
        ("town", ITS_TOWN, CHALONS),
        ("commune", CHALONS, CHALONS),
        ("epci", ITS_EPCI, CHALONS),
    ]
    assert found["after"]["sites_count"] == 1


async def test_a_bid_is_at_the_first_place_of_what_was_submitted(desk: Towns, held: Holder) -> None:
    call = await held.call()
    bid = await held.bid(call, place=SEDAN, status="examined")
    (candidate,) = (await _simulated(desk, call, application_ids=[str(bid)]))["candidates"]
    assert (candidate["insee_code"], candidate["department_code"]) == (SEDAN, "08")
    assert candidate["name"] == "Un site à Châlons"


async def test_a_site_may_go_and_another_come(desk: Towns, held: Holder) -> None:
    call = await held.call()
    gone = await held.site(CHARLEVILLE)
    found = await _simulated(
        desk, call, insee_codes=[CHALONS], removed_site_ids=[str(gone)], radius_km=5
    )
    assert found["lost_count"] == found["before"]["covered_count"] > 0
    assert found["gained_count"] == found["after"]["covered_count"] > 0
    alone = await _simulated(desk, call, removed_site_ids=[str(gone)])
    assert (alone["candidates"], alone["after"]["sites_count"]) == ([], 0)


async def test_a_place_without_a_point_gets_a_site_that_reaches_nobody(
    desk: Towns, held: Holder
) -> None:
    call = await held.call()
    found = await _simulated(desk, call, insee_codes=[NICE])
    assert found["candidates"][0]["placed"] is False
    assert (found["after"]["unplaced_sites_count"], found["gained_count"]) == (1, 0)


async def test_nothing_of_a_simulation_is_kept(desk: Towns, held: Holder) -> None:
    call = await held.call()
    tables = ("event", "idempotency_key", "site", "site_event", "application", "call")
    before = [await held.count(table) for table in tables]
    headers = {"Idempotency-Key": "the-same"}
    path = f"/v1/calls/{call}/simulations"
    for code in (CHALONS, SEDAN):
        answer = await desk.ask(
            "POST", path, DIRECTORATE, json={"insee_codes": [code]}, headers=headers
        )
        assert answer.json()["candidates"][0]["code"] == code
    assert [await held.count(table) for table in tables] == before


async def test_what_one_may_not_know_of_is_answered_like_what_does_not_exist(
    desk: Towns, held: Holder
) -> None:
    call, other = await held.call(), await held.call()
    unknown = await _asked(desk, call, application_ids=[NOTHING])
    draft = await held.bid(call, place=None)
    elsewhere = await held.bid(other, place=SEDAN)
    for hidden in (draft, elsewhere):
        answer = await _asked(desk, call, application_ids=[str(hidden)])
        assert fault(answer) == (422, "unknown-candidates")
        assert answer.json()["errors"] == unknown.json()["errors"]
        assert answer.json()["detail"] == unknown.json()["detail"]
    assert unknown.json()["errors"][0]["pointer"] == "/application_ids/0"


async def test_a_body_knows_the_bids_of_its_panel_and_no_others(desk: Towns, held: Holder) -> None:
    call, its_call = await held.call(), await held.call()
    await held.panel(its_call, ADCF)
    bid, its_bid = await held.bid(call, place=SEDAN), await held.bid(its_call, place=SEDAN)
    answer = await _asked(desk, call, by=PANEL_BODY, application_ids=[str(bid)])
    assert fault(answer) == (422, "unknown-candidates")
    known = await _asked(desk, its_call, by=PANEL_BODY, application_ids=[str(its_bid)])
    assert known.json()["candidates"][0]["code"] == str(its_bid)
    open_places = await _asked(desk, call, by=PANEL_BODY, insee_codes=[SEDAN])
    assert open_places.status_code == 200


async def test_without_the_right_to_read_bids_one_simulates_places_only(
    desk: Towns, held: Holder
) -> None:
    call = await held.call()
    bid = await held.bid(call, place=SEDAN)
    poor = caller("acv_directorate", "applications:assess", name="acv")
    answer = await _asked(desk, call, by=poor, application_ids=[str(bid)])
    assert fault(answer) == (422, "unknown-candidates")


async def test_every_unknown_place_is_named_at_once(desk: Towns, held: Holder) -> None:
    call = await held.call()
    answer = await _asked(
        desk, call, acv_ids=[ITS_TOWN, "acv-999"], insee_codes=["01001"], epci_sirens=[]
    )
    assert fault(answer) == (422, "unknown-candidates")
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointers == ["/acv_ids/1", "/insee_codes/0"]


async def test_a_site_that_is_not_counted_cannot_go(desk: Towns, held: Holder) -> None:
    call = await held.call()
    closed = await held.site(SEDAN, status="closed")
    answer = await _asked(desk, call, removed_site_ids=[str(closed), NOTHING])
    assert fault(answer) == (422, "site-not-counted")
    assert len(answer.json()["errors"]) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"insee_codes": [f"{n:05}" for n in range(1001, 1302)]},
        {
            "insee_codes": [f"{n:05}" for n in range(1001, 1201)],
            "removed_site_ids": [NOTHING] * 101,
        },
        {"insee_codes": [CHALONS], "radius_km": 101},
        {"insee_codes": [CHALONS], "site_statuses": []},
        {"insee_codes": [CHALONS], "kept": True},
    ],
    ids=["nothing", "too many", "too many in all", "too far", "no status", "a key more"],
)
async def test_a_question_out_of_bounds_is_refused(
    desk: Towns, held: Holder, body: dict[str, Any]
) -> None:
    answer = await _asked(desk, await held.call(), **body)
    assert fault(answer) == (422, "invalid-value")


async def test_a_draft_call_exists_for_its_parties_only(desk: Towns, held: Holder) -> None:
    draft = await held.call("draft")
    known = await _asked(desk, draft, insee_codes=[CHALONS])
    hidden = await _asked(desk, draft, by=PANEL_BODY, insee_codes=[CHALONS])
    nothing = await _asked(desk, NOTHING, by=PANEL_BODY, insee_codes=[CHALONS])
    assert known.status_code == 200
    assert fault(hidden) == fault(nothing) == (404, "call-not-found")


async def test_who_does_not_choose_the_places_does_not_simulate(desk: Towns, held: Holder) -> None:
    call = await held.call()
    town = caller("commune", "applications:write", town=ITS_TOWN)
    lacking = await _asked(desk, call, by=town, insee_codes=[CHALONS])
    stranger = await _asked(desk, call, by=None, insee_codes=[CHALONS])
    assert fault(lacking) == (403, "forbidden")
    assert fault(stranger) == (401, "unauthenticated")
