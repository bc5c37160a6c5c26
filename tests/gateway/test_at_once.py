"""Kept answers given without a task: the same bytes as the ordinary call, or no answer at all."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Scope

from chassis.at_once import Kept, Ready
from chassis.draining import Drainable
from chassis.testing import lifespan
from tests.chassis.impatient import called, served
from tests.gateway.fakes import PUBLIC, Fake, answering
from tests.tokens import Issuer

TOWNS = {"text": "a town and another " * 100}
REQUEST = b"GET /v1/towns HTTP/1.1\r\nHost: localhost\r\n"
CONDITION = (b"if-none-match", b'"v1"')
GZIP = (b"accept-encoding", b"gzip")


@pytest.fixture
def app(in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]) -> ASGIApp:
    """A gateway before a towns service that answers publicly."""
    fakes["towns"].behaviours["/v1/towns"] = answering(TOWNS, PUBLIC, (b"etag", b'"v1"'))
    return Drainable(in_process(), public_url="https://api.example.fr")


@pytest.fixture
async def running(app: ASGIApp) -> AsyncIterator[Any]:
    """The gateway, when it has read the feeds."""
    async with lifespan(app):
        await asyncio.sleep(0.05)
        yield app


def scope_of(*headers: tuple[bytes, bytes], method: str = "GET") -> Scope:
    return {
        "type": "http",
        "method": method,
        "path": "/v1/towns",
        "raw_path": b"/v1/towns",
        "query_string": b"",
        "headers": [(b"x-request-id", b"12345678"), *headers],
        "state": {},
    }


async def ordinarily(app: ASGIApp, scope: Scope) -> Ready:
    """Return the answer of the ASGI call."""
    heard: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        heard.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in heard[1:])
    return Ready(heard[0]["status"], Kept(heard[0]["headers"]), body)


def told(ready: Ready) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """What a caller sees of an answer, whatever the order of its headers."""
    return ready.status, sorted([*ready.headers, *ready.own]), ready.body


@pytest.mark.parametrize(
    ("headers", "method", "status"),
    [
        pytest.param([], "GET", 200, id="an answer"),
        pytest.param([], "HEAD", 200, id="HEAD"),
        pytest.param([CONDITION], "GET", 304, id="a caller who has it"),
        pytest.param([GZIP], "GET", 200, id="its compressed form"),
        pytest.param([GZIP, (CONDITION[0], b'"v1-gzip"')], "GET", 304, id="who has that form"),
        pytest.param([GZIP, CONDITION], "GET", 304, id="who has the plain form"),
    ],
)
async def test_both_ways_give_the_same_answer(
    running: Any, headers: list[tuple[bytes, bytes]], method: str, status: int
) -> None:
    await ordinarily(running, scope_of(*headers, method="GET"))
    first = await ordinarily(running, scope_of(*headers, method=method))
    asked = scope_of(*headers, method=method)
    for _ in range(2):  # made, then kept
        assert told(running.at_once(asked)) == told(first)
    assert (first.status, asked["state"]["operation"]) == (status, "towns")


@pytest.mark.parametrize(
    ("headers", "method"),
    [
        pytest.param([(b"cache-control", b"no-cache")], "GET", id="a caller who asks afresh"),
        pytest.param([(b"authorization", b"Bearer x")], "GET", id="a caller whose token is none"),
        pytest.param([GZIP], "GET", id="a form that must be made first"),
        pytest.param([], "POST", id="a change"),
    ],
)
async def test_what_needs_more_than_the_memory_is_left_to_the_ordinary_call(
    running: Any, headers: list[tuple[bytes, bytes]], method: str
) -> None:
    await ordinarily(running, scope_of())
    assert running.at_once(scope_of(*headers, method=method)) is None


async def test_a_caller_with_a_good_token_is_answered_at_once_until_it_is_suspended(
    running: Any, issuer: Issuer
) -> None:
    authorization = (b"authorization", f"Bearer {issuer.token()}".encode())
    await ordinarily(running, scope_of())
    assert running.at_once(scope_of(authorization)) is None  # never seen: to be verified first
    assert (await ordinarily(running, scope_of(authorization))).status == 200
    assert running.at_once(scope_of(authorization)).status == 200
    issuer.suspend("town-client")
    async with asyncio.timeout(5):
        while running.at_once(scope_of(authorization)) is not None:  # noqa: ASYNC110 -- the clock decides
            await asyncio.sleep(0.05)
    assert (await ordinarily(running, scope_of(authorization))).status == 401


async def test_nothing_is_known_at_once_before_it_was_asked_for(running: Any) -> None:
    assert running.at_once(scope_of()) is None


async def test_a_draining_server_leaves_all_to_the_ordinary_call(running: Any) -> None:
    await ordinarily(running, scope_of())
    running.draining = True
    assert running.at_once(scope_of()) is None


async def test_a_pipeline_of_kept_answers_comes_whole_and_in_order(
    app: ASGIApp, fakes: Mapping[str, Fake]
) -> None:
    ids = [b"request-%d" % number for number in range(5)]
    async with served(app) as port, called(port) as (reader, writer):
        await asyncio.sleep(0.05)
        writer.write(REQUEST + b"\r\n")
        await reader.readuntil(b"}")
        writer.writelines(REQUEST + b"X-Request-Id: %b\r\n\r\n" % one for one in ids)
        answers = [await reader.readuntil(b"}") for _ in ids]
        assert [re.findall(rb"x-request-id: (.+)\r", one)[0] for one in answers] == ids
        assert all(one.startswith(b"HTTP/1.1 200 OK\r\ndate: ") for one in answers)
    assert len(fakes["towns"].asked) == 1


async def test_who_closes_the_connection_gets_a_kept_answer_and_its_end(app: ASGIApp) -> None:
    async with served(app) as port:
        await asyncio.sleep(0.05)
        await last_answer(port)
        answer = await last_answer(port)
        assert answer.count(b"HTTP/1.1 ") == 1
        assert b"cache-status: acdt; hit\r\n" in answer
        assert b"connection: close\r\n" in answer


async def test_what_fails_at_once_is_answered_by_the_ordinary_call() -> None:
    async with served(Fragile()) as port, called(port) as (reader, writer):
        writer.write(REQUEST + b"\r\n")
        assert (await reader.readuntil(b"fine")).startswith(b"HTTP/1.1 200")


async def last_answer(port: int) -> bytes:
    """Return all that comes to a caller who asks twice, the first time for the end."""
    async with called(port) as (reader, writer):
        writer.write(REQUEST + b"Connection: close\r\n\r\n" + REQUEST + b"\r\n")
        async with asyncio.timeout(5):
            return await reader.read(-1)


class Fragile:
    """An app whose short way is broken."""

    def at_once(self, scope: Scope) -> Ready | None:
        raise ValueError(scope["path"])

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
            return
        length = (b"content-length", b"4")
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": b"fine"})
