"""What an organisation hears of its tokens given back, and of proofs that were refused."""

import asyncio
from typing import Any

import httpx
from sqlalchemy import text

from chassis.database import Database
from chassis.testing import client_of
from gateway.partners.events import ProofRefused, TokenRevoked
from gateway.partners.tokens.issuer import Issuer
from gateway.settings import Settings
from tests.partners.asking import heard
from tests.partners.callers import Caller
from tests.partners.conftest import registry_app
from tests.partners.tokens.registered import (
    Partner,
    add_secret,
    an_id,
    basic,
    hashed,
    payload_of,
    proof_of,
)
from tests.partners.tokens.test_issuing import GRANT

TOLD = (ProofRefused.name, TokenRevoked.name)
QUESTION = (
    "SELECT name, subject, actor, client, data FROM gateway.event WHERE name = ANY(:names)"
    " ORDER BY sequence"
)


async def facts(database: Database, *, least: int = 0) -> list[Any]:
    """Return what was told, once it is so much: another task tells too."""
    async with asyncio.timeout(20):
        while True:
            async with database.writing() as session:
                found = (await session.execute(text(QUESTION), {"names": list(TOLD)})).all()
            if len(found) >= least:
                return list(found)
            await asyncio.sleep(0.05)


async def given_back(registry: httpx.AsyncClient, partner: Partner, token: str) -> int:
    form = proof_of(partner.assertion()) | {"token": token}
    return (await registry.post("/oauth/revoke", data=form)).status_code


async def test_a_token_given_back_is_told_once_to_its_organisation_alone(
    registry: httpx.AsyncClient, database: Database, *, partner: Partner, town: Caller
) -> None:
    answer = await registry.post("/oauth/token", data=partner.form())
    token = answer.json()["access_token"]
    for _ in range(2):
        given = await registry.post(
            "/oauth/revoke", data=proof_of(partner.assertion()) | {"token": token}
        )
        assert given.status_code == 200
    ((name, subject, actor, client, data),) = await facts(database)
    claims = payload_of(token)
    assert (name, subject) == (TokenRevoked.name, f"clients/{partner.id}")
    assert (actor, client) == (claims["org"], partner.id)
    assert data == {"client_id": partner.id, "token": hashed(claims["jti"])}
    told = await heard(registry, town.bearer(), least=1)
    assert TokenRevoked.name not in {fact["type"] for fact in told}


async def test_what_is_no_token_of_the_client_is_not_told(
    registry: httpx.AsyncClient, database: Database, partner: Partner
) -> None:
    given = await registry.post(
        "/oauth/revoke", data=proof_of(partner.assertion()) | {"token": "a.b.c"}
    )
    assert given.status_code == 200
    assert await facts(database) == []


async def wrong(registry: httpx.AsyncClient, client_id: str, *, times: int = 1) -> None:
    for _ in range(times):
        shown = basic(client_id, "acdt_test_abcdefgh_" + "a" * 43)
        answer = await registry.post("/oauth/token", data=GRANT, headers=shown)
        assert answer.status_code == 401


async def test_refused_proofs_are_told_once_in_a_while_for_each_client_and_reason(
    settings: Settings, database: Database, town: Caller
) -> None:
    issuer, another = Issuer(settings), Issuer(settings)
    async with (
        client_of(registry_app(settings, issuer)) as one,
        client_of(registry_app(settings, another)) as two,
    ):
        for registry, teller in ((one, issuer), (two, another), (one, issuer)):
            await wrong(registry, town.client, times=3)
            await wrong(registry, "client-of-nobody")
            await teller.tell_refused()
        ((name, subject, actor, client, data),) = await facts(database, least=1)
        assert (name, subject) == (ProofRefused.name, f"clients/{town.client}")
        assert (actor, client) == ("public", "anonymous")
        assert data == {"client_id": town.client, "why": "not a secret of the client"}
        async with database.writing() as session:
            later = "UPDATE gateway.refused_proof SET told_at = told_at - interval '10 minutes'"
            await session.execute(text(later))
        await wrong(one, town.client)
        await issuer.tell_refused()
        assert len(await facts(database, least=2)) == 2
        told = await heard(one, town.bearer(), least=5)
    assert {fact["data"].get("why") for fact in told} >= {"not a secret of the client"}


async def test_a_replayed_assertion_is_told_with_its_request(
    settings: Settings, database: Database, partner: Partner
) -> None:
    issuer, form = Issuer(settings), partner.form()
    async with client_of(registry_app(settings, issuer)) as registry:
        for _ in range(2):
            await registry.post("/oauth/token", data=form, headers={"X-Request-Id": "replay-0001"})
    ((*_, data),) = await facts(database)  # a stop tells what waits
    assert data["why"] == "assertion: used before"
    async with database.writing() as session:
        request_id = "SELECT request_id FROM gateway.event WHERE name = :name"
        found = await session.scalar(text(request_id), {"name": ProofRefused.name})
    assert found == "replay-0001"


async def test_the_proofs_of_one_client_tell_nothing_of_another(
    settings: Settings, database: Database, fresh_url: str, *, town: Caller, state: Caller
) -> None:
    issuer, stranger = Issuer(settings), an_id()
    async with client_of(registry_app(settings, issuer)) as registry:
        assert await add_secret(fresh_url, town.client)
        await wrong(registry, town.client)
        await wrong(registry, stranger)
        await issuer.tell_refused()
        told = await heard(registry, state.bearer(), least=1)
    assert stranger not in str(told)
    assert [subject for _, subject, *_ in await facts(database, least=1)] == [
        f"clients/{town.client}"
    ]
