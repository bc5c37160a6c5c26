"""What the sites reach, over HTTP: open data, on a day, by regions, departments and needs."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from services.towns.coverage.contract import Coverage
from tests.towns.asking import Towns, fault
from tests.towns.covering import Holder, holding
from tests.towns.needing import BODY, CNAM, MOTIVE, aged, declared

CHALONS, SEDAN, CHARLEVILLE, NICE = "51108", "08409", "08105", "06088"


@pytest.fixture
async def held(fresh_url: str) -> AsyncIterator[Holder]:
    async with holding(fresh_url) as holder:
        yield holder


async def _shown(desk: Towns, query: str = "") -> dict[str, Any]:
    answer = await desk.ask("GET", f"/v1/coverage{query}", None)
    assert answer.status_code == 200, answer.text
    Coverage.model_validate_json(answer.content)
    shown: dict[str, Any] = answer.json()
    return shown


async def _people(desk: Towns, insee_code: str) -> int:
    commune = (await desk.ask("GET", f"/v1/communes/{insee_code}", None)).json()
    found: int = commune["population"]["inhabitants"]
    return found


def _region(figures: dict[str, Any], code: str) -> dict[str, Any]:
    regions: list[dict[str, Any]] = figures["regions"]
    (found,) = [region for region in regions if region["region_code"] == code]
    return found


async def test_a_site_reaches_the_people_of_its_commune(desk: Towns, held: Holder) -> None:
    await held.site(CHALONS)
    figures = (await _shown(desk, "?radius_km=5"))["figures"]
    people = await _people(desk, CHALONS)
    region = _region(figures, "44")
    rate = people / region["population_count"]
    without = [one["department_code"] for one in figures["departments_without_site"]]

    assert (figures["sites_count"], figures["covered_count"]) == (1, people)
    assert (region["name"], region["sites_count"]) == ("Grand Est", 1)
    assert region["covered_count"] == people
    assert float(region["covered_rate"]) == pytest.approx(rate, abs=1e-6)
    assert len(without) == 100
    assert "51" not in without


async def test_an_answer_says_what_it_counts_and_where_that_comes_from(
    desk: Towns, held: Holder
) -> None:
    await held.site(CHALONS)
    shown = await _shown(desk)
    base = shown["population_base"]

    assert (shown["radius_km"], shown["site_statuses"]) == (30, ["open", "relocated"])
    assert date.fromisoformat(shown["as_of"]) >= date(2026, 1, 1)
    assert "programme" in shown["definition"]["en"]
    assert base["communes_count"] + base["other_communes_count"] == 291
    assert (base["earliest_year"], base["latest_year"]) == (2017, 2023)
    assert {table["table"] for table in shown["completeness"]} >= {"communes", "departments"}
    assert shown["sources"] == "/v1/sources/towns"
    assert any("INSEE" in text for text in shown["attribution"])
    regions = shown["figures"]["regions"]
    assert len(regions) == 18
    total = sum(region["population_count"] for region in regions)
    assert total == shown["figures"]["population_count"]


async def test_a_longer_radius_reaches_the_next_town(desk: Towns, held: Holder) -> None:
    await held.site(SEDAN)
    near = (await _shown(desk, "?radius_km=10"))["figures"]["covered_count"]
    far = (await _shown(desk, "?radius_km=30"))["figures"]["covered_count"]
    assert near == await _people(desk, SEDAN)
    assert far == near + await _people(desk, CHARLEVILLE)


async def test_a_site_counts_from_the_day_on_which_it_was_surely_open(
    desk: Towns, held: Holder
) -> None:
    await held.site(
        CHALONS,
        ("announced", "2020-02-01"),
        ("open", "2021-09"),
        ("suspended", "2023-04"),
        ("open", "2023-06-15"),
        ("closed", "2024-01-31"),
        status="closed",
    )
    days = {
        "2021-09-29": 0,
        "2021-09-30": 1,
        "2023-03-31": 1,
        "2023-04-01": 0,
        "2023-06-15": 1,
        "2024-01-30": 1,
        "2024-01-31": 0,
    }
    found = {day: (await _shown(desk, f"?as_of={day}"))["figures"]["sites_count"] for day in days}
    assert found == days


async def test_a_site_announced_on_no_known_day_counts_since_that_was_recorded(
    desk: Towns, held: Holder
) -> None:
    await held.site(CHALONS, ("announced", None), status="announced")
    query = "?site_status=announced"
    assert (await _shown(desk, query))["figures"]["sites_count"] == 1
    assert (await _shown(desk, f"{query}&as_of=2022-01-01"))["figures"]["sites_count"] == 0


async def test_a_known_site_of_which_no_event_tells_the_status_counts_as_it_stands(
    desk: Towns, held: Holder
) -> None:
    await held.site(CHALONS, (None, "2021-09-01"), status="announced")
    assert (await _shown(desk, "?site_status=announced"))["figures"]["sites_count"] == 1
    assert (await _shown(desk))["figures"]["sites_count"] == 0


async def test_the_sites_that_count_are_those_open_on_the_day(desk: Towns) -> None:
    for day in ("2021-12-31", "2026-01-01"):
        open_then = await desk.ask("GET", f"/v1/sites?open_on={day}&include_total=true", None)
        shown = await _shown(desk, f"?as_of={day}")
        assert shown["figures"]["sites_count"] == open_then.json()["total"] > 0


async def test_every_site_stands_somehow_today(desk: Towns) -> None:
    listed = (await desk.ask("GET", "/v1/sites?limit=200", None)).json()["items"]
    waiting = [site for site in listed if site["status"] == "announced"]
    found = (await _shown(desk, "?site_status=announced"))["figures"]["sites_count"]
    assert found == len(waiting) > 0


async def test_a_site_is_where_its_premises_were_on_the_day(desk: Towns, held: Holder) -> None:
    site = await held.site(SEDAN, ("open", "2021-09-01"), ("relocated", "2024-09-01"))
    await held.premises(site, 1, insee_code=CHARLEVILLE, point=None, since=date(2021, 9, 1))
    await held.premises(site, 2, insee_code=SEDAN, point=(4.94, 49.7), since=date(2024, 9, 1))
    before = await _shown(desk, "?radius_km=5&as_of=2022-01-01")
    after = await _shown(desk, "?radius_km=5&as_of=2025-01-01")
    assert before["figures"]["covered_count"] == await _people(desk, CHARLEVILLE)
    assert after["figures"]["covered_count"] == await _people(desk, SEDAN)


async def test_other_sites_count_when_they_are_asked_for(desk: Towns, held: Holder) -> None:
    await held.site(CHALONS, status="announced")
    await held.site(SEDAN, status="in-preparation")
    assert (await _shown(desk))["figures"]["sites_count"] == 0
    query = "?site_status=announced&site_status=in-preparation"
    shown = await _shown(desk, query)
    assert shown["figures"]["sites_count"] == 2
    assert shown["site_statuses"] == ["announced", "in-preparation"]


async def test_a_site_in_a_commune_without_a_point_is_counted_apart(
    desk: Towns, held: Holder
) -> None:
    await held.site(NICE)
    figures = (await _shown(desk))["figures"]
    assert (figures["sites_count"], figures["unplaced_sites_count"]) == (1, 1)
    assert figures["covered_count"] == 0
    assert _region(figures, "93")["sites_count"] == 1


async def test_needs_within_reach_are_counted_by_status(desk: Towns, held: Holder) -> None:
    await held.site(CHALONS)
    qualified = await declared(desk, volume_count=7)
    await desk.ask("POST", f"{qualified}/qualification", CNAM, json=MOTIVE)
    await declared(desk, volume_count=5)
    first, second = (await _shown(desk))["figures"]["needs"]
    assert (first["status"], second["status"]) == ("declared", "qualified")
    assert (first["volume_count"], first["covered_volume_count"]) == (5, 5)
    assert (second["needs_count"], second["covered_needs_count"]) == (1, 1)
    assert second["covered_volume_count"] == 7


async def test_needs_out_of_reach_or_expired_are_not_covered(
    desk: Towns, held: Holder, fresh_url: str
) -> None:
    await held.site(SEDAN)
    await declared(desk, **BODY | {"volume_count": 5})
    (first, _) = (await _shown(desk))["figures"]["needs"]
    assert (first["volume_count"], first["covered_volume_count"]) == (5, 0)
    await aged(fresh_url)
    (first, _) = (await _shown(desk))["figures"]["needs"]
    assert first["needs_count"] == 0


@pytest.mark.parametrize(
    "query", ["?radius_km=0", "?radius_km=101", "?as_of=demain", "?site_status=lost"]
)
async def test_a_question_out_of_bounds_is_refused(desk: Towns, query: str) -> None:
    answer = await desk.ask("GET", f"/v1/coverage{query}", None)
    assert fault(answer) == (422, "invalid-value")
