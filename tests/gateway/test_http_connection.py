"""The gateway's own HTTP client: what it sends and what it understands."""

import asyncio
from contextlib import suppress

import pytest
from starlette.types import Message

from gateway.http_upstream import CallerLeft, Unsendable
from gateway.upstreams import BrokenAnswer, Unreachable
from tests.gateway.calls import (
    CHUNKED,
    HEAD_OF_FIVE,
    Call,
    client_of_bytes,
    client_of_service,
    lasting,
)


@pytest.mark.parametrize(
    ("method", "answer", "status", "body"),
    [
        ("GET", HEAD_OF_FIVE + b"\r\nhello", 200, b"hello"),
        (
            "GET",
            CHUNKED + b"3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\nX-T: 1\r\n\r\n",
            200,
            b"hello",
        ),
        ("GET", b"HTTP/1.1 200 OK\r\n\r\nhello", 200, b"hello"),
        ("GET", b"HTTP/1.0 200 OK\r\n\r\n", 200, b""),
        ("HEAD", HEAD_OF_FIVE + b"\r\n", 200, b""),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, b""),
        ("DELETE", b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (
            "GET",
            b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + HEAD_OF_FIVE + b"\r\nhello",
            200,
            b"hello",
        ),
    ],
    ids=["length", "chunks", "until the end", "empty", "HEAD", "304", "204", "after hints"],
)
async def test_each_way_to_end_an_answer_is_understood(
    method: str, answer: bytes, status: int, body: bytes
) -> None:
    async with client_of_bytes(answer) as upstream:
        call = await Call(method).made(upstream)
    assert (call.status, call.body) == (status, body)
    assert not call.sent[-1]["more_body"]
    assert {name for name, _ in call.sent[0]["headers"]} <= {
        b"content-length",
        b"transfer-encoding",
    }


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        HEAD_OF_FIVE + b"\r\nhel",
        HEAD_OF_FIVE + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        CHUNKED + b"5\r\nhello\r\n",
        CHUNKED + b"zz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 70_000,
        b"HTTP/1.1 204 No Content\r\n\r\n" * 2,
        HEAD_OF_FIVE + b"\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    ],
    ids=lambda answer: answer[-30:].decode(),
)
async def test_what_is_not_one_whole_answer_is_broken(answer: bytes) -> None:
    async with client_of_bytes(answer) as upstream:
        with pytest.raises(BrokenAnswer):
            await Call().made(upstream)
        assert upstream.connections == (0, 0)


async def test_silence_before_the_first_byte_is_no_answer() -> None:
    async with client_of_bytes(b"") as upstream:
        with pytest.raises(Unreachable):
            await Call().made(upstream)


@pytest.mark.parametrize(
    "call",
    [
        Call(path=b"/v1/towns HTTP/1.1\r\nHost: evil"),
        Call(path=b"/v1/a b"),
        Call(headers=[(b"x-a", b"1\r\nx-b: 2")]),
        Call(headers=[(b"x-a", b"1\nx-b: 2")]),
    ],
    ids=["line in path", "space in path", "line in header", "bare line end"],
)
async def test_a_request_that_would_be_two_is_not_sent(call: Call) -> None:
    asked: list[bytes] = []
    async with client_of_bytes(HEAD_OF_FIVE + b"\r\nhello", asked=asked) as upstream:
        with pytest.raises(Unsendable):
            await call.made(upstream)
    assert asked == []


async def test_path_and_headers_arrive_byte_for_byte() -> None:
    asked: list[bytes] = []
    headers = [(b"accept", b"a"), (b"x-odd", b"caf\xe9"), (b"accept", b"b"), (b"host", b"evil")]
    async with client_of_bytes(HEAD_OF_FIVE + b"\r\nhello", asked=asked) as upstream:
        await Call(path=b"/v1/a/../%2E%2e//b;c'\\", headers=headers).made(upstream)
    lines = asked[0].split(b"\r\n")
    assert lines[0] == b"GET /v1/a/../%2E%2e//b;c'\\ HTTP/1.1"
    assert lines[1].startswith(b"host: 127.0.0.1:")
    assert lines[2:] == [b"accept: a", b"x-odd: caf\xe9", b"accept: b", b"via: 1.1 acdt", b"", b""]


async def heard_whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with the whole request, until its last byte `!`."""
    while True:
        asked = await reader.readuntil(b"!") + (b"!" if reader.at_eof() else b"")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(asked) + asked)


async def test_a_body_of_announced_length_goes_as_it_comes() -> None:
    headers = [(b"content-length", b"6")]
    async with client_of_service(heard_whole) as upstream:
        call = await Call("POST", headers=headers, pieces=[b"hel", b"lo!"]).made(upstream)
        assert upstream.connections == (1, 1)
    assert call.body.endswith(b"\r\n\r\nhello!")
    assert b"chunked" not in call.body


async def test_a_body_without_length_goes_in_chunks() -> None:
    async with client_of_service(heard_whole) as upstream:
        call = await Call("PUT", pieces=[b"hel", b"", b"lo!"]).made(upstream)
    assert b"transfer-encoding: chunked\r\n" in call.body
    assert call.body.endswith(b"\r\n\r\n3\r\nhel\r\n3\r\nlo!")


async def test_a_caller_who_leaves_before_the_end_of_its_body_leaves_no_connection() -> None:
    async with client_of_service(lasting) as upstream:
        with pytest.raises(CallerLeft):
            await Call("POST", pieces=[b"hel"], leaves=True).made(upstream)
        assert upstream.connections == (0, 0)


async def test_an_answer_before_the_end_of_the_body_ends_the_upload() -> None:
    refusal = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"
    pieces = [b"x" * 65_536] * 200
    async with client_of_bytes(refusal) as upstream:
        call = Call("POST", pieces=pieces)
        with suppress(Unreachable, BrokenAnswer):
            await call.made(upstream)
            assert call.status == 413
        assert upstream.connections == (0, 0)


async def test_a_long_answer_waits_for_a_slow_caller() -> None:
    size = 20_000_000
    written = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        while written < size:
            writer.write(b"x" * 100_000)
            written += 100_000
            await writer.drain()

    async def receive() -> Message:
        raise AssertionError

    got = 0

    async def send(message: Message) -> None:
        nonlocal got
        if message["type"] == "http.response.start":
            await asyncio.sleep(0.3)
            assert written < size / 2
        got += len(message.get("body", b""))

    scope = {"method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "headers": []}
    async with client_of_service(pour) as upstream:
        await upstream(scope, receive, send)
    assert got == size
