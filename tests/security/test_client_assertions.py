"""Proofs of clients that are none: refused, none is told why, no 5xx."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey

from chassis.testing import TEST_URL, client_of, copied_database, url_of
from tests.conftest import TEMPLATE
from tests.partners.conftest import registry_app, registry_settings
from tests.partners.tokens.registered import (
    Partner,
    add_key,
    add_secret,
    basic,
    changed,
    proof_of,
    register,
)
from tests.security.client_proofs import MISSHAPEN, UNAUTHENTICATED, Given, World

CODES = {
    "invalid_scope": "invalid-scope",
    "invalid_target": "invalid-target",
    "unsupported_grant_type": "unsupported-grant-type",
}


@pytest.fixture(scope="module")
async def world(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Yield the registry; nothing that these tests send changes it."""
    async with copied_database(admin_url, TEMPLATE) as name:
        url = url_of(admin_url, database=name)
        made = await _populated(url)
        settings = registry_settings(url, tmp_path_factory.mktemp("signing") / "keys")
        async with client_of(registry_app(settings)) as client:
            yield World(client, *made)


async def _populated(url: str) -> tuple[Any, ...]:
    ours, other = Partner("ours"), Partner("other")
    edwards = Partner("edwards", key=OKPKey.generate_key("Ed25519"))
    withdrawn, expired = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    for partner in (ours, other, edwards):
        await register(url, partner)
    for key, column in ((withdrawn, "revoked_at"), (expired, "expires_at")):
        await add_key(url, ours, key)
        sql = f"UPDATE gateway.client_key SET {column} = now() - interval '1 s' WHERE kid = $1"
        await changed(url, sql, key.thumbprint())
    for name in ("keeper", "neighbour"):
        await register(url, Partner(name), authentication="client_secret_basic")
    secrets = await add_secret(url, "keeper"), await add_secret(url, "neighbour")
    return ours, other, edwards, withdrawn, expired, *secrets


@pytest.mark.parametrize("case", UNAUTHENTICATED.values(), ids=UNAUTHENTICATED)
async def test_a_proof_that_is_none_is_refused_without_a_reason(
    world: World, case: Callable[[World], Given]
) -> None:
    answer = await world.client.post("/oauth/token", **case(world))
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Basic ")
    told = answer.json()
    told.pop("request_id")
    assert told == {
        "type": f"{TEST_URL}/problems/invalid-client",
        "title": "Le client n'a pas prouvé son identité",
        "status": 401,
        "detail": "Le client n'a pas prouvé son identité",
        "instance": "/oauth/token",
        "code": "invalid-client",
        "errors": [],
        "error": "invalid_client",
        "error_description": "The client has not proved its identity",
    }


@pytest.mark.parametrize(("case", "status", "error"), MISSHAPEN.values(), ids=MISSHAPEN)
async def test_a_request_that_is_none_is_refused_in_both_languages_of_errors(
    world: World, case: Callable[[World], Given], status: int, error: str
) -> None:
    answer = await world.client.post("/oauth/token", **case(world))
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["error_description"].isascii()
    assert answer.json()["code"] == CODES.get(error, answer.json()["code"])


async def test_what_is_refused_leaves_the_sound_ones_alone(world: World) -> None:
    for partner in (world.ours, world.other, world.edwards):
        assert (await world.client.post("/oauth/token", data=partner.form())).is_success
    by_secret_alone = {"grant_type": "client_credentials"}
    answer = await world.client.post(
        "/oauth/token", data=by_secret_alone, headers=basic("keeper", world.secret)
    )
    assert answer.is_success


@pytest.mark.parametrize("typ", [None, "JWT", "client-authentication+jwt"])
async def test_the_types_of_assertions_in_use_are_taken(world: World, typ: str | None) -> None:
    header = world.ours.header(typ=typ) if typ else world.ours.header(without=("typ",))
    form = world.ours.form(world.ours.signed(header, world.ours.claims()))
    assert (await world.client.post("/oauth/token", data=form)).is_success


async def test_what_a_refused_request_carried_can_still_be_used(world: World) -> None:
    form = world.ours.form()
    refused = await world.client.post("/oauth/token", data=form | {"scope": "partners:suspend"})
    taken = await world.client.post("/oauth/token", data=form)
    assert (refused.status_code, taken.status_code) == (400, 200)


async def test_a_query_parameter_is_refused_in_the_words_of_oauth_too(world: World) -> None:
    answer = await world.client.post("/oauth/token?client_id=ours", data=world.ours.form())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "A" * 9_000])
async def test_revoking_what_is_no_token_never_breaks(world: World, token: str) -> None:
    form = proof_of(world.ours.assertion()) | {"token": token}
    answer = await world.client.post("/oauth/revoke", data=form)
    assert answer.status_code == (200 if 0 < len(token) < 8_000 else 400)
