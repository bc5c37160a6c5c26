"""The sites that public sources tell of: loaded once, with source and confidence."""

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.towns.reference.loader import load
from services.towns.sites.contract import CnamSite, SiteEventPage, SitePremisesPage
from services.towns.sites.known import standing
from tests.towns.asking import Towns
from tests.towns.shipped_copy import changed
from tests.towns.siting import CNAM, did, on

COUNTS = text(
    "SELECT (SELECT count(*) FROM towns.site), (SELECT count(*) FROM towns.site_event),"
    " (SELECT count(*) FROM towns.site_premises), (SELECT count(*) FROM towns.site_fact),"
    " (SELECT count(*) FROM towns.cnam_centre), (SELECT sum(version) FROM towns.site)"
)
STATUSES = text("SELECT status || ' ' || confidence, count(*) FROM towns.site GROUP BY 1")
MONTBELIARD = text(
    "SELECT e.effect_on, e.precision, s.since_on, s.version FROM towns.site s"
    " JOIN towns.site_event e ON e.site_id = s.id"
    " WHERE known_as = 'Pays de Montbéliard Agglomération' AND kind = 'opened'"
)


async def _found(desk: Towns, query: str) -> CnamSite:
    page = await desk.ask("GET", f"/v1/sites?{query}", None)
    (item,) = page.json()["items"]
    shown = await desk.ask("GET", item["links"]["self"], None)
    return CnamSite.model_validate_json(shown.content, strict=True)


async def test_the_known_sites_are_loaded_once(empty_towns: AsyncSession) -> None:
    for _ in range(2):
        await load(empty_towns)
        (row,) = await empty_towns.execute(COUNTS)
        assert tuple(row) == (43, 69, 7, 35, 20, 43)
    found = {str(row[0]): int(row[1]) for row in await empty_towns.execute(STATUSES)}
    assert found == {"announced high": 24, "announced medium": 6, "open high": 8, "open medium": 5}


async def test_a_corrected_fact_reaches_its_site_and_no_other(
    empty_towns: AsyncSession, folder: Path
) -> None:
    await load(empty_towns)
    fact = "25388-opened-2023-06,Pays de Montbéliard Agglomération,25388,opened,2023-0"
    changed(folder, "site_facts", old=f"{fact}6-01", new=f"{fact}9-01")
    await load(empty_towns, folder)

    (row,) = await empty_towns.execute(MONTBELIARD)
    assert tuple(row) == (date(2023, 9, 1), "month", date(2023, 9, 1), 2)
    (counts,) = await empty_towns.execute(COUNTS)
    assert counts[-1] == 44


async def test_the_bid_of_charleville_has_its_site_in_sedan(desk: Towns) -> None:
    site = await _found(desk, "acv_id=acv-053")
    events = await desk.ask("GET", site.links.events, None)
    premises = await desk.ask("GET", site.links.premises, None)
    history = SiteEventPage.model_validate_json(events.content, strict=True).items
    (house,) = SitePremisesPage.model_validate_json(premises.content, strict=True).items

    assert site.bidder is not None
    assert site.centre is not None
    assert (site.bidder.insee_code, site.commune.insee_code) == ("08105", "08409")
    assert (site.status, site.wave, site.centre.code) == ("announced", 1, "grand-est")
    assert site.source_url is not None
    assert [(event.kind, str(event.effect_on), event.precision) for event in history] == [
        ("announced", "2019-09-26", "day"),
        ("announced", "2021-01-01", "year"),
        ("planned", "2021-01-01", "year"),
    ]
    assert (house.address, house.owner_kind) == ("19 boulevard Fabert", "epci")
    assert [event.author for event in history] == [None] * 3


async def test_sources_that_differ_are_both_kept_and_the_surer_one_counts(desk: Towns) -> None:
    quimper = await _found(desk, "insee_code=29232")
    verdun = await _found(desk, "insee_code=55545")
    events = (await desk.ask("GET", verdun.links.events, None)).json()["items"]

    assert quimper.since is not None
    assert (str(quimper.since.on), quimper.since.precision) == ("2019-01-01", "year")
    assert (quimper.status, quimper.confidence) == ("open", "high")
    assert (verdun.status, verdun.since, verdun.confidence) == ("open", None, "medium")
    assert [event["kind"] for event in events] == ["announced", "planned", "in-operation"]


async def test_what_no_source_tells_stays_unknown(desk: Towns) -> None:
    belfort = await _found(desk, "insee_code=90010")
    cognac = await _found(desk, "insee_code=16102")
    assert [belfort.bidder, belfort.wave, belfort.since, belfort.capacity_count] == [None] * 4
    assert (belfort.status, belfort.confidence) == ("announced", "medium")
    assert (cognac.wave, cognac.status) == (None, "open")


def test_a_site_seen_open_is_open_since_nobody_knows_when() -> None:
    seen: dict[str, Any] = {"kind": "in-operation", "status": "open", "effect_on": date(2021, 1, 1)}
    told: list[dict[str, Any]] = [
        {"kind": "announced", "status": "announced", "effect_on": None, "confidence": "high"},
        seen | {"confidence": "medium"},
    ]
    assert standing(told) == seen | {"confidence": "medium", "effect_on": None}
    dated: dict[str, Any] = {"kind": "opened", "status": "open", "effect_on": date(2022, 1, 1)}
    assert standing([*told, dated | {"confidence": "medium"}])["kind"] == "opened"


async def test_the_cnam_takes_a_known_site_over_and_its_history_goes_on(desk: Towns) -> None:
    path = (await _found(desk, "insee_code=52121")).links.self
    answer = await did(desk, path, "suspend_site", **on("2024-09-01"))
    site = await _found(desk, "insee_code=52121")
    events = (await desk.ask("GET", f"{path}/events", CNAM)).json()["items"]

    assert answer.status_code == 201
    assert (site.status, site.source_url) == ("suspended", None)
    assert [(event["kind"], event["author"]) for event in events] == [
        ("opened", None),
        ("announced", None),
        ("suspended", "cnam_national"),
    ]
    told = await desk.heard(None, f"sites/{site.id}", count=2)
    assert told[0]["type"] == "fr.acdt.towns.site.listed.v1"
