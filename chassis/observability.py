"""Logs, metrics and traces: for each request one line, one count, one duration, one span."""

import logging
import os
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import Processor

from chassis.headers import header
from chassis.library_logs import forward_library_logs

METRICS_TYPE = CONTENT_TYPE_LATEST.encode()

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_CONTEXT = TraceContextTextMapPropagator()
_MANY_PROCESSES = "PROMETHEUS_MULTIPROC_DIR"

DURATION = Histogram(
    "acdt_request_seconds",
    "Time to the last byte, by operation and status; its count is that of the requests",
    ["server", "operation", "status"],
    buckets=_SECONDS,
)

# frames without their variables: these hold what callers sent, and secrets
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
)
_JSON: tuple[Processor, ...] = (
    _TRACEBACKS,
    structlog.processors.JSONRenderer(serializer=orjson.dumps),
)


def configure_logs(level: str, *, text: bool = False) -> None:
    """Send every log line to standard output, as one JSON object or as text for people."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(_TEXT if text else _JSON),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )
    forward_library_logs(number)


def readable(_logger: object, _method: str, event: MutableMapping[str, Any]) -> bytes:
    """Return a log line as text; nothing of it can command a terminal."""
    traceback = event.pop("exception", "")
    time, level, what = (event.pop(key, "") for key in ("timestamp", "level", "event"))
    rest = " ".join(f"{key}={value!a}" for key, value in event.items())
    lines = [f"{time[11:19]} {level} {what} {rest}", *traceback.splitlines()]
    return "\n".join(line.encode("unicode_escape").decode() for line in lines).encode()


_TEXT: tuple[Processor, ...] = (structlog.processors.format_exc_info, readable)


def for_people() -> bool:
    """Tell whether the log is text."""
    return structlog.get_config()["processors"][-1] is readable


class Meter:
    """Times the requests of one server; labels are looked up once."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._timers: dict[tuple[str, int], Histogram] = {}

    def observe(self, operation: str, status: int, *, seconds: float) -> None:
        """Count one answer."""
        timer = self._timers.get((operation, status))
        if timer is None:
            timer = DURATION.labels(self._server, operation, str(status))
            self._timers[operation, status] = timer
        timer.observe(seconds)


def metrics() -> bytes:
    """Return what Prometheus reads, of all the processes that share the port."""
    if _MANY_PROCESSES in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(REGISTRY)


def traced(app: ASGIApp, server: str) -> ASGIApp:
    """Return `app` with a span around each request, or `app` itself where no collector is set."""
    if _ENDPOINT not in os.environ:
        return app
    provider = TracerProvider(resource=Resource.create({"service.name": f"acdt-{server}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Traced(app, provider)


class Traced:
    """A span around each request, child of the caller's `traceparent`, parent of what follows."""

    def __init__(self, app: ASGIApp, provider: TracerProvider) -> None:
        self._app = app
        self._tracer = provider.get_tracer("acdt")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request inside its span."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # shared with what follows, which fills it
        state = scope.setdefault("state", {})
        # no other header: what the library cannot read of them, it writes to our log
        given = header(scope, b"traceparent").decode("latin-1")
        parent = _CONTEXT.extract({"traceparent": given})
        with self._tracer.start_as_current_span(
            scope["method"], parent, trace.SpanKind.SERVER
        ) as span:
            onward: dict[str, str] = {}
            _CONTEXT.inject(onward)
            others = [pair for pair in scope["headers"] if str(pair[0], "latin-1") not in onward]
            added = [(name.encode(), value.encode()) for name, value in onward.items()]

            async def observed(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self._app({**scope, "headers": [*others, *added]}, receive, observed)
            operation = state.get("operation", "")
            span.update_name(f"{scope['method']} {operation}".strip())
            span.set_attribute("url.path", scope["path"])
            span.set_attribute("acdt.request_id", state.get("request_id", ""))
