"""Rotation without a cut, revocation at once, and what to do after a leak."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.database import Database
from gateway.partners.credentials.contract import AddedKey, IssuedSecret, Leak, Revocation
from gateway.partners.keys import read_key
from gateway.partners.secrets import FORM
from tests.partners.asking import acts, heard, scalar
from tests.partners.callers import Caller, public_jwk
from tests.partners.test_clients import shown, suspended


async def posted(
    registry: httpx.AsyncClient, path: str, body: dict[str, Any], *, by: Caller, **headers: str
) -> httpx.Response:
    return await registry.post(path, json=body, headers=by.bearer() | headers)


async def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_second_secret_works_beside_the_first_and_a_third_is_refused(
    registry: httpx.AsyncClient, town: Caller
) -> None:
    path = f"/v1/partners/{town.organisation}/clients/{town.client}/secrets"
    answer = await posted(registry, path, {}, by=town)
    issued = IssuedSecret.model_validate_json(answer.content)
    assert answer.status_code == 201
    assert answer.headers["etag"] == f'"{issued.version}"'
    assert FORM.fullmatch(str(issued.secret))
    life = issued.expires_at - datetime.now(UTC)
    assert timedelta(days=179) < life <= timedelta(days=180)
    live = [secret.prefix for secret in (await shown(registry, town, by=town)).secrets]
    assert live == [town.prefix, issued.prefix]
    third = await posted(registry, path, {}, by=town)
    assert await refused(third) == (409, "too-many-credentials")
    body = {"prefix": town.prefix, "reason": "rotation"}
    await posted(registry, f"{town.path}/revocations", body, by=town)
    assert (await posted(registry, path, {"days": 365}, by=town)).status_code == 201


@pytest.mark.parametrize("days", [0, 366, 1.5, "180"])
async def test_no_secret_lives_longer_than_a_year(
    registry: httpx.AsyncClient, town: Caller, days: object
) -> None:
    answer = await posted(registry, f"{town.path}/secrets", {"days": days}, by=town)
    assert answer.status_code == 422


async def test_rotations_at_once_never_make_a_third_live_secret(
    registry: httpx.AsyncClient, town: Caller
) -> None:
    path = f"{town.path}/secrets"
    answers = await asyncio.gather(*(posted(registry, path, {}, by=town) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5


async def test_a_replayed_rotation_shows_no_secret_and_makes_none(
    registry: httpx.AsyncClient, database: Database, town: Caller
) -> None:
    key = {"Idempotency-Key": "rotate-1"}
    first = await posted(registry, f"{town.path}/secrets", {}, by=town, **key)
    again = await posted(registry, f"{town.path}/secrets", {}, by=town, **key)
    assert again.json() == first.json() | {"secret": None}
    assert await scalar(database, "SELECT count(*) FROM gateway.client_secret") == 2


async def test_a_key_is_added_beside_the_others(
    registry: httpx.AsyncClient, database: Database, prefecture: Caller
) -> None:
    path = f"/v1/partners/{prefecture.organisation}/clients/{prefecture.client}/keys"
    jwk = public_jwk()
    answer = await posted(registry, path, {"jwk": jwk}, by=prefecture)
    added = AddedKey.model_validate_json(answer.content)
    assert (added.kid, added.algorithm) == (read_key(jwk).kid, "ES256")
    twice = await posted(registry, path, {"jwk": jwk}, by=prefecture)
    assert await refused(twice) == (409, "key-already-there")
    off = await posted(registry, path, {"jwk": jwk | {"y": "A" * 43}}, by=prefecture)
    assert await refused(off) == (422, "unfit-key")
    for _ in range(3):
        await posted(registry, path, {"jwk": public_jwk()}, by=prefecture)
    sixth = await posted(registry, path, {"jwk": public_jwk()}, by=prefecture)
    assert await refused(sixth) == (409, "too-many-credentials")
    assert {act for act, *_ in await acts(database)} == {"fr.acdt.gateway.key.added.v1"}


async def test_a_secret_is_for_those_with_secrets_and_a_key_for_those_who_sign(
    registry: httpx.AsyncClient, town: Caller, prefecture: Caller
) -> None:
    secret = await posted(registry, f"{prefecture.path}/secrets", {}, by=prefecture)
    key = await posted(registry, f"{town.path}/keys", {"jwk": public_jwk()}, by=town)
    assert await refused(secret) == await refused(key) == (409, "wrong-proof")


async def test_a_suspended_system_gets_nothing_new(
    registry: httpx.AsyncClient, *, state: Caller, town: Caller, prefecture: Caller
) -> None:
    for system in (town, prefecture):
        await suspended(registry, system, by=state)
    secret = await posted(registry, f"{town.path}/secrets", {}, by=town)
    key = await posted(registry, f"{prefecture.path}/keys", {"jwk": public_jwk()}, by=prefecture)
    assert await refused(secret) == await refused(key) == (409, "client-is-suspended")


async def test_a_revocation_ends_a_secret_and_all_tokens_of_the_system_at_once(
    registry: httpx.AsyncClient, town: Caller
) -> None:
    path = f"/v1/partners/{town.organisation}/clients/{town.client}/revocations"
    body = {"prefix": town.prefix, "reason": "lost"}
    answer = await posted(registry, path, body, by=town)
    revoked = Revocation.model_validate_json(answer.content)
    assert revoked.refused_before == revoked.revoked_at
    client = await shown(registry, town, by=town)
    assert client.refused_before == client.secrets[0].revoked_at == revoked.revoked_at
    again = Revocation.model_validate_json((await posted(registry, path, body, by=town)).content)
    assert again == revoked


async def test_a_key_is_revoked_by_its_thumbprint(
    registry: httpx.AsyncClient, prefecture: Caller
) -> None:
    kid = (await shown(registry, prefecture, by=prefecture)).keys[0].kid
    body = {"kid": kid, "reason": "retired"}
    await posted(registry, f"{prefecture.path}/revocations", body, by=prefecture)
    assert (await shown(registry, prefecture, by=prefecture)).keys[0].revoked_at is not None


async def test_what_a_partner_cannot_name_it_cannot_revoke(
    registry: httpx.AsyncClient, database: Database, town: Caller
) -> None:
    other = await Caller.registered(database, "commune", name="Another town")
    body = {"prefix": other.prefix, "reason": "leak"}
    foreign = await posted(registry, f"{town.path}/revocations", body, by=town)
    assert await refused(foreign) == (422, "unknown-credential")
    hidden = await posted(registry, f"{other.path}/revocations", body, by=town)
    assert await refused(hidden) == (404, "client-not-found")
    for place, sent in (("secrets", {}), ("keys", {"jwk": public_jwk()})):
        answer = await posted(registry, f"{other.path}/{place}", sent, by=town)
        assert await refused(answer) == (404, "client-not-found")
    both = body | {"kid": "A" * 43}
    assert (await posted(registry, f"{town.path}/revocations", both, by=town)).status_code == 422


SEEN = "2026-11-20T08:00:00Z"


@pytest.mark.parametrize("whole", [True, False], ids=["whole secret", "prefix"])
async def test_a_leaked_secret_is_revoked_and_its_calls_are_named(
    registry: httpx.AsyncClient, database: Database, *, state: Caller, town: Caller, whole: bool
) -> None:
    body = {"credential": town.secret if whole else town.prefix, "seen_at": SEEN}
    answer = await posted(
        registry, "/v1/leaked-credentials", body | {"where": "repository"}, by=state
    )
    leak = Leak.model_validate_json(answer.content)
    assert (answer.status_code, leak.client_id, leak.credential) == (201, town.client, town.prefix)
    assert leak.links.client == town.path
    assert leak.links.calls.startswith(f"{town.path}/calls?credential={town.prefix}&since=2026-11")
    assert str(town.secret) not in answer.text
    assert (await shown(registry, town, by=town)).secrets[0].revoked_at == leak.revoked_at
    assert await acts(database) == [
        ("fr.acdt.gateway.credential.revoked.v1", str(state.organisation), "leak"),
        ("fr.acdt.gateway.secret.leaked.v1", str(state.organisation), "repository"),
    ]
    data = "SELECT string_agg(data::text, '') FROM gateway.event"
    assert str(town.secret) not in await scalar(database, data)


async def test_a_partner_reports_its_own_leaks_and_not_those_of_others(
    registry: httpx.AsyncClient, town: Caller, prefecture: Caller
) -> None:
    body = {"credential": town.prefix, "seen_at": SEEN, "where": "log"}
    foreign = await posted(registry, "/v1/leaked-credentials", body, by=prefecture)
    assert await refused(foreign) == (422, "unknown-credential")
    assert (await posted(registry, "/v1/leaked-credentials", body, by=town)).status_code == 201


async def test_the_feed_tells_a_partner_of_its_own_systems_only(
    registry: httpx.AsyncClient, *, state: Caller, town: Caller, prefecture: Caller
) -> None:
    own = await heard(registry, town.bearer(), least=3)
    assert {item["subject"] for item in own} == {
        f"partners/{town.organisation}",
        f"clients/{town.client}",
    }
    every = await heard(registry, state.bearer(), least=8)
    assert f"clients/{prefecture.client}" in {item["subject"] for item in every}
    assert await heard(registry, {}, least=0) == []
