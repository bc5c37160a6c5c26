"""Needs of towns and EPCIs: declared by the territory, qualified by others, read by everybody."""

import asyncio
from typing import Any

import asyncpg
import pytest

from services.towns.needs.contract import Need, NeedPage, WrittenNeed
from tests.callers import caller
from tests.towns.asking import Towns, fault
from tests.towns.needing import (
    BODY,
    CNAM,
    COVERED,
    HERE,
    ITS_CENTRE,
    ITS_EPCI,
    ITS_TOWN,
    MOTIVE,
    OTHER_CENTRE,
    OTHER_TOWN,
    PREFECTURE,
    THERE,
    aged,
    declared,
)

SEEN, AGED = {"If-Match": '"1"'}, {"If-Match": '"1-expired"'}


async def test_a_town_declares_a_need_that_everybody_reads(desk: Towns) -> None:
    made = await desk.ask("POST", "/v1/needs", ITS_TOWN, json=BODY)
    path = made.headers["location"]
    shown = await desk.ask("GET", path, None)

    assert (made.status_code, shown.status_code) == (201, 200)
    written = WrittenNeed.model_validate_json(made.content, strict=True)
    need = Need.model_validate_json(shown.content, strict=True)
    assert path == f"/v1/needs/{written.id}" == need.links.self
    assert BODY.items() <= shown.json().items()
    assert (need.author, need.status, need.version) == ("commune", "declared", 1)
    assert [need.qualification, need.coverage, need.withdrawal, need.external_id] == [None] * 4
    assert need.links.territory == f"/v1/towns/{HERE}"
    assert made.headers["etag"] == shown.headers["etag"] == '"1"'


async def test_the_author_is_the_organisation_of_the_token_never_the_body(desk: Towns) -> None:
    forged = await desk.ask("POST", "/v1/needs", ITS_TOWN, json=BODY | {"author": "cnam"})
    assert fault(forged) == (422, "invalid-value")


async def test_an_epci_declares_a_need_of_its_own(desk: Towns) -> None:
    epci = caller("epci", "needs:write", epci=ITS_EPCI)
    body = BODY | {"acv_id": None, "epci_siren": ITS_EPCI}
    path = await desk.made("/v1/needs", epci, body)
    shown = (await desk.ask("GET", path, None)).json()
    town = await desk.ask("POST", "/v1/needs", ITS_TOWN, json=body)

    assert (shown["acv_id"], shown["epci_siren"]) == (None, ITS_EPCI)
    assert shown["links"]["territory"] == f"/v1/epcis/{ITS_EPCI}"
    assert fault(town) == (403, "outside-perimeter")


async def test_a_need_goes_from_declared_to_qualified_to_covered(desk: Towns) -> None:
    path = await declared(desk)
    early = await desk.ask("POST", f"{path}/coverage", CNAM, json=COVERED)
    qualified = await desk.ask("POST", f"{path}/qualification", ITS_CENTRE, json=MOTIVE)
    covered = await desk.ask("POST", f"{path}/coverage", CNAM, json=COVERED)
    late = await desk.ask("POST", f"{path}/withdrawal", ITS_TOWN, json=MOTIVE)
    need = Need.model_validate_json((await desk.ask("GET", path, None)).content, strict=True)

    assert fault(early) == fault(late) == (409, "illegal-transition")
    assert early.json()["allowed_from"] == ["qualified"]
    assert [(a.status_code, a.json()["status"]) for a in (qualified, covered)] == [
        (201, "qualified"),
        (201, "covered"),
    ]
    assert (qualified.headers["etag"], covered.headers["etag"]) == ('"2"', '"3"')
    assert need.qualification is not None
    assert (need.qualification.organisation, need.qualification.motive) == (
        "cnam_centre",
        MOTIVE["motive"],
    )
    assert need.coverage is not None
    assert (need.coverage.reference, need.coverage.url) == (COVERED["reference"], None)
    told = await desk.heard(None, "needs/", count=3)
    assert [(event["type"], event["data"]["version"]) for event in told] == [
        ("fr.acdt.towns.need.declared.v1", 1),
        ("fr.acdt.towns.need.qualified.v1", 2),
        ("fr.acdt.towns.need.covered.v1", 3),
    ]


async def test_a_need_is_withdrawn_with_a_motive(desk: Towns) -> None:
    path = await declared(desk)
    await desk.ask("POST", f"{path}/withdrawal", ITS_TOWN, json=MOTIVE)
    need = (await desk.ask("GET", path, None)).json()

    assert need["status"] == "withdrawn"
    assert need["withdrawal"]["motive"] == MOTIVE["motive"]
    assert need["withdrawal"]["organisation"] == "commune"
    told = await desk.heard(None, "needs/", count=2)
    assert told[-1]["type"] == "fr.acdt.towns.need.withdrawn.v1"


async def test_a_change_takes_a_qualified_need_back_to_declared(desk: Towns) -> None:
    path = await declared(desk)
    await desk.ask("POST", f"{path}/qualification", CNAM, json=MOTIVE)
    late = await desk.ask("PATCH", path, ITS_TOWN, headers=SEEN, json={"volume_count": 30})
    changed = await desk.ask(
        "PATCH", path, ITS_TOWN, headers={"If-Match": '"2"'}, json={"volume_count": 30}
    )
    need = (await desk.ask("GET", path, None)).json()

    assert fault(late) == (412, "precondition-failed")
    assert (changed.status_code, changed.headers["etag"]) == (200, '"3"')
    assert (need["status"], need["volume_count"], need["qualification"]) == ("declared", 30, None)
    told = await desk.heard(None, "needs/", count=3)
    assert told[-1]["type"] == "fr.acdt.towns.need.changed.v1"


async def test_a_need_expires_by_itself_and_a_new_day_declares_it_again(
    desk: Towns, fresh_url: str
) -> None:
    path = await declared(desk)
    await aged(fresh_url)
    expired = (await desk.ask("GET", path, None)).json()
    listed = (await desk.ask("GET", "/v1/needs?status=expired", None)).json()
    refused = await desk.ask("POST", f"{path}/qualification", CNAM, json=MOTIVE)
    change = {"json": {"expires_on": "2101-01-01"}}
    same = await desk.ask("PATCH", path, ITS_TOWN, headers=AGED, json={"volume_count": 1})
    before = await desk.ask("PATCH", path, ITS_TOWN, headers=SEEN, **change)
    renewed = await desk.ask("PATCH", path, ITS_TOWN, headers=AGED, **change)

    assert expired["status"] == "expired"
    assert len(listed["items"]) == 1
    assert fault(refused) == (409, "illegal-transition")
    assert refused.json()["current_status"] == "expired"
    assert fault(same) == (422, "expiry-passed")
    assert fault(before) == (412, "precondition-failed")
    assert (renewed.json()["status"], renewed.headers["etag"]) == ("declared", '"2"')


async def test_who_asks_again_is_told_that_a_need_expired(desk: Towns, fresh_url: str) -> None:
    path = await declared(desk)
    held = {"If-None-Match": (await desk.ask("GET", path, None)).headers["etag"]}
    same = await desk.ask("GET", path, None, headers=held)
    await aged(fresh_url)
    other = await desk.ask("GET", path, None, headers=held)

    assert (same.status_code, other.status_code) == (304, 200)
    assert (other.json()["status"], other.headers["etag"]) == ("expired", '"1-expired"')


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"acv_id": "acv-999"}, "unknown-town"),
        ({"acv_id": None, "epci_siren": "356000000"}, "unknown-epci"),
        ({"acv_id": None}, "one-territory"),
        ({"epci_siren": ITS_EPCI}, "one-territory"),
        ({"rome_codes": [], "skills": []}, "nothing-needed"),
        ({"horizon_until": "2100-08-31"}, "period-reversed"),
        ({"evidence_url": None}, "evidence-missing"),
        ({"expires_on": "2026-01-01"}, "expiry-passed"),
        ({"rome_codes": ["soudeur"]}, "invalid-value"),
        ({"skills": ["a|b"]}, "invalid-value"),
        ({"volume_count": 0}, "invalid-value"),
        ({"level": 9}, "invalid-value"),
        ({"naf_division": "4"}, "invalid-value"),
        ({"source_kind": "rumour"}, "invalid-value"),
        ({"strength": "certain"}, "invalid-value"),
        ({"evidence_url": "javascript:alert(1)"}, "invalid-value"),
    ],
)
async def test_a_need_that_nothing_could_answer_is_refused(
    desk: Towns, change: dict[str, Any], code: str
) -> None:
    directorate = caller("acv_directorate", "needs:write")
    answer = await desk.ask("POST", "/v1/needs", directorate, json=BODY | change)

    assert fault(answer) == (422, code)


async def test_a_need_stays_in_its_territory_and_covered_says_by_what(desk: Towns) -> None:
    path = await declared(desk)
    moved = await desk.ask("PATCH", path, ITS_TOWN, headers=SEEN, json={"acv_id": THERE})
    await desk.ask("POST", f"{path}/qualification", CNAM, json=MOTIVE)
    nothing = await desk.ask("POST", f"{path}/coverage", CNAM, json={})

    assert fault(moved) == (422, "need-cannot-move")
    assert fault(nothing) == (422, "nothing-covers")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/needs/0198c0de-0000-7000-8000-00000000beef/qualification", MOTIVE),
        ("/v1/needs/0198c0de-0000-7000-8000-00000000beef/coverage", COVERED),
        ("/v1/needs/0198c0de-0000-7000-8000-00000000beef/withdrawal", MOTIVE),
    ],
    ids=["qualification", "coverage", "withdrawal"],
)
async def test_an_act_on_what_does_not_exist_is_not_found(
    desk: Towns, path: str, body: dict[str, Any]
) -> None:
    everything = caller("acv_directorate", "needs:write", "needs:qualify")
    answer = await desk.ask("POST", path, everything, json=body)
    shown = await desk.ask("GET", path.rpartition("/")[0], None)
    assert fault(answer) == fault(shown) == (404, "need-not-found")


@pytest.mark.parametrize("other", [OTHER_TOWN, OTHER_CENTRE], ids=["a town", "a centre"])
async def test_those_of_elsewhere_read_and_change_nothing(desk: Towns, other: Any) -> None:
    path = await declared(desk)
    act = "withdrawal" if other is OTHER_TOWN else "qualification"
    refused = await desk.ask("POST", f"{path}/{act}", other, json=MOTIVE)

    assert fault(refused) == (403, "outside-perimeter")
    assert (await desk.ask("GET", path, other)).json()["status"] == "declared"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        (f"acv_id={HERE}", 1),
        (f"epci={ITS_EPCI}", 2),
        ("region=44&department=51", 2),
        ("region=53", 0),
        ("rome_code=I1309", 1),
        ("rome_code=K1304&rome_code=I1309", 2),
        ("source_kind=mayor", 1),
        ("strength=measured", 1),
        ("level=5", 1),
        ("naf_division=43", 2),
        ("volume_gte=26", 1),
        ("volume_lte=26", 1),
        ("expires_on_gte=2101-12-31", 1),
        ("expires_on_lte=2101-12-30", 1),
        ("status=declared", 2),
        ("status=qualified", 0),
        ("updated_since=2126-01-31T08:00:00Z", 0),
        ("sort=-volume_count", 2),
        ("sort=expires_on", 2),
    ],
)
async def test_needs_are_filtered(desk: Towns, query: str, found: int) -> None:
    await declared(desk)
    epci = caller("epci", "needs:write", epci=ITS_EPCI)
    other = {
        "acv_id": None,
        "epci_siren": ITS_EPCI,
        "rome_codes": ["K1304"],
        "volume_count": 40,
        "source_kind": "mayor",
        "strength": "stated",
        "level": None,
        "expires_on": "2100-12-31",
    }
    await desk.made("/v1/needs", epci, BODY | other)
    page = await desk.ask("GET", f"/v1/needs?{query}", None)

    assert len(NeedPage.model_validate_json(page.content, strict=True).items) == found


async def test_a_need_is_on_the_map_where_its_town_is(desk: Towns) -> None:
    await declared(desk)
    drawn = (await desk.ask("GET", "/v1/needs?format=geojson", None)).json()
    (feature,) = drawn["features"]
    assert feature["geometry"]["type"] == "Point"
    table = (await desk.ask("GET", "/v1/needs?format=csv", None)).text
    assert "I1309|F1602" in table
    assert "Châlons-en-Champagne" in table


async def test_two_acts_at_once_leave_one_state(desk: Towns) -> None:
    path = await declared(desk)
    answers = await asyncio.gather(
        desk.ask("POST", f"{path}/qualification", CNAM, json=MOTIVE),
        desk.ask("POST", f"{path}/qualification", ITS_CENTRE, json=MOTIVE),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert (await desk.ask("GET", path, None)).json()["version"] == 2


async def test_the_author_and_its_perimeter_are_in_the_table(desk: Towns, fresh_url: str) -> None:
    await desk.made("/v1/needs", PREFECTURE, BODY)
    connection = await asyncpg.connect(fresh_url)
    try:
        kept = await connection.fetchrow("SELECT author, status FROM towns.need")
    finally:
        await connection.close()
    assert kept is not None
    assert tuple(kept) == ("department_prefecture", "declared")
