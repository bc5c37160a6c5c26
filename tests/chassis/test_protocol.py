"""The deadlines of a connection: slow callers are closed, the others keep theirs."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chassis.protocol import DeadlineProtocol
from chassis.server import server
from tests.chassis.impatient import HEAD, called, closed_after, echo_length, served

POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with served(echo_length) as number:
        yield number


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
