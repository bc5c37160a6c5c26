"""The deadlines of a connection: slow callers are closed, the others keep theirs."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
import pytest
from starlette.types import Receive, Scope, Send

from chassis.protocol import DeadlineProtocol
from chassis.server import server
from chassis.sockets import bound_socket

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"


class Impatient(DeadlineProtocol):
    """The same deadlines, short enough to be waited for."""

    head_seconds = 0.5
    body_seconds = 0.5
    head_bytes = 4096
    public_url = "https://api.example.fr"


async def echo_length(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the number of bytes received; `/slow` thinks before it reads."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(1.2)
    count, more = 0, True
    while more:
        message = await receive()
        count += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = str(count).encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[int]:
    """Yield the port of a running server with impatient connections."""
    running = server(app, public_url=Impatient.public_url)
    running.config.http = Impatient
    with bound_socket("127.0.0.1", 0) as listener:
        task = asyncio.create_task(running.serve([listener]))
        while not running.started:  # noqa: ASYNC110 -- uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield listener.getsockname()[1]
        running.should_exit = True
        await task


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with served(echo_length) as number:
        yield number


@asynccontextmanager
async def called(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Yield a connection, closed at the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def closed_after(reader: asyncio.StreamReader, *, within: float) -> float:
    """Return how many seconds passed until the server closed; fails if it did not."""
    begun = time.monotonic()
    async with asyncio.timeout(within):
        while await reader.read(1000):
            pass
    return time.monotonic() - begun


async def dribble(writer: asyncio.StreamWriter, drop: bytes) -> None:
    """Send `drop` again and again, until the other side has had enough."""
    try:
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.1)
    except ConnectionError:
        pass


@pytest.mark.parametrize(
    ("opening", "drop"),
    [
        pytest.param(b"", b"", id="a caller who says nothing"),
        pytest.param(b"GET / HTTP/1.1\r\n", b"x: y\r\n", id="headers that never end"),
        pytest.param(b"GET /", b"a", id="a request line that never ends"),
        pytest.param(HEAD + b"\r\n", b"\r\n", id="blank lines after an answered request"),
        pytest.param(POST, b"z", id="a body that dribbles"),
        pytest.param(POST, b"", id="a body that stops"),
    ],
)
async def test_a_dribbling_caller_is_closed(port: int, opening: bytes, drop: bytes) -> None:
    async with called(port) as (reader, writer):
        writer.write(opening)
        dribbling = asyncio.create_task(dribble(writer, drop))
        try:
            assert await closed_after(reader, within=4) >= 0.3
        except ConnectionError:
            pass
        finally:
            dribbling.cancel()


async def test_a_caller_who_pauses_between_requests_keeps_the_connection(port: int) -> None:
    async with called(port) as (reader, writer):
        for _ in range(3):
            writer.write(HEAD + b"\r\n")
            answer = await reader.readuntil(b"\r\n\r\n0")
            assert answer.startswith(b"HTTP/1.1 200")
            await asyncio.sleep(0.7)


async def test_headers_in_two_pieces_within_the_deadline_are_answered(port: int) -> None:
    async with called(port) as (reader, writer):
        writer.write(HEAD)
        await asyncio.sleep(0.2)
        writer.write(b"\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.6)
        writer.write(HEAD + b"\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"0HTTP/1.1 200")


async def test_an_honest_slow_body_is_read_whole(port: int) -> None:
    async with called(port) as (reader, writer):
        writer.write(POST)
        for _ in range(10):
            writer.write(b"z" * 10_000)
            await asyncio.sleep(0.1)
        assert (await reader.readuntil(b"\r\n\r\n100000")).startswith(b"HTTP/1.1 200")


async def test_a_caller_waits_for_us_as_long_as_we_make_it_wait(port: int) -> None:
    async with called(port) as (reader, writer):
        length = 3_000_000
        head = f"POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
        writer.write(head.encode() + b"z" * length)
        assert (await reader.readuntil(b"\r\n\r\n3000000")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(b"HELLO\x00\r\n\r\n", id="not HTTP"),
        pytest.param(b"GET / HTTP/1.1\r\nx: " + b"y" * 9000, id="headers without end"),
    ],
)
async def test_what_cannot_be_read_is_refused_as_a_problem(port: int, request_bytes: bytes) -> None:
    async with called(port) as (reader, writer):
        writer.write(request_bytes)
        answer = await reader.read()
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400")
        assert b"content-type: application/problem+json" in head
        assert orjson.loads(body)["type"] == "https://api.example.fr/problems/bad-request"


async def test_the_server_says_nothing_about_itself(port: int) -> None:
    async with called(port) as (reader, writer):
        writer.write(HEAD + b"\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"server:" not in head.lower()
        assert b"date:" in head.lower()


def test_a_server_hands_its_public_address_to_its_connections() -> None:
    protocol = server(echo_length, public_url="https://api.example.fr").config.http
    assert isinstance(protocol, type)
    assert issubclass(protocol, DeadlineProtocol)
    assert protocol.public_url == "https://api.example.fr"
    assert protocol.head_seconds == 10
