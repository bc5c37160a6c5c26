"""Contacts of towns: kept by the town, read by its partners, unknown to everybody else."""

from typing import Any

import asyncpg
import pytest

from services.towns.contacts.contract import Contact, ContactIn, ContactPage, WrittenContact
from tests.callers import caller
from tests.towns.asking import Towns, fault

HERE, THERE = "acv-051", "acv-001"
BODY: dict[str, Any] = ContactIn.model_json_schema()["examples"][0]
ITS_TOWN = caller("commune", "contacts:read", "contacts:write", town=HERE)
OTHER_TOWN = caller("commune", "contacts:read", "contacts:write", name="other", town=THERE)
EVALUATOR = caller("evaluator", "contacts:read")


async def kept(desk: Towns, **changes: Any) -> str:
    """Keep a contact; return its path."""
    return await desk.made("/v1/contacts", ITS_TOWN, BODY | changes)


async def test_a_town_keeps_a_contact_that_its_partners_read(desk: Towns) -> None:
    made = await desk.ask("POST", "/v1/contacts", ITS_TOWN, json=BODY)
    path = made.headers["location"]
    shown = await desk.ask("GET", path, EVALUATOR)

    assert (made.status_code, shown.status_code) == (201, 200)
    written = WrittenContact.model_validate_json(made.content, strict=True)
    contact = Contact.model_validate_json(shown.content, strict=True)
    assert {"acv_id": written.acv_id, "version": written.version} == {"acv_id": HERE, "version": 1}
    assert path == f"/v1/contacts/{written.id}" == contact.links.self
    assert BODY.items() <= shown.json().items()
    assert made.headers["etag"] == shown.headers["etag"] == '"1"'


async def test_what_is_outside_is_as_if_it_did_not_exist(desk: Towns) -> None:
    path = await kept(desk)
    unknown = "/v1/contacts/0198c0de-0000-7000-8000-00000000beef"
    outside, nothing = [
        await desk.ask("GET", at, OTHER_TOWN, headers={"X-Request-Id": "same-request-id-0001"})
        for at in (path, unknown)
    ]

    assert fault(outside) == (404, "contact-not-found")
    assert outside.text.replace(path, unknown) == nothing.text
    assert outside.headers == nothing.headers
    listed = await desk.ask("GET", "/v1/contacts?include_total=true", OTHER_TOWN)
    assert listed.json() == {"items": [], "total": 0}


@pytest.mark.parametrize(
    "within",
    [{"town": "51108"}, {"department": "51"}, {"region": "44"}, {"epci": "200066876"}],
    ids=lambda within: next(iter(within)),
)
async def test_each_dimension_of_a_perimeter_lets_its_contacts_in(
    desk: Towns, within: dict[str, str]
) -> None:
    await kept(desk)
    one = caller("region_prefecture", "contacts:read", **within)
    page = await desk.ask("GET", "/v1/contacts?include_total=true", one)

    assert len(ContactPage.model_validate_json(page.content, strict=True).items) == 1
    assert page.json()["total"] == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"acv_id={HERE}", 2),
        (f"acv_id={THERE}", 0),
        ("role=data-contact", 1),
        ("department=51&region=44&epci=200066876", 2),
        ("updated_since=2026-01-31T08:00:00Z", 2),
        ("updated_since=2126-01-31T08:00:00Z", 0),
        ("sort=-updated_at", 2),
    ],
)
async def test_contacts_are_filtered(desk: Towns, query: str, found: int) -> None:
    await kept(desk)
    await kept(desk, role="data-contact")

    page = (await desk.ask("GET", f"/v1/contacts?{query}", EVALUATOR)).json()
    assert len(page["items"]) == found


async def test_a_cursor_of_one_perimeter_is_none_of_another(desk: Towns) -> None:
    await kept(desk)
    await kept(desk)
    page = (await desk.ask("GET", "/v1/contacts?limit=1", ITS_TOWN)).json()

    assert len((await desk.ask("GET", page["next"], ITS_TOWN)).json()["items"]) == 1
    for other in (EVALUATOR, OTHER_TOWN):
        refused = await desk.ask("GET", page["next"], other)
        assert fault(refused) == (400, "invalid-cursor")


async def test_a_contact_is_changed_by_those_who_saw_it_and_only_its_town(desk: Towns) -> None:
    path = await kept(desk)
    seen = {"If-Match": '"1"'}
    change = {"name": "Dominique Autre", "phone": None}
    outside = await desk.ask("PATCH", path, OTHER_TOWN, headers=seen, json=change)
    changed = await desk.ask("PATCH", path, ITS_TOWN, headers=seen, json=change)
    late = await desk.ask("PATCH", path, ITS_TOWN, headers=seen, json=change)
    shown = (await desk.ask("GET", path, ITS_TOWN)).json()

    assert fault(outside) == (404, "contact-not-found")
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert fault(late) == (412, "precondition-failed")
    assert "Camille" not in late.text
    assert (shown["name"], shown["phone"], shown["version"]) == ("Dominique Autre", None, 2)
    assert shown["email"] == BODY["email"]
    told = await desk.heard(ITS_TOWN, "contacts/", count=2)
    assert told[-1]["type"] == "fr.acdt.towns.contact.changed.v1"


async def test_a_contact_is_deleted_for_good_and_the_feed_says_why(
    desk: Towns, fresh_url: str
) -> None:
    path = await kept(desk)
    gone = f"{path}?reason=erasure-requested"
    seen = {"If-Match": '"1"'}
    outside = await desk.ask("DELETE", gone, OTHER_TOWN, headers=seen)
    deleted = await desk.ask("DELETE", gone, ITS_TOWN, headers=seen)
    again = await desk.ask("DELETE", gone, ITS_TOWN, headers=seen)
    told = await desk.heard(ITS_TOWN, "contacts/", count=2)

    assert [outside.status_code, deleted.status_code, again.status_code] == [404, 204, 404]
    assert [event["type"] for event in told] == [
        "fr.acdt.towns.contact.created.v1",
        "fr.acdt.towns.contact.deleted.v1",
    ]
    assert told[-1]["reason"] == "erasure-requested"
    assert set(told[-1]["data"]) == {"id", "acv_id", "version"}
    connection = await asyncpg.connect(fresh_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM towns.contact") == 0
        told = await connection.fetchval("SELECT string_agg(e::text, '') FROM towns.event e")
        assert "Camille" not in told
    finally:
        await connection.close()


async def test_a_key_repeats_nothing_and_keeps_nobody(desk: Towns, fresh_url: str) -> None:
    key = {"Idempotency-Key": "contact-1"}
    first, second = [
        await desk.ask("POST", "/v1/contacts", ITS_TOWN, json=BODY, headers=key) for _ in range(2)
    ]

    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    connection = await asyncpg.connect(fresh_url)
    try:
        kept = await connection.fetchval("SELECT body FROM towns.idempotency_key")
        assert b"Camille" not in kept
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"acv_id": "acv-999"}, "unknown-town"),
        ({"email": None, "phone": None}, "no-way-to-reach"),
        ({"valid_until": "2025-12-31"}, "period-reversed"),
        ({"role": "king"}, "invalid-value"),
        ({"phone": "03 26 00 00 00"}, "invalid-value"),
        ({"email": "nobody"}, "invalid-value"),
        ({"name": " "}, "invalid-value"),
    ],
)
async def test_a_contact_that_nobody_could_call_is_refused(
    desk: Towns, change: dict[str, Any], code: str
) -> None:
    answer = await desk.ask("POST", "/v1/contacts", ITS_TOWN, json=BODY | change)

    assert fault(answer) == (422, code)


async def test_a_contact_stays_in_its_town(desk: Towns) -> None:
    path = await kept(desk)
    answer = await desk.ask(
        "PATCH", path, ITS_TOWN, headers={"If-Match": '"1"'}, json={"acv_id": THERE}
    )
    assert fault(answer) == (422, "contact-cannot-move")


async def test_adding_a_contact_to_another_town_names_what_limits_the_right(desk: Towns) -> None:
    answer = await desk.ask("POST", "/v1/contacts", ITS_TOWN, json=BODY | {"acv_id": THERE})

    assert fault(answer) == (403, "outside-perimeter")
    assert answer.json()["dimensions"] == ["epci", "town"]
    assert "51108" not in answer.text
    assert await desk.told(EVALUATOR, "contacts/") == []


async def test_the_feed_tells_of_contacts_only_those_who_may_read_them(desk: Towns) -> None:
    await kept(desk)

    assert len(await desk.heard(ITS_TOWN, "contacts/", count=1)) == 1
    assert len(await desk.told(EVALUATOR, "contacts/")) == 1
    assert await desk.told(OTHER_TOWN, "contacts/") == await desk.told(None, "contacts/") == []
    assert await desk.told(caller("evaluator", "contacts:write"), "contacts/") == []


async def test_the_end_of_the_feed_moves_only_for_those_who_are_told(desk: Towns) -> None:
    end = "/v1/events/towns?after=latest"
    before = [(await desk.ask("GET", end, one)).json() for one in (None, ITS_TOWN)]
    await kept(desk)
    await desk.heard(ITS_TOWN, "contacts/", count=1)
    after = [(await desk.ask("GET", end, one)).json() for one in (None, ITS_TOWN)]

    assert before[0] == after[0]
    assert before[1] != after[1]
    mark = {"after": before[1]["after"]}
    told = await desk.ask("GET", "/v1/events/towns", ITS_TOWN, params=mark)
    assert len(told.json()["items"]) == 1
    assert fault(await desk.ask("GET", "/v1/events/towns", None, params=mark)) == (
        400,
        "invalid-cursor",
    )


async def test_a_feed_that_shows_more_to_some_says_that_it_varies(desk: Towns) -> None:
    answer = await desk.ask("GET", "/v1/events/towns", None)
    assert "Authorization" in ", ".join(answer.headers.get_list("vary"))
