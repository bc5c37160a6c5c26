"""The edge: what every request gets, whatever the app behind it does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.http import LARGEST_BODY, LONGEST_URI, Edge
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
        made = await client.get("/")
        kept = await client.get("/", headers={"X-Request-Id": "partner-42-abc"})
        replaced = await client.get("/", headers={"X-Request-Id": "x" * 65})
    assert len(made.headers["x-request-id"]) == 32
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
    assert 'acdt_requests_total{operation="none",server="probe",status="404"}' in page.text
    assert "acdt_request_seconds_bucket" in page.text
