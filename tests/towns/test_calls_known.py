"""The waves and targets that public sources tell of: loaded once, corrected, open data."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.towns.calls.contract import CallForBids
from services.towns.calls.known import known_id
from services.towns.calls.tables import CallMilestone
from services.towns.reference.loader import load
from services.towns.targets.contract import SiteTargetPage
from tests.towns.asking import Towns, fault
from tests.towns.calling import CNAM, MOTIVE
from tests.towns.shipped_copy import changed

WAVES = text("SELECT wave, status, confidence, version FROM towns.call ORDER BY wave")
COUNTS = text(
    "SELECT (SELECT count(*) FROM towns.call_milestone), (SELECT count(*) FROM towns.site_target),"
    " (SELECT count(*) FROM towns.call_ruleset), (SELECT count(*) FROM towns.call_body)"
)
TOLD = text("SELECT count(*) FROM towns.event WHERE name = 'fr.acdt.towns.call.listed.v1'")


async def test_the_waves_of_the_past_are_loaded_once(empty_towns: AsyncSession) -> None:
    before = await empty_towns.scalar(TOLD)
    for _ in range(2):
        await load(empty_towns)
        waves = [tuple(row) for row in await empty_towns.execute(WAVES)]
        assert waves == [(1, "decided", "high", 1), (2, "decided", "high", 1)]
    (counts,) = await empty_towns.execute(COUNTS)
    assert tuple(counts) == (8, 5, 0, 0)
    assert await empty_towns.scalar(TOLD) == before + 2


async def test_a_corrected_source_reaches_its_wave(empty_towns: AsyncSession, folder: Path) -> None:
    await load(empty_towns)
    selection = "1,selection-announced,2019-09-26,"
    changed(folder, "call_milestones", old=f"{selection}high", new=f"{selection}medium")
    await load(empty_towns, folder)

    (first, second) = [tuple(row) for row in await empty_towns.execute(WAVES)]
    assert (first, second) == ((1, "decided", "medium", 2), (2, "decided", "high", 1))


async def test_a_wave_of_the_past_shows_its_milestones_and_no_rules(desk: Towns) -> None:
    page = (await desk.ask("GET", "/v1/calls?wave=2", None)).json()
    (call,) = [CallForBids.model_validate(item) for item in page["items"]]
    ruleset = (await desk.ask("GET", f"/v1/calls/{call.id}/ruleset", None)).json()
    rulesets = (await desk.ask("GET", f"/v1/calls/{call.id}/rulesets", None)).json()
    refused = await desk.ask("POST", f"{call.links.self}/cancellation", CNAM, json=MOTIVE)
    told = await desk.heard(None, f"calls/{call.id}", count=1)

    assert call.id == known_id(CallMilestone(wave=2, dated="2021-05-04"))
    assert (call.status, call.author, call.publication) == ("decided", "system", None)
    assert (call.opens_at, call.criteria, call.panel) == (None, [], [])
    assert [(one.kind, one.dated) for one in call.milestones] == [
        ("call-opened", "2020-01-20"),
        ("call-opened", "2020-07-20"),
        ("closing-announced", "2020-09"),
        ("selection-announced", "2021-05-04"),
        ("selection-announced", "2021-09-08"),
    ]
    assert call.source_url == call.milestones[-1].source_url
    assert (ruleset["ruleset"], rulesets["items"]) == (None, [])
    assert fault(refused) == (409, "illegal-transition")
    assert [event["type"] for event in told] == ["fr.acdt.towns.call.listed.v1"]


async def test_targets_are_dated_values_with_their_sources(desk: Towns) -> None:
    answer = await desk.ask("GET", "/v1/site-targets?kind=all", None)
    items = SiteTargetPage.model_validate_json(answer.content, strict=True).items
    some = await desk.ask(
        "GET",
        "/v1/site-targets?kind=in-acv&stated_on_gte=2019-01-01&stated_on_lte=2019-12-31",
        None,
    )
    last = await desk.ask("GET", "/v1/site-targets?sort=-stated_on&limit=1", None)

    assert [(item.stated_on.year, item.sites_count) for item in items] == [
        (2019, 100),
        (2020, 150),
        (2021, 100),
    ]
    assert all(item.source_url.startswith("http") for item in items)
    assert [item["sites_count"] for item in some.json()["items"]] == [75]
    assert last.json()["items"][0]["stated_on"] == "2021-05-04"
