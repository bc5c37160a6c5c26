"""Traces and logs: what an operator sees of a request, and what nobody must see."""

import asyncio
import logging

import httpx
import orjson
import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from chassis.http import Edge
from chassis.observability import Traced, configure_logs, traced
from chassis.settings import EnvironmentSettings

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def echo_parent(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer with the `traceparent` that a neighbour would be sent."""
    scope["state"]["operation"] = "show_thing"
    parent = dict(scope["headers"]).get(b"traceparent", b"")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": parent})


async def test_a_request_is_a_span_between_its_caller_and_its_neighbours() -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    app = Traced(Edge(echo_parent, server="probe", public_url="http://probe"), provider)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://probe"
    ) as client:
        answer = await client.get("/v1/things/1", headers={"traceparent": CALLER})
    (span,) = spans.get_finished_spans()
    assert span.name == "GET show_thing"
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == "b7ad6b7169203331"
    assert answer.text.split("-")[1:3] == [
        "0af7651916cd43dd8448eb211c80319c",
        f"{span.context.span_id:016x}",
    ]
    assert dict(span.attributes or {}) == {
        "http.response.status_code": 200,
        "url.path": "/v1/things/1",
        "acdt.request_id": answer.headers["x-request-id"],
    }


async def test_what_a_trace_cannot_read_of_a_callers_headers_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = Traced(Edge(echo_parent, server="probe", public_url="http://probe"), TracerProvider())
    caplog.set_level(logging.WARNING)
    sent = {"traceparent": CALLER, "tracestate": "canary state", "baggage": "canary baggage"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://probe"
    ) as client:
        answer = await client.get("/v1/things/1", headers=sent)
    assert answer.status_code == 200
    assert caplog.messages == []


def test_without_a_collector_nothing_is_added() -> None:
    assert traced(echo_parent, "probe") is echo_parent


def test_a_fault_is_logged_at_once_without_the_values_at_hand(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
        password = "canary-in-a-variable"  # what must not be logged
        raise ZeroDivisionError(len(password))

    async def request() -> None:
        edge = Edge(fail, server="probe", public_url="http://probe")
        transport = httpx.ASGITransport(edge)
        async with httpx.AsyncClient(transport=transport, base_url="http://probe") as client:
            await client.get("/v1/things?q=canary-in-a-query")

    configure_logs("error")
    asyncio.run(request())
    structlog.reset_defaults()
    configure_logs("critical")
    (line,) = [orjson.loads(text) for text in capfdbinary.readouterr().out.splitlines()]
    assert line["event"] == "fault"
    assert line["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert "canary" not in str(line)


def test_what_libraries_say_is_a_line_like_ours(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    async def forget_a_fault() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(0.01)

    structlog.reset_defaults()
    configure_logs("info")
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 1)
    logging.getLogger("uvicorn.error").warning("Invalid %s request received.", "HTTP")
    asyncio.run(forget_a_fault())
    structlog.reset_defaults()
    configure_logs("critical")
    said = capfdbinary.readouterr()
    refused, forgotten = [orjson.loads(text) for text in said.out.splitlines()]
    assert refused["event"] == "Invalid HTTP request received."
    assert refused["logger"] == "uvicorn.error"
    assert refused["level"] == "warning"
    assert forgotten["logger"] == "asyncio"
    assert forgotten["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert said.err == b""


def test_a_log_level_is_one_of_five_and_a_refusal_names_them() -> None:
    assert EnvironmentSettings(log_level="WARNING").log_level == "warning"  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="'debug', 'info', 'warning', 'error' or 'critical'"):
        EnvironmentSettings(log_level="loud")  # type: ignore[arg-type]
