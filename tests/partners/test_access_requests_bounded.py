"""What anonymous callers may make is bounded: by sender in a day, by partner while undecided."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from chassis.database import Database
from chassis.testing import client_of
from gateway.partners.access_requests.desk import Desk
from gateway.partners.access_requests.rules import MOST_PENDING
from gateway.partners.errors import GrantLapsed, TooManyAsked, TooManyPending
from gateway.partners.towns_client import TownsClient
from gateway.settings import Settings
from tests.partners.asking import a_request, asked, collected, judged, scalar
from tests.partners.callers import Caller
from tests.partners.conftest import registry_app

_DAY_SECONDS = 86_400
NAMELESS = {"organisation": {"kind": "commune", "name": "Ville de Vitré"}}


def asking(client: httpx.AsyncClient, **changes: Any) -> Any:
    return client.post("/v1/access-requests", json=a_request(**changes))


async def statuses(client: httpx.AsyncClient, count: int, **changes: Any) -> list[int]:
    answers = await asyncio.gather(*(asking(client, **changes) for _ in range(count)))
    return sorted(answer.status_code for answer in answers)


async def test_a_sender_asks_so_often_in_a_day_whatever_process_it_meets(
    settings: Settings, database: Database
) -> None:
    strict = settings.model_copy(update={"access_requests_a_day": 2})
    async with client_of(registry_app(strict)) as one, client_of(registry_app(strict)) as two:
        assert (await asking(one, **NAMELESS)).status_code == 201
        assert (await asking(two, **NAMELESS)).status_code == 201
        refused = await asking(one, **NAMELESS)
        assert (refused.status_code, refused.json()["code"]) == (429, TooManyAsked.slug())
        assert _DAY_SECONDS - 60 < int(refused.headers["retry-after"]) <= _DAY_SECONDS
        async with database.writing() as session:
            older = "created_at = created_at - interval '1 day'"
            await session.execute(text(f"UPDATE gateway.access_request SET {older}"))
        assert (await asking(one, **NAMELESS)).status_code == 201


async def test_many_at_once_of_one_sender_are_no_more_than_it_may_make(settings: Settings) -> None:
    strict = settings.model_copy(update={"access_requests_a_day": 3})
    async with client_of(registry_app(strict)) as registry:
        assert await statuses(registry, 8, **NAMELESS) == [201] * 3 + [429] * 5


async def test_many_at_once_for_one_partner_are_no_more_than_may_wait(
    registry: httpx.AsyncClient, state: Caller
) -> None:
    assert await statuses(registry, MOST_PENDING + 3) == [201] * MOST_PENDING + [409] * 3
    refused = await asking(registry)
    assert refused.json()["code"] == TooManyPending.slug()
    others = {"kind": "commune", "name": "Une autre", "siret": "35600000000048"}
    assert (await asking(registry, organisation=others)).status_code == 201
    page = await registry.get("/v1/access-requests?status=pending", headers=state.bearer())
    path = page.json()["items"][0]["links"]["opinions"]
    opinion = {"verdict": "refused", "motive": "Demande en double"}
    assert (await registry.post(path, json=opinion, headers=state.bearer())).status_code == 201
    assert (await asking(registry)).status_code == 201


async def test_a_known_partner_is_counted_by_its_id(
    registry: httpx.AsyncClient, town: Caller
) -> None:
    known = {"organisation": None, "organisation_id": str(town.organisation)}
    await statuses(registry, MOST_PENDING, **known)
    assert (await asking(registry, **known)).json()["code"] == TooManyPending.slug()


async def test_an_unknown_partner_is_refused_before_it_counts(registry: httpx.AsyncClient) -> None:
    unknown = {"organisation": None, "organisation_id": str(uuid4())}
    assert await statuses(registry, MOST_PENDING + 1, **unknown) == [422] * (MOST_PENDING + 1)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
    ],
)
def test_a_sender_is_its_address_or_its_network_of_addresses(
    settings: Settings, one: str, other: str, *, alike: bool
) -> None:
    desk = Desk(settings, TownsClient(settings, None))
    found, again = (
        desk.source({"type": "http", "state": {}, "client": (address, 1)}).digest
        for address in (one, other)
    )
    assert (found == again) is alike
    assert one.encode() not in found


async def test_headers_that_name_another_address_change_nothing(settings: Settings) -> None:
    strict = settings.model_copy(update={"access_requests_a_day": 1})
    async with client_of(registry_app(strict)) as registry:
        await asking(registry, **NAMELESS)
        headers = {"X-Forwarded-For": "192.0.2.9", "Forwarded": "for=192.0.2.9"}
        body = a_request(**NAMELESS)
        answer = await registry.post("/v1/access-requests", json=body, headers=headers)
        assert answer.status_code == 429


async def test_a_grant_that_nobody_collects_lapses(
    registry: httpx.AsyncClient, database: Database, *, state: Caller, prefecture: Caller
) -> None:
    receipt = await asked(registry, a_request())
    await judged(registry, receipt, by=state)
    await judged(registry, receipt, by=prefecture)
    path = f"/v1/access-requests/{receipt.id}"
    shown = (await registry.get(path, headers=state.bearer())).json()
    days = "SELECT extract(day FROM expires_at - updated_at) FROM gateway.access_request"
    assert (shown["status"], await scalar(database, days)) == ("granted", 30)
    async with database.writing() as session:
        await session.execute(text("UPDATE gateway.access_request SET expires_at = now()"))
    late = await collected(registry, receipt)
    assert (late.status_code, late.json()["code"]) == (409, GrantLapsed.slug())
    shown = await registry.get("/v1/access-requests?status=lapsed", headers=state.bearer())
    assert [item["status"] for item in shown.json()["items"]] == ["lapsed"]
    assert await scalar(database, "SELECT count(*) FROM gateway.client_secret") == 0
