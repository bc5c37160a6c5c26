"""Sites of the Cnam over HTTP: announced, opened, moved, closed; read by everybody."""

import asyncio
from typing import Any

import pytest

from services.towns.sites.contract import (
    CnamSite,
    CnamSitePage,
    SiteEventPage,
    SitePremisesPage,
    WrittenSite,
)
from tests.towns.asking import Towns, fault
from tests.towns.siting import (
    BODY,
    CNAM,
    ITS_CENTRE,
    OF_REGION,
    OTHER_CENTRE,
    TO_OPENING,
    TOWN,
    announced,
    at,
    did,
    on,
    opened,
)

SEEN = {"If-Match": '"1"'}


async def shown(desk: Towns, path: str) -> CnamSite:
    """Return a site as everybody reads it."""
    return CnamSite.model_validate_json((await desk.ask("GET", path, None)).content, strict=True)


async def test_the_site_of_a_bid_is_announced_in_another_commune(desk: Towns) -> None:
    made = await desk.ask("POST", "/v1/sites", ITS_CENTRE, json=BODY)
    written = WrittenSite.model_validate_json(made.content, strict=True)
    site = await shown(desk, made.headers["location"])

    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert (written.status, written.insee_code) == ("announced", "08409")
    assert site.bidder is not None
    assert site.centre is not None
    assert site.since is not None
    assert (site.bidder.insee_code, site.commune.insee_code) == ("08105", "08409")
    assert (site.centre.code, site.since.on.isoformat()) == ("grand-est", "2021-06-15")
    assert (site.confidence, site.source_url, site.convention) == ("high", None, None)
    assert site.place is not None
    assert site.place.of == "commune"
    told = await desk.heard(None, f"sites/{site.id}", count=1)
    assert told[0]["type"] == "fr.acdt.towns.site.announced.v1"


async def test_a_site_opens_moves_and_closes_and_its_place_follows(desk: Towns) -> None:
    path = await announced(desk)
    assert (await did(desk, path, "prepare_site")).status_code == 201
    assert (await did(desk, path, "add_site_premises")).status_code == 201
    assert (await did(desk, path, "open_site", ITS_CENTRE)).status_code == 201
    moved = await did(desk, path, "relocate_site", **at("2023-06-01", "08105", lon=4.72, lat=49.77))
    site = await shown(desk, path)
    suspended = await did(desk, path, "suspend_site", **on("2024-01-01", precision="month"))
    resumed = await did(desk, path, "resume_site", **on("2024-03-01"))
    closed = await did(desk, path, "close_site", **on("2025-01-01", motive="Fin du bail"))
    late = await did(desk, path, "open_site")

    assert [a.json()["status"] for a in (moved, suspended, resumed, closed)] == [
        *("relocated", "suspended", "open", "closed")
    ]
    assert (site.commune.insee_code, site.status) == ("08105", "relocated")
    assert site.place is not None
    assert (site.place.lon, site.place.of) == (4.72, "premises")
    assert fault(late) == (409, "illegal-transition")
    told = await desk.heard(None, f"sites/{site.id}", count=8)
    assert [event["type"] for event in told] == [
        "fr.acdt.towns.site.announced.v1",
        "fr.acdt.towns.site.prepared.v1",
        "fr.acdt.towns.site.premises-added.v1",
        "fr.acdt.towns.site.opened.v1",
        "fr.acdt.towns.site.relocated.v1",
        "fr.acdt.towns.site.suspended.v1",
        "fr.acdt.towns.site.resumed.v1",
        "fr.acdt.towns.site.closed.v1",
    ]


async def test_history_and_premises_keep_every_day(desk: Towns) -> None:
    path = await opened(desk)
    await did(desk, path, "relocate_site", **at("2023-06-01", "08105") | {"precision": "month"})
    events = await desk.ask("GET", f"{path}/events", None)
    premises = await desk.ask("GET", f"{path}/premises", None)
    history = SiteEventPage.model_validate_json(events.content, strict=True).items
    houses = SitePremisesPage.model_validate_json(premises.content, strict=True).items

    assert [event.kind for event in history] == [
        *("announced", "prepared", "premises-added", "opened", "relocated")
    ]
    assert history[-1].latest_on is not None
    assert history[-1].latest_on.isoformat() == "2023-06-30"
    assert history[-1].author == "cnam_national"
    first, last = houses
    assert first.valid_until == last.valid_from
    assert (first.current, last.current, last.valid_until) == (False, True, None)
    assert (first.insee_code, last.insee_code) == ("08409", "08105")


async def test_a_site_does_not_open_without_premises_or_centre(desk: Towns) -> None:
    path = await announced(desk, centre_code=None)
    await did(desk, path, "prepare_site")
    offer = {a.action: a.reason for a in (await shown(desk, path)).allowed_actions}
    bare = await did(desk, path, "open_site")
    await did(desk, path, "add_site_premises")
    alone = await did(desk, path, "open_site")
    attached = await desk.ask(
        "PATCH", path, CNAM, headers={"If-Match": '"3"'}, json={"centre_code": "grand-est"}
    )
    done = await did(desk, path, "open_site")

    assert offer["open_site"] == "unauthenticated"
    assert fault(bare) == fault(alone) == (409, "site-not-ready")
    assert bare.json()["missing"] == ["premises", "centre"]
    assert alone.json()["missing"] == ["centre"]
    assert (attached.status_code, done.status_code) == (200, 201)


async def test_a_site_changes_what_it_says_but_not_its_place(desk: Towns) -> None:
    path = await announced(desk)
    late = await desk.ask("PATCH", path, CNAM, headers={"If-Match": '"7"'}, json={"name": "Hub"})
    moved = await desk.ask("PATCH", path, CNAM, headers=SEEN, json={"insee_code": "08105"})
    changed = await desk.ask(
        "PATCH", path, ITS_CENTRE, headers=SEEN, json={"name": "Hub", "bidder": None, "rooms": []}
    )
    site = await shown(desk, path)

    assert fault(late) == (412, "precondition-failed")
    assert fault(moved) == (422, "invalid-value")
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (site.name, site.bidder, site.rooms, site.capacity_count) == ("Hub", None, [], 60)
    told = await desk.heard(None, f"sites/{site.id}", count=2)
    assert told[-1]["type"] == "fr.acdt.towns.site.changed.v1"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"insee_code": "99999"}, "invalid-value"),
        ({"insee_code": "01001"}, "unknown-commune"),
        ({"centre_code": "nowhere"}, "unknown-centre"),
        ({"bidder": BODY["bidder"] | {"acv_id": "acv-999"}}, "unknown-town"),
        ({"bidder": BODY["bidder"] | {"insee_code": "01001"}}, "unknown-commune"),
        ({"bidder": BODY["bidder"] | {"epci_siren": "732829320"}}, "unknown-epci"),
        ({"effect_on": "2100-01-01"}, "effect-ahead"),
        ({"contacts": [BODY["contacts"][0] | {"name": "Une personne"}]}, "invalid-value"),
    ],
)
async def test_what_cannot_be_is_refused(desk: Towns, changes: dict[str, Any], code: str) -> None:
    assert fault(await desk.ask("POST", "/v1/sites", CNAM, json=BODY | changes)) == (422, code)


async def test_days_in_disorder_and_half_a_point_are_refused(desk: Towns) -> None:
    path = await announced(desk)
    early = await did(desk, path, "prepare_site", **on("2021-06-14"))
    ahead = await did(desk, path, "prepare_site", **on("2100-01-01"))
    await did(desk, path, "prepare_site")
    half = await did(desk, path, "add_site_premises", **at("2021-09-01", lat=None))
    nowhere = await did(desk, path, "add_site_premises", **at("2021-09-01", "01001"))

    assert fault(early) == (422, "effect-before-last")
    assert fault(ahead) == (422, "effect-ahead")
    assert fault(half) == (422, "point-incomplete")
    assert fault(nowhere) == (422, "unknown-commune")


async def test_only_the_cnam_of_the_place_writes(desk: Towns) -> None:
    path = await announced(desk)
    far = await did(desk, path, "prepare_site", OTHER_CENTRE)
    town = await did(desk, path, "prepare_site", TOWN)
    nobody = await did(desk, path, "prepare_site", None)
    elsewhere = await desk.ask("POST", "/v1/sites", OTHER_CENTRE, json=BODY)
    near = await did(desk, path, "prepare_site", OF_REGION)
    gone = await did(desk, "/v1/sites/0198c0de-0000-7000-8000-00000000beef", "prepare_site")

    assert fault(far) == fault(elsewhere) == (403, "outside-perimeter")
    assert fault(town) == (403, "forbidden")
    assert fault(nobody) == (401, "unauthenticated")
    assert near.status_code == 201
    assert fault(gone) == (404, "site-not-found")


async def test_a_centre_moves_no_site_out_of_its_reach(desk: Towns) -> None:
    path = await opened(desk, centre_code="occitanie")
    out = await did(desk, path, "relocate_site", OF_REGION, **at("2022-01-01", "34301"))
    given = await desk.ask(
        "PATCH", path, ITS_CENTRE, headers={"If-Match": '"4"'}, json={"name": "Hub"}
    )
    assert fault(out) == fault(given) == (403, "outside-perimeter")


async def test_two_openings_at_once_open_once(desk: Towns) -> None:
    path = await announced(desk)
    for act in TO_OPENING[:2]:
        await did(desk, path, act)
    answers = await asyncio.gather(*[did(desk, path, "open_site") for _ in range(4)])
    events = (await desk.ask("GET", f"{path}/events", None)).json()["items"]

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert [event["kind"] for event in events].count("opened") == 1


async def test_what_is_not_there_is_not_found(desk: Towns) -> None:
    key = "0198c0de-0000-7000-8000-00000000beef"
    for path in (f"/v1/sites/{key}", f"/v1/sites/{key}/events", f"/v1/sites/{key}/premises"):
        assert fault(await desk.ask("GET", path, None)) == (404, "site-not-found")


@pytest.mark.parametrize(
    "query",
    [
        *("region=44", "department=08", "insee_code=08409", "acv_id=acv-053", "epci=200041630"),
        *("status=open", "centre=grand-est", "scheme=campus-connecte", "q=sedan"),
        *("open_on=2021-09-01", "near=4.94,49.7&radius_km=5", "updated_since=2020-01-01T00:00:00Z"),
        "application_id=0198c0de-0000-7000-8000-00000000beef",
    ],
)
async def test_each_filter_finds_the_site_and_leaves_out_others(desk: Towns, query: str) -> None:
    application = "0198c0de-0000-7000-8000-00000000beef"
    path = await opened(desk, application_id=application)
    found = await desk.ask("GET", f"/v1/sites?limit=200&{query}", None)
    everything = (await desk.ask("GET", "/v1/sites?limit=200", None)).json()["items"]
    page = CnamSitePage.model_validate_json(found.content, strict=True)

    assert path in [site.links.self for site in page.items]
    assert len(page.items) < len(everything) or query.startswith("updated_since")
    if query.startswith("near"):
        assert page.items[0].distance_km is not None


async def test_a_site_is_open_on_the_days_that_its_history_surely_tells(desk: Towns) -> None:
    path = await announced(desk, effect_on="2020-01-01")
    await did(desk, path, "prepare_site", **on("2020-02-01"))
    await did(desk, path, "add_site_premises", **at("2020-03-01"))
    await did(desk, path, "open_site", **on("2020-09-15", precision="month"))
    await did(desk, path, "suspend_site", **on("2021-03-15", precision="month"))
    await did(desk, path, "resume_site", **on("2021-05-01"))
    await did(desk, path, "close_site", **on("2022-06-30"))
    days = {
        "2020-09-29": False,
        "2020-09-30": True,
        "2021-02-28": True,
        "2021-03-01": False,
        "2021-04-30": False,
        "2021-05-01": True,
        "2022-06-29": True,
        "2022-06-30": False,
    }
    for day, expected in days.items():
        page = (await desk.ask("GET", f"/v1/sites?limit=200&open_on={day}", None)).json()
        assert (path in [one["links"]["self"] for one in page["items"]]) is expected, day


async def test_the_files_hold_the_sites_with_their_points(desk: Towns) -> None:
    path = await opened(desk)
    key = path.rsplit("/", 1)[1]
    for form in ("csv", "ndjson", "geojson"):
        answer = await desk.ask("GET", f"/v1/sites?format={form}", None)
        assert (answer.status_code, key in answer.text) == (200, True), form
    collection = (await desk.ask("GET", "/v1/sites?format=geojson&q=sedan", None)).json()
    points = {feature["id"]: feature["geometry"] for feature in collection["features"]}
    assert points[key]["coordinates"] == [4.94, 49.7]


async def test_a_radius_needs_a_point(desk: Towns) -> None:
    assert fault(await desk.ask("GET", "/v1/sites?radius_km=5", None)) == (422, "invalid-value")


async def test_the_centres_are_listed_with_their_evidence(desk: Towns) -> None:
    page = (await desk.ask("GET", "/v1/cnam-centres?region=44", None)).json()
    (centre,) = page["items"]
    assert (centre["code"], centre["evidence"]) == ("grand-est", "sourced")
