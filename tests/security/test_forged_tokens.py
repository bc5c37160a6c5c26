"""No forged token gets in: not at the gateway, not at any service reached directly."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from importlib import import_module
from typing import Any

import httpx
import pytest

from chassis.http import Edge
from chassis.jws import Reason
from chassis.testing import TEST_URL, lifespan
from gateway.app import create_app as create_gateway
from gateway.upstreams import InProcess
from tests.conftest import CURSOR_SECRET, SERVICES, as_role
from tests.gateway.conftest import gateway_settings
from tests.security.forged_texts import ORDER, halves, raw
from tests.security.forgeries import SCHEMES, forgeries
from tests.tokens import Issuer, encoded

Doors = Mapping[str, httpx.AsyncClient]

FORGED = forgeries()
ISSUER = Issuer()
SPARE = ISSUER.published()


@pytest.fixture(scope="module")
async def doors(seeded_url: str) -> AsyncIterator[Doors]:
    """The gateway and the four services behind it, each reached directly."""
    apps = {name: _service(name, seeded_url) for name in SERVICES}
    upstreams = {name: InProcess(app) for name, app in apps.items()}
    settings = gateway_settings(public_url=TEST_URL)
    gateway = create_gateway(settings, upstreams, verifier=ISSUER.verifier())
    edges = {name: Edge(app, server=name, public_url=TEST_URL) for name, app in apps.items()}
    async with lifespan(gateway):
        doors: dict[str, Any] = {"gateway": gateway, **edges}
        yield {
            name: httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=TEST_URL)
            for name, app in doors.items()
        }


def _service(name: str, url: str) -> Any:
    settings: Any = import_module(f"services.{name}.settings").Settings
    create_app: Any = import_module(f"services.{name}.app").create_app
    role = as_role(url, f"{name}_runtime")
    made = settings(database_url=role, cursor_secret=CURSOR_SECRET, durable=False)
    return create_app(made, ISSUER.verifier())


async def shown(client: httpx.AsyncClient, door: str, *values: bytes) -> httpx.Response:
    """Ask for open data with these values of `Authorization`: only they can be refused."""
    path = f"/v1/events/{'funding' if door == 'gateway' else door}"
    return await client.get(path, headers=[(b"authorization", value) for value in values])


async def let_in(doors: Doors, token: str) -> bool:
    """Say whether all doors let a token in; whether they agree is asserted."""
    answers = [await shown(doors[door], door, f"Bearer {token}".encode()) for door in doors]
    assert len({answer.status_code for answer in answers}) == 1
    return answers[0].status_code == 200


def judged(answer: httpx.Response, reason: Reason, *, secret: bytes) -> None:
    """Assert that an answer is the 401 for this reason, and gives nothing of the token back."""
    told = answer.json()
    assert (answer.status_code, told.get("reason")) == (401, reason), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert told["code"] == "unauthenticated"
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('Bearer error="invalid_token", error_description="')
    seen = answer.content + b"".join(value for _, value in answer.headers.raw)
    assert not any(part in seen for part in secret.split(b".") if len(part) > 12)


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_token_is_refused_at_every_door(doors: Doors, name: str) -> None:
    reason, make = FORGED[name]
    made = make(ISSUER)
    forged = made if isinstance(made, bytes) else made.encode()
    for door, client in doors.items():
        judged(await shown(client, door, b"Bearer " + forged), reason, secret=forged)
    assert await let_in(doors, ISSUER.token())


@pytest.mark.parametrize("name", SCHEMES)
async def test_what_is_not_one_bearer_token_is_refused_at_every_door(
    doors: Doors, name: str
) -> None:
    token = ISSUER.token()
    values = [value.format(token=token).encode() for value in SCHEMES[name]]
    for door, client in doors.items():
        answer = await shown(client, door, *values)
        judged(answer, Reason.CREDENTIALS, secret=token.encode())
    assert await let_in(doors, token)


def test_there_are_forgeries_of_every_kind() -> None:
    assert len(FORGED) >= 60
    told = {reason for reason, _ in FORGED.values()}
    assert told == set(Reason) - {Reason.CREDENTIALS, Reason.REVOKED}


@pytest.mark.parametrize(
    "changes",
    [
        {"perimeter": {"everywhere": True}},
        {"perimeter": {}},
        {"perimeter": {"region": []}},
        {"perimeter": {"region": ["44", "53"], "funder": ["bdt"]}},
        {"act": {"sub": "person-9"}},
        {"unknown": {"claim": [None]}},
    ],
)
async def test_every_sound_shape_is_let_in(doors: Doors, changes: dict[str, Any]) -> None:
    assert await let_in(doors, ISSUER.token(**changes))


async def test_the_scheme_is_read_in_any_case_as_http_says(doors: Doors) -> None:
    for scheme in (b"bearer ", b"BEARER "):
        answer = await shown(doors["towns"], "towns", scheme + ISSUER.token().encode())
        assert answer.status_code == 200


async def test_a_key_published_and_not_used_yet_is_good_already(doors: Doors) -> None:
    claims = ISSUER.claims()
    told = ISSUER.signed(ISSUER.header(kid=SPARE), claims, key=ISSUER.keys[SPARE])
    assert await let_in(doors, told)


async def test_the_twin_of_a_signature_is_the_same_token_and_falls_with_it(doors: Doors) -> None:
    token = ISSUER.token(jti="with-a-twin")
    told, r, s = halves(token)
    twin = f"{told}.{encoded(raw(r, ORDER - s))}"
    assert await let_in(doors, twin)
    ISSUER.revoke("with-a-twin")
    for one in (token, twin):
        assert await _refused_within(doors, one, seconds=5)


async def test_a_suspension_is_felt_at_every_door_within_five_seconds(doors: Doors) -> None:
    suspended, other = ISSUER.token(sub="leaving"), ISSUER.token(sub="staying")
    assert await let_in(doors, suspended)
    ISSUER.suspend("leaving")
    assert await _refused_within(doors, suspended, seconds=5)
    for door, client in doors.items():
        answer = await shown(client, door, f"Bearer {suspended}".encode())
        judged(answer, Reason.REVOKED, secret=suspended.encode())
    assert await let_in(doors, other)
    now = int(time.time())
    assert await let_in(doors, ISSUER.token(sub="leaving", iat=now + 2, exp=now + 200))


async def _refused_within(doors: Doors, token: str, *, seconds: float) -> bool:
    until = time.monotonic() + seconds
    waiting = dict(doors)
    while waiting and time.monotonic() < until:
        for door, client in list(waiting.items()):
            answer = await shown(client, door, f"Bearer {token}".encode())
            assert answer.status_code in {200, 401}
            if answer.status_code == 401:
                del waiting[door]
        await asyncio.sleep(0.05)
    return not waiting


async def test_twenty_rotations_of_the_key_under_load_refuse_nobody(doors: Doors) -> None:
    statuses: list[int] = []
    rotating = True

    async def caller(door: str) -> None:
        while rotating:
            answer = await shown(doors[door], door, f"Bearer {ISSUER.token()}".encode())
            statuses.append(answer.status_code)
            await asyncio.sleep(0.01)

    callers = [asyncio.create_task(caller(door)) for door in [*doors] * 2]
    for _ in range(20):
        ISSUER.rotate()
        await asyncio.sleep(0.15)
    rotating = False
    await asyncio.gather(*callers)
    assert len(statuses) > 100
    assert set(statuses) == {200}
