"""What a connection refuses, and how refusals and answers sent at once keep their places."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest
import structlog
from prometheus_client import REGISTRY

from chassis.observability import configure_logs
from tests.chassis.impatient import HEAD, called, closed_after, echo_length, served


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with served(echo_length) as number:
        yield number


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


async def test_sixty_requests_sent_at_once_are_all_answered(port: int) -> None:
    cookies = b"x-filler: " + b"y" * 1400 + b"\r\n\r\n"
    async with called(port) as (reader, writer):
        writer.write((HEAD + cookies) * 60)
        for _ in range(60):
            assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200")


async def test_a_head_cut_anywhere_after_requests_sent_at_once_is_no_longer_for_it(
    port: int,
) -> None:
    whole = HEAD + b"x-filler: " + b"y" * 2000 + b"\r\n\r\n"
    async with called(port) as (reader, writer):
        for cut in (1, 30, 2000):
            writer.write(whole * 20 + whole[:cut])
            await asyncio.sleep(0.05)
            writer.write(whole[cut:])
            for _ in range(21):
                assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200")


async def test_a_head_that_follows_answered_requests_may_not_be_endless(port: int) -> None:
    async with called(port) as (reader, writer):
        writer.write((HEAD + b"\r\n") * 3 + b"GET / HTTP/1.1\r\nx: " + b"y" * 9000)
        said = await reader.read()
    assert said.count(b"HTTP/1.1 200") == 3
    assert said.count(b"HTTP/1.1 400") == 1


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"HELLO\x00\r\n\r\n", id="not HTTP"),
        pytest.param(b"GET / HTTP/1.1\r\nx: " + b"y" * 9000, id="headers without end"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            id="a broken body",
        ),
        pytest.param(b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n", id="an address that is none"),
    ],
)
@pytest.mark.parametrize("later", [0.0, 0.1])
async def test_a_refusal_waits_for_the_answer_at_work(
    port: int, broken: bytes, later: float
) -> None:
    async with called(port) as (reader, writer):
        writer.write(b"GET /two-parts HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await asyncio.sleep(later)
        writer.write(broken)
        async with asyncio.timeout(2):
            said = await reader.read()
    answer, _, refusal = said.partition(b"first-last")
    assert answer.startswith(b"HTTP/1.1 200")
    assert refusal.startswith(b"HTTP/1.1 400")
    assert refusal.count(b"HTTP/1.1") == 1


async def test_a_broken_body_is_refused_at_once(port: int) -> None:
    async with called(port) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        await asyncio.sleep(0.05)
        writer.write(b"ZZ\r\n")
        async with asyncio.timeout(0.4):
            said = await reader.read()
    assert said.startswith(b"HTTP/1.1 400")
    assert said.count(b"HTTP/1.1") == 1


async def test_a_dribbled_head_does_not_cut_the_answer_before_it(port: int) -> None:
    async with called(port) as (reader, writer):
        writer.write(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT")
        assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200")
        assert await closed_after(reader, within=2) >= 0.1


async def test_a_refusal_is_logged_and_counted_under_the_id_that_it_gives(
    port: int, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    def count() -> float:
        return REGISTRY.get_sample_value("acdt_unreadable_requests_total", {"why": "not HTTP"}) or 0

    before = count()
    structlog.reset_defaults()
    configure_logs("warning")
    async with called(port) as (reader, writer):
        writer.write(b"HELLO\x00\r\n\r\n")
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    structlog.reset_defaults()
    configure_logs("critical")
    lines = [orjson.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    request_id = orjson.loads(body)["request_id"]
    assert [line["why"] for line in lines if line.get("request_id") == request_id] == ["not HTTP"]
    assert b"x-request-id: " + request_id.encode() in head
    assert b"content-language: fr" in head
    assert b"cache-control: no-store" in head
    assert count() == before + 1
