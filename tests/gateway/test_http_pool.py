"""The connections that the gateway keeps to a service."""

import asyncio
import random
from contextlib import suppress
from datetime import timedelta

from gateway.http_upstream import OverHttp
from tests.gateway.calls import (
    BODY,
    HEAD_OF_FIVE,
    Call,
    client_of_bytes,
    client_of_service,
    lasting,
)
from tests.gateway.test_http_upstream import talking

ROUNDS = 8
TASKS = 400


async def test_a_connection_is_used_again_unless_its_service_wants_to_close_it() -> None:
    async with client_of_service(lasting) as upstream:
        for _ in range(3):
            assert (await Call().made(upstream)).body == BODY
            assert upstream.connections == (1, 1)
    closing = HEAD_OF_FIVE + b"Connection: close\r\n\r\nhello"
    async with client_of_bytes(closing) as upstream:
        await Call().made(upstream)
        assert upstream.connections == (0, 0)


async def test_a_connection_that_died_while_idle_is_not_used() -> None:
    async with client_of_bytes(HEAD_OF_FIVE + b"\r\nhello") as upstream:
        for _ in range(3):
            assert (await Call("PUT", pieces=[b"a"]).made(upstream)).status == 200
            await asyncio.sleep(0.05)


async def test_an_idle_connection_is_closed_by_us() -> None:
    closed = asyncio.Event()

    async def watch(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD_OF_FIVE + b"\r\nhello")
        with suppress(ConnectionError):
            await reader.read()
        closed.set()

    async with talking(watch) as url:
        upstream = OverHttp(url, connect=timedelta(seconds=2), idle=timedelta(seconds=0.1))
        async with upstream.running():
            await Call().made(upstream)
            async with asyncio.timeout(2):
                await closed.wait()
            assert upstream.connections == (0, 0)


async def test_a_storm_of_cancellations_leaves_the_pool_whole() -> None:
    ours = random.Random(20260927)  # noqa: S311 -- no secret
    turns = asyncio.Semaphore(64)
    async with client_of_service(lasting) as upstream:

        async def perhaps_cancelled() -> int:
            async with turns:
                mine = asyncio.current_task()
                assert mine is not None
                if ours.random() < 0.6:
                    asyncio.get_running_loop().call_later(ours.random() * 0.01, mine.cancel)
                call = await Call().made(upstream)
                assert call.body == BODY
                return call.status

        cancelled = 0
        for _ in range(ROUNDS):
            ended = await asyncio.gather(
                *(perhaps_cancelled() for _ in range(TASKS)), return_exceptions=True
            )
            left = [one for one in ended if not isinstance(one, asyncio.CancelledError)]
            assert set(left) == {200}
            cancelled += TASKS - len(left)
        assert cancelled > ROUNDS * TASKS / 5
        still_open, idle = upstream.connections
        assert still_open == idle <= 64
        calls = await asyncio.gather(*(Call().made(upstream) for _ in range(200)))
        assert {call.status for call in calls} == {200}
    assert upstream.connections == (0, 0)
