"""Contacts of towns: kept by the town, read by its partners, unknown to everybody else."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from chassis.http import Edge
from chassis.testing import TEST_URL, client_of
from services.towns.contacts.contract import Contact, ContactIn, ContactPage, WrittenContact
from tests.callers import bearer, caller, service_app

PATIENCE = 20.0
HERE, THERE = "acv-051", "acv-001"
BODY: dict[str, Any] = ContactIn.model_json_schema()["examples"][0]
ITS_TOWN = caller("commune", "contacts:read", "contacts:write", town=HERE)
OTHER_TOWN = caller("commune", "contacts:read", "contacts:write", name="other", town=THERE)
EVALUATOR = caller("evaluator", "contacts:read")


class Towns:
    """The service, asked by one caller or another."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, method: str, path: str, principal: Any, **request: Any) -> httpx.Response:
        headers = bearer(principal) | request.pop("headers", {})
        return await self._client.request(method, path, headers=headers, **request)

    async def kept(self, **changes: Any) -> str:
        """Keep a contact; return its path."""
        answer = await self.ask("POST", "/v1/contacts", ITS_TOWN, json=BODY | changes)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    async def heard(self, principal: Any, count: int) -> list[dict[str, Any]]:
        """What the feed tells of contacts, once it tells as much: others' changes may delay it."""
        async with asyncio.timeout(PATIENCE):
            told = await self.told(principal)
            while len(told) < count:
                await asyncio.sleep(0.05)
                told = await self.told(principal)
        return told

    async def told(self, principal: Any) -> list[dict[str, Any]]:
        """What the feed tells a caller of contacts by now."""
        page = "/v1/events/towns?limit=200"
        found: list[dict[str, Any]] = []
        while page:
            answer = (await self.ask("GET", page, principal)).json()
            found += answer["items"]
            page = answer.get("next", "")
        return [event for event in found if event["subject"].startswith("contacts/")]


@pytest.fixture
async def towns(fresh_url: str) -> AsyncIterator[Towns]:
    edge = Edge(service_app("towns", fresh_url), server="towns", public_url=TEST_URL)
    async with client_of(edge) as client:
        yield Towns(client)


def fault(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_town_keeps_a_contact_that_its_partners_read(towns: Towns) -> None:
    made = await towns.ask("POST", "/v1/contacts", ITS_TOWN, json=BODY)
    path = made.headers["location"]
    shown = await towns.ask("GET", path, EVALUATOR)

    assert (made.status_code, shown.status_code) == (201, 200)
    written = WrittenContact.model_validate_json(made.content, strict=True)
    contact = Contact.model_validate_json(shown.content, strict=True)
    assert {"acv_id": written.acv_id, "version": written.version} == {"acv_id": HERE, "version": 1}
    assert path == f"/v1/contacts/{written.id}" == contact.links.self
    assert BODY.items() <= shown.json().items()
    assert made.headers["etag"] == shown.headers["etag"] == '"1"'


async def test_what_is_outside_is_as_if_it_did_not_exist(towns: Towns) -> None:
    path = await towns.kept()
    unknown = "/v1/contacts/0198c0de-0000-7000-8000-00000000beef"
    outside, nothing = [
        await towns.ask("GET", at, OTHER_TOWN, headers={"X-Request-Id": "same-request-id-0001"})
        for at in (path, unknown)
    ]

    assert fault(outside) == (404, "contact-not-found")
    assert outside.text.replace(path, unknown) == nothing.text
    assert outside.headers == nothing.headers
    listed = await towns.ask("GET", "/v1/contacts?include_total=true", OTHER_TOWN)
    assert listed.json() == {"items": [], "total": 0}


@pytest.mark.parametrize(
    "within",
    [{"town": "51108"}, {"department": "51"}, {"region": "44"}, {"epci": "200066876"}],
    ids=lambda within: next(iter(within)),
)
async def test_each_dimension_of_a_perimeter_lets_its_contacts_in(
    towns: Towns, within: dict[str, str]
) -> None:
    await towns.kept()
    one = caller("region_prefecture", "contacts:read", **within)
    page = await towns.ask("GET", "/v1/contacts?include_total=true", one)

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
async def test_contacts_are_filtered(towns: Towns, query: str, found: int) -> None:
    await towns.kept()
    await towns.kept(role="data-contact")

    page = (await towns.ask("GET", f"/v1/contacts?{query}", EVALUATOR)).json()
    assert len(page["items"]) == found


async def test_a_cursor_of_one_perimeter_is_none_of_another(towns: Towns) -> None:
    await towns.kept()
    await towns.kept()
    page = (await towns.ask("GET", "/v1/contacts?limit=1", ITS_TOWN)).json()

    assert len((await towns.ask("GET", page["next"], ITS_TOWN)).json()["items"]) == 1
    for other in (EVALUATOR, OTHER_TOWN):
        refused = await towns.ask("GET", page["next"], other)
        assert fault(refused) == (400, "invalid-cursor")


async def test_a_contact_is_changed_by_those_who_saw_it_and_only_its_town(towns: Towns) -> None:
    path = await towns.kept()
    seen = {"If-Match": '"1"'}
    change = {"name": "Dominique Autre", "phone": None}
    outside = await towns.ask("PATCH", path, OTHER_TOWN, headers=seen, json=change)
    changed = await towns.ask("PATCH", path, ITS_TOWN, headers=seen, json=change)
    late = await towns.ask("PATCH", path, ITS_TOWN, headers=seen, json=change)
    shown = (await towns.ask("GET", path, ITS_TOWN)).json()

    assert fault(outside) == (404, "contact-not-found")
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert fault(late) == (412, "precondition-failed")
    assert "Camille" not in late.text
    assert (shown["name"], shown["phone"], shown["version"]) == ("Dominique Autre", None, 2)
    assert shown["email"] == BODY["email"]
    told = await towns.heard(ITS_TOWN, 2)
    assert told[-1]["type"] == "fr.acdt.towns.contact.changed.v1"


async def test_a_contact_is_deleted_for_good_and_the_feed_says_why(
    towns: Towns, fresh_url: str
) -> None:
    path = await towns.kept()
    gone = f"{path}?reason=erasure-requested"
    seen = {"If-Match": '"1"'}
    outside = await towns.ask("DELETE", gone, OTHER_TOWN, headers=seen)
    deleted = await towns.ask("DELETE", gone, ITS_TOWN, headers=seen)
    again = await towns.ask("DELETE", gone, ITS_TOWN, headers=seen)
    told = await towns.heard(ITS_TOWN, 2)

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
        kept = await connection.fetchval("SELECT string_agg(e::text, '') FROM towns.event e")
        assert "Camille" not in kept
    finally:
        await connection.close()


async def test_a_key_repeats_nothing_and_keeps_nobody(towns: Towns, fresh_url: str) -> None:
    key = {"Idempotency-Key": "contact-1"}
    first, second = [
        await towns.ask("POST", "/v1/contacts", ITS_TOWN, json=BODY, headers=key) for _ in range(2)
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
    towns: Towns, change: dict[str, Any], code: str
) -> None:
    answer = await towns.ask("POST", "/v1/contacts", ITS_TOWN, json=BODY | change)

    assert fault(answer) == (422, code)


async def test_a_contact_stays_in_its_town(towns: Towns) -> None:
    path = await towns.kept()
    answer = await towns.ask(
        "PATCH", path, ITS_TOWN, headers={"If-Match": '"1"'}, json={"acv_id": THERE}
    )
    assert fault(answer) == (422, "contact-cannot-move")


async def test_adding_a_contact_to_another_town_names_what_limits_the_right(towns: Towns) -> None:
    answer = await towns.ask("POST", "/v1/contacts", ITS_TOWN, json=BODY | {"acv_id": THERE})

    assert fault(answer) == (403, "outside-perimeter")
    assert answer.json()["dimensions"] == ["epci", "town"]
    assert "51108" not in answer.text
    assert await towns.told(EVALUATOR) == []


async def test_the_feed_tells_of_contacts_only_those_who_may_read_them(towns: Towns) -> None:
    await towns.kept()

    assert len(await towns.heard(ITS_TOWN, 1)) == len(await towns.told(EVALUATOR)) == 1
    assert await towns.told(OTHER_TOWN) == await towns.told(None) == []
    assert await towns.told(caller("evaluator", "contacts:write")) == []


async def test_the_end_of_the_feed_moves_only_for_those_who_are_told(towns: Towns) -> None:
    end = "/v1/events/towns?after=latest"
    before = [(await towns.ask("GET", end, one)).json() for one in (None, ITS_TOWN)]
    await towns.kept()
    await towns.heard(ITS_TOWN, 1)
    after = [(await towns.ask("GET", end, one)).json() for one in (None, ITS_TOWN)]

    assert before[0] == after[0]
    assert before[1] != after[1]
    mark = {"after": before[1]["after"]}
    told = await towns.ask("GET", "/v1/events/towns", ITS_TOWN, params=mark)
    assert len(told.json()["items"]) == 1
    assert fault(await towns.ask("GET", "/v1/events/towns", None, params=mark)) == (
        400,
        "invalid-cursor",
    )


async def test_a_feed_that_shows_more_to_some_says_that_it_varies(towns: Towns) -> None:
    answer = await towns.ask("GET", "/v1/events/towns", None)
    assert "Authorization" in ", ".join(answer.headers.get_list("vary"))
