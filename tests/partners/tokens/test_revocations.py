"""Suspensions, tokens taken back, what verifiers hear of both; and what the log never holds."""

import json

import httpx
import pytest
import structlog
from sqlalchemy import text

from chassis.observability import configure_logs
from chassis.testing import client_of
from gateway.partners.app import create_app
from gateway.partners.tokens import store
from gateway.partners.tokens.issuer import Issuer
from gateway.settings import Settings
from tests.partners.conftest import registry_app
from tests.partners.tokens.registered import (
    Partner,
    add_secret,
    an_id,
    basic,
    changed,
    hashed,
    payload_of,
    proof_of,
    register,
    rows_of,
)

GRANT = {"grant_type": "client_credentials"}
STRONG = ("partners:read", "partners:suspend")
SUSPEND = "UPDATE gateway.client SET status = 'suspended', refused_before = now() WHERE id = $1"
RESTORE = "UPDATE gateway.client SET status = 'active' WHERE id = $1"


@pytest.mark.parametrize("who", ["client", "organisation"])
async def test_who_is_suspended_gets_no_token_and_verifiers_hear_of_it(
    registry: httpx.AsyncClient, fresh_url: str, partner: Partner, who: str
) -> None:
    column, name = ("id", partner.id) if who == "client" else ("id", partner.organisation)
    sql = f"UPDATE gateway.{who} SET status = 'suspended' WHERE {column} = $1"
    await changed(fresh_url, sql, name)
    refused = await registry.post("/oauth/token", data=partner.form())
    assert (refused.status_code, refused.json()["code"]) == (401, "client-suspended")
    assert refused.json()["error"] == "invalid_client"
    told = (await registry.get("/.well-known/acdt-revocations")).json()
    assert told == {"clients": {hashed(partner.id): store.FOR_GOOD}, "tokens": {}}


async def test_a_suspension_is_not_told_to_who_has_not_proved_to_be_the_client(
    registry: httpx.AsyncClient, fresh_url: str, partner: Partner
) -> None:
    await changed(fresh_url, SUSPEND, partner.id)
    stranger = Partner(partner.id)
    header = stranger.header(kid=partner.kid)
    form = stranger.form(stranger.signed(header, stranger.claims()))
    assert (await registry.post("/oauth/token", data=form)).json()["code"] == "invalid-client"


async def test_who_is_restored_gets_tokens_and_the_older_ones_stay_refused_for_ten_minutes(
    registry: httpx.AsyncClient, fresh_url: str, partner: Partner
) -> None:
    await changed(fresh_url, SUSPEND, partner.id)
    await changed(fresh_url, RESTORE, partner.id)
    assert (await registry.post("/oauth/token", data=partner.form())).status_code == 200
    told = (await registry.get("/.well-known/acdt-revocations")).json()["clients"]
    ((since,),) = await rows_of(fresh_url, "SELECT refused_before FROM gateway.client")
    assert told == {hashed(partner.id): -int(-since.timestamp() // 1)}
    await changed(
        fresh_url, "UPDATE gateway.client SET refused_before = now() - interval '11 minutes'"
    )
    told = (await registry.get("/.well-known/acdt-revocations")).json()["clients"]
    assert told == {}


async def test_a_client_takes_back_its_own_token_and_no_other(
    registry: httpx.AsyncClient, fresh_url: str, partner: Partner
) -> None:
    other = Partner(an_id())
    await register(fresh_url, other)
    token = (await registry.post("/oauth/token", data=partner.form())).json()["access_token"]
    read = payload_of(token)
    for who, expected in ((other, {}), (partner, {hashed(str(read["jti"])): read["exp"] + 10})):
        form = proof_of(who.assertion()) | {"token": token, "token_type_hint": "access_token"}
        answer = await registry.post("/oauth/revoke", data=form)
        assert (answer.status_code, answer.content) == (200, b"")
        told = (await registry.get("/.well-known/acdt-revocations")).json()
        assert told == {"clients": {}, "tokens": expected}


async def test_a_token_is_taken_back_with_a_secret_too_and_not_without_proof(
    registry: httpx.AsyncClient, fresh_url: str
) -> None:
    keeper = Partner(an_id())
    await register(fresh_url, keeper, authentication="client_secret_basic")
    secret = basic(keeper.id, await add_secret(fresh_url, keeper.id))
    answer = await registry.post("/oauth/token", data=GRANT, headers=secret)
    form = {"token": answer.json()["access_token"]}
    assert (await registry.post("/oauth/revoke", data=form)).status_code == 401
    assert (await registry.post("/oauth/revoke", data=form, headers=secret)).status_code == 200
    assert len((await registry.get("/.well-known/acdt-revocations")).json()["tokens"]) == 1


async def test_the_verifier_of_the_same_process_is_given_what_others_ask_for(
    settings: Settings, fresh_url: str, partner: Partner
) -> None:
    issuer = Issuer(settings)
    async with client_of(registry_app(settings, issuer)) as client:
        await changed(fresh_url, SUSPEND, partner.id)
        paths = ("/.well-known/jwks.json", "/.well-known/acdt-revocations")
        told = [(await client.get(path)).json() for path in paths]
        assert list(await issuer.source()) == told
    with pytest.raises(RuntimeError, match="not open"):
        await issuer.source()


async def test_what_has_expired_is_forgotten(
    settings: Settings, fresh_url: str, partner: Partner
) -> None:
    app = create_app(settings)
    async with client_of(registry_app(settings)) as client:
        await client.post("/oauth/token", data=partner.form())
    await changed(
        fresh_url,
        "INSERT INTO gateway.used_assertion VALUES ('x', 'x', now() - interval '2 minutes')",
    )
    await changed(
        fresh_url, "INSERT INTO gateway.revoked_token VALUES ('x', now() - interval '2 minutes')"
    )
    await app.database.open()
    async with app.database.writing() as session:
        assert await store.prune(session) == 2
        assert await session.scalar(text("SELECT count(*) FROM gateway.used_assertion")) == 1
    await app.database.close()


async def test_neither_secret_nor_token_nor_assertion_is_ever_logged(
    settings: Settings,
    fresh_url: str,
    capfdbinary: pytest.CaptureFixture[bytes],
    partner: Partner,
) -> None:
    keeper = Partner(an_id())
    await register(fresh_url, keeper, authentication="client_secret_basic")
    secret = await add_secret(fresh_url, keeper.id)
    wrong, form = secret[:-1] + ("a" if secret[-1] != "a" else "b"), partner.form()
    structlog.reset_defaults()
    configure_logs("debug")
    async with client_of(registry_app(settings)) as client:
        answers = [
            await client.post("/oauth/token", data=form),
            await client.post("/oauth/token", data=form),
            await client.post("/oauth/token", data=GRANT, headers=basic(keeper.id, secret)),
            await client.post("/oauth/token", data=GRANT, headers=basic(keeper.id, wrong)),
            await client.post("/oauth/token", data=form | {"client_secret": secret}),
        ]
    structlog.reset_defaults()
    configure_logs("critical")
    told = b"".join(capfdbinary.readouterr()).decode()
    assert [answer.status_code for answer in answers] == [200, 401, 200, 401, 400]
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert sum(line["event"] == "request" for line in lines) == 5
    whys = {line["why"]: line["client"] for line in lines if line["event"] == "client refused"}
    assert whys == {
        "assertion: used before": partner.id,
        "not a secret of the client": keeper.id,
    }
    told += "".join(answer.text for answer in answers if not answer.is_success)
    hidden = [secret, wrong, form["client_assertion"], basic(keeper.id, secret)["Authorization"]]
    hidden += [answer.json()["access_token"] for answer in answers if answer.is_success]
    assert [one for one in hidden if one[6:] in told] == []
