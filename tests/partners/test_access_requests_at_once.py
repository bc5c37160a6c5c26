"""Many callers at once on one request for access: real connections, one outcome."""

import asyncio

import httpx

from chassis.database import Database
from tests.partners.asking import a_request, asked, collected, judged, scalar
from tests.partners.callers import Caller


async def test_the_same_organisation_speaking_many_times_at_once_has_one_opinion(
    registry: httpx.AsyncClient, database: Database, state: Caller
) -> None:
    receipt = await asked(registry, a_request())
    answers = await asyncio.gather(*(judged(registry, receipt, by=state) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert await scalar(database, "SELECT count(*) FROM gateway.access_opinion") == 1
    assert await scalar(database, "SELECT status FROM gateway.access_request") == "pending"


async def test_many_organisations_approving_at_once_make_one_system(
    registry: httpx.AsyncClient, database: Database
) -> None:
    judges = [await Caller.registered(database, "funder", name=f"Funder {n}") for n in range(6)]
    receipt = await asked(registry, a_request())
    answers = await asyncio.gather(*(judged(registry, receipt, by=judge) for judge in judges))
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 4
    assert await scalar(database, "SELECT count(*) FROM gateway.client") == len(judges) + 1


async def test_the_claim_used_many_times_at_once_gives_one_secret(
    registry: httpx.AsyncClient, database: Database, *, state: Caller, prefecture: Caller
) -> None:
    receipt = await asked(registry, a_request())
    await judged(registry, receipt, by=state)
    await judged(registry, receipt, by=prefecture)
    answers = await asyncio.gather(*(collected(registry, receipt) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert await scalar(database, "SELECT count(*) FROM gateway.client_secret") == 1
