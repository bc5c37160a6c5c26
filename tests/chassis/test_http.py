"""The edge: what every request gets, whatever the app behind it does."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import orjson
import pytest
import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.access_log import AccessLog
from chassis.http import LARGEST_BODY, LONGEST_URI, Edge
from chassis.observability import configure_logs
from chassis.problems import NotFound


@asynccontextmanager
async def client_of(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    edge = Edge(app, server="probe", public_url="https://acdt.test")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(edge), base_url="http://probe"
    ) as client:
        yield client


async def answer(_scope: Scope, receive: Receive, send: Send) -> None:
    """Read the whole body, then answer with its size."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


async def refuse(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Refuse."""
    raise NotFound


async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Have a bug whose text must not leave the house."""
    raise ZeroDivisionError("SELECT secret FROM towns.town")


async def wait(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Wait in vain for a connection."""
    raise TimeoutError


async def break_off(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Fail in the middle of the answer."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ZeroDivisionError


async def test_a_request_id_is_made_or_kept() -> None:
    async with client_of(answer) as client:
        made, next_one = await client.get("/"), await client.get("/")
        kept = await client.get("/", headers={"X-Request-Id": "partner-42-abc"})
        replaced = await client.get("/", headers={"X-Request-Id": "x" * 65})
    assert re.fullmatch(r"[0-9a-f]{32}-[0-9a-f]+", made.headers["x-request-id"])
    assert made.headers["x-request-id"] != next_one.headers["x-request-id"]
    assert kept.headers["x-request-id"] == "partner-42-abc"
    assert replaced.headers["x-request-id"] != "x" * 65


async def test_a_refusal_is_rendered_in_the_language_of_the_caller() -> None:
    async with client_of(refuse) as client:
        french = await client.get("/v1/x")
        english = await client.get("/v1/x", headers={"Accept-Language": "en"})
    assert french.status_code == english.status_code == 404
    assert french.headers["content-type"] == "application/problem+json"
    assert french.json()["title"] == "Ressource introuvable"
    assert english.json()["title"] == "Resource not found"
    assert english.headers["content-language"] == "en"
    assert french.json()["instance"] == "/v1/x"
    assert french.json()["request_id"] == french.headers["x-request-id"]


async def test_a_bug_is_a_500_that_tells_nothing_of_us() -> None:
    async with client_of(fail) as client:
        response = await client.get("/")
    assert response.status_code == 500
    assert response.json()["code"] == "internal-fault"
    assert "SELECT" not in response.text
    assert "ZeroDivision" not in response.text


async def test_a_database_out_of_reach_is_a_503_to_try_again() -> None:
    async with client_of(wait) as client:
        response = await client.get("/")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"


async def test_a_failure_after_the_first_byte_breaks_the_connection() -> None:
    async with client_of(break_off) as client:
        with pytest.raises(ZeroDivisionError):
            await client.get("/")


async def test_a_body_may_be_as_large_as_the_limit_and_no_larger() -> None:
    async def dribbled() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY // 65_536 + 1):
            yield b"x" * 65_536

    async with client_of(answer) as client:
        whole = await client.post("/", content=b"x" * LARGEST_BODY)
        announced = await client.post("/", content=b"x" * (LARGEST_BODY + 1))
        chunked = await client.post("/", content=dribbled())
    assert whole.text == str(LARGEST_BODY)
    assert announced.status_code == chunked.status_code == 413
    assert chunked.json()["code"] == "body-too-large"


async def test_an_address_may_not_be_endless() -> None:
    async with client_of(answer) as client:
        response = await client.get("/?q=" + "x" * LONGEST_URI)
    assert response.status_code == 414


async def test_metrics_count_the_answers_by_operation_and_status() -> None:
    async with client_of(refuse) as client:
        await client.get("/v1/x")
        page = await client.get("/metrics")
    labels = 'operation="none",server="probe",status="404"'
    assert f"acdt_request_seconds_count{{{labels}}}" in page.text


async def test_metrics_are_read_and_never_kept() -> None:
    async with client_of(refuse) as client:
        page, head = await client.get("/metrics"), await client.head("/metrics")
        changed = await client.post("/metrics")
    assert page.headers["cache-control"] == "no-store"
    assert int(page.headers["content-length"]) == len(page.content)
    assert head.status_code == 200
    assert head.content == b""
    assert changed.status_code == 405
    assert changed.headers["allow"] == "GET, HEAD"


def test_an_answer_that_breaks_off_is_found_in_the_log_by_its_request_id(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    async def request() -> None:
        async with client_of(break_off) as client:
            with pytest.raises(ZeroDivisionError):
                await client.get("/", headers={"X-Request-Id": "partner-42-abc"})

    structlog.reset_defaults()
    configure_logs("error")
    asyncio.run(request())
    structlog.reset_defaults()
    configure_logs("critical")
    (line,) = [orjson.loads(text) for text in capfdbinary.readouterr().out.splitlines()]
    assert (line["event"], line["request_id"]) == ("broken off", "partner-42-abc")
    assert line["exception"][0]["exc_type"] == "ZeroDivisionError"


def test_the_lines_of_requests_are_written_together_and_whole(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    async def requests() -> None:
        log = AccessLog("probe", enabled=True)
        log.add({"event": "request", "path": "/1"})
        log.add({"event": "request", "path": "/é\n"})
        AccessLog("silent", enabled=False).add({"event": "request"})
        assert capfdbinary.readouterr().out == b""
        await asyncio.sleep(0.1)

    asyncio.run(requests())
    lines = [orjson.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [(line["server"], line["path"]) for line in lines] == [
        ("probe", "/1"),
        ("probe", "/é\n"),
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", lines[0]["timestamp"])


def test_a_log_for_people_tells_of_refusals_alone_and_commands_no_terminal(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["path"] != "/found":
            raise NotFound
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    async def requests() -> None:
        async with client_of(answer) as client:
            await client.get("/found")
            await client.get("/%1b[2Jgone", headers={"X-Request-Id": "mine-mine-mine"})
        await asyncio.sleep(0.1)

    configure_logs("info", text=True)
    try:
        asyncio.run(requests())
    finally:
        configure_logs("critical")
    (line,) = capfdbinary.readouterr().out.decode().splitlines()
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d 404 GET /\\x1b\[2Jgone \d+\.\d ms probe mine-mine-mine", line
    )
