"""Keys and suspensions: asked each second, shared by all who wait, never believed when old."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from chassis.problems import ServiceUnavailable
from chassis.trust import JWKS_PATH, OLDEST, REVOCATIONS_PATH, YOUNG, RemoteSource, Trust
from tests.gateway.fakes import answer, served
from tests.tokens import Issuer, digest


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Watched:
    """A source that counts its questions, and fails when it is told to."""

    def __init__(self) -> None:
        self.issuer = Issuer()
        self.asked = 0
        self.fails = False
        self.slow = 0.0

    async def __call__(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        self.asked += 1
        await asyncio.sleep(self.slow)
        if self.fails:
            raise OSError("nobody there")
        return await self.issuer.source()


async def test_who_asks_meanwhile_shares_one_look() -> None:
    source = Watched()
    source.slow = 0.02
    trust = Trust(source, Clock())
    assert trust.young() is None
    found = await asyncio.gather(*(trust.asked() for _ in range(50)))
    assert source.asked == 1
    assert {id(one) for one in found} == {id(trust.young())}
    assert found[0].keys.keys() == {"key-1"}


async def test_a_look_that_has_begun_is_not_taken_for_a_new_one() -> None:
    source = Watched()
    source.slow = 0.15
    trust = Trust(source)
    early = asyncio.create_task(trust.asked())
    await asyncio.sleep(0.05)
    kid = source.issuer.published()
    source.slow = 0
    assert kid in (await trust.asked()).keys
    await early
    assert kid in (trust.young() or await trust.asked()).keys


async def test_many_questions_in_a_row_are_ten_looks_a_second_at_most() -> None:
    source = Watched()
    trust = Trust(source)
    began = asyncio.get_running_loop().time()
    for _ in range(4):
        await trust.asked()
    assert asyncio.get_running_loop().time() - began >= 0.3


async def test_a_list_is_asked_again_after_four_seconds_and_refused_after_five() -> None:
    source, clock = Watched(), Clock()
    trust = Trust(source, clock)
    await trust.asked()
    source.fails = True
    clock.now += YOUNG
    assert trust.young() is None
    assert (await trust.asked()).keys.keys() == {"key-1"}
    clock.now += OLDEST - YOUNG + 0.01
    with pytest.raises(ServiceUnavailable) as refusal:
        await trust.asked()
    assert refusal.value.headers == {"Retry-After": "1"}
    source.fails = False
    clock.now += 1
    assert await trust.asked() is trust.young()


async def test_without_a_source_nobody_is_believed() -> None:
    trust = Trust(None)
    async with trust.running():
        with pytest.raises(ServiceUnavailable):
            await trust.asked()


async def test_the_looks_go_on_by_themselves_until_the_last_app_ends() -> None:
    source = Watched()
    trust = Trust(source)
    first, second = trust.running(), trust.running()
    await first.__aenter__()
    await second.__aenter__()
    await asyncio.sleep(0.05)
    await first.__aexit__(None, None, None)
    source.issuer.suspend("town-client")
    await asyncio.sleep(1.1)
    known = trust.young()
    assert known is not None
    assert digest("town-client") in known.clients
    assert source.asked == 2
    await second.__aexit__(None, None, None)
    await asyncio.sleep(1.1)
    assert source.asked == 2


@pytest.mark.parametrize(
    "revocations",
    [
        {},
        {"clients": {}},
        {"clients": {}, "tokens": {}, "more": {}},
        {"clients": [], "tokens": {}},
        {"clients": {"erp-1": 5}, "tokens": {}},
        {"clients": {}, "tokens": {digest("x"): "soon"}},
        {"clients": {digest("x"): True}, "tokens": {}},
    ],
)
async def test_a_list_of_suspensions_that_does_not_fit_is_no_list(
    revocations: Mapping[str, Any],
) -> None:
    issuer = Issuer()

    async def source() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        return issuer.jwks, revocations

    with pytest.raises(ServiceUnavailable):
        await Trust(source).asked()


@asynccontextmanager
async def published(issuer: Issuer) -> AsyncIterator[str]:
    """Serve the two documents of an issuer as the gateway does."""

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        bodies = {JWKS_PATH: issuer.jwks, REVOCATIONS_PATH: issuer.revocations}
        await answer(
            send, bodies.get(scope["path"]), status=200 if scope["path"] in bodies else 404
        )

    async with served({"gateway": app}) as urls:
        yield urls["gateway"]


async def test_a_service_alone_reads_both_documents_over_http() -> None:
    issuer = Issuer()
    issuer.revoke("stolen")
    async with published(issuer) as url:
        known = await Trust(RemoteSource(url)).asked()
    assert set(known.keys) == {"key-1"}
    assert set(known.tokens) == {digest("stolen")}


async def test_a_gateway_that_is_not_there_is_no_news() -> None:
    with pytest.raises(ServiceUnavailable):
        await Trust(RemoteSource("http://127.0.0.1:1")).asked()
