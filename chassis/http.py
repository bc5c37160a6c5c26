"""The edge of every server: request id, limits, problems, one log line and one count a request."""

import asyncio
import itertools
import logging
import re
from collections.abc import Mapping
from time import perf_counter_ns
from types import MappingProxyType

import asyncpg
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.access_log import AccessLog
from chassis.at_once import Ready, at_once_of
from chassis.headers import header
from chassis.identifiers import uuid7
from chassis.metrics_access import MayRead, everyone
from chassis.observability import METRICS_TYPE, Meter, metrics
from chassis.problems import (
    MEDIA_TYPE,
    BodyTooLarge,
    InternalFault,
    MethodNotAllowed,
    NotFound,
    Occurrence,
    Problem,
    ServiceUnavailable,
    Text,
    UriTooLong,
    language_of,
    rendered,
)
from chassis.trouble import explained

LONGEST_URI = 8_192
LARGEST_BODY = 1_048_576

_NO_LARGER: Mapping[str, int] = MappingProxyType({})
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_ID = b"x-request-id"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_FIGURES_METHODS = frozenset({"GET", "HEAD"})
_BUSY = (
    TimeoutError,
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # it starts, stops, or cancels what takes too long
    asyncpg.TooManyConnectionsError,
)


class Edge:
    """Wraps a server's app; everything a request pays whatever it asks is here."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        server: str,
        public_url: str,
        larger_bodies: Mapping[str, int] = _NO_LARGER,
        may_read_metrics: MayRead = everyone,
    ) -> None:
        self._app = app
        self._may_read = may_read_metrics
        self._larger_bodies = larger_bodies
        self._server = server
        self._public_url = public_url
        self._meter = Meter(server)
        self._log = structlog.get_logger().bind(server=server)
        self._access = AccessLog(server, enabled=self._log.is_enabled_for(logging.INFO))
        self._ids = RequestIds()
        self._at_once = at_once_of(app)

    def at_once(self, scope: Scope) -> Ready | None:
        """Return the app's answer if it needs no waiting, numbered and accounted for."""
        started = perf_counter_ns()
        state = scope.setdefault("state", {})
        state["request_id"] = request_id = self._ids.of(scope)
        ready = self._at_once(scope)
        if ready is None:
            return None
        self._account(scope, ready.status, len(ready.body), perf_counter_ns() - started)
        return Ready(ready.status, ready.headers, ready.body, ((_ID, request_id.encode()),))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await explained(self._app, scope, receive, send)
            self._access.flush()
            return
        started = perf_counter_ns()
        state = scope.setdefault("state", {})
        state["request_id"] = request_id = self._ids.of(scope)
        state["public_url"] = self._public_url
        sent = _Sent(send, request_id)
        try:
            _refuse_long(scope)
            limited = receive
            if scope["method"] not in _READS:
                largest = self._larger_bodies.get(scope["path"], LARGEST_BODY)
                limited = _limited(scope, receive, largest)
            if scope["path"] == "/metrics":
                await self._figures(scope, sent)
            else:
                await self._app(scope, limited, sent)
        except Exception as raised:
            if sent.status:
                self._tell(raised, request_id, what="broken off")
                raise
            await self._refuse(raised, scope, sent)
        finally:
            self._account(scope, sent.status, sent.size, perf_counter_ns() - started)

    async def _refuse(self, raised: Exception, scope: Scope, send: Send) -> None:
        problem = as_problem(raised)
        if isinstance(problem, ServiceUnavailable):
            problem.extra.setdefault("service", self._server)
        self._tell(raised, scope["state"]["request_id"])
        await send_problem(problem, scope, send, public_url=self._public_url)

    def _tell(self, raised: Exception, request_id: str, *, what: str | None = None) -> None:
        """Log what is no refusal: a fault whole, what was unavailable in one line."""
        problem = as_problem(raised)
        if isinstance(problem, InternalFault):
            self._log.error(what or "fault", request_id=request_id, exc_info=raised)
        elif problem.status > InternalFault.status:
            self._log.warning(what or "unavailable", request_id=request_id, why=repr(raised)[:500])

    async def _figures(self, scope: Scope, send: Send) -> None:
        """Answer `/metrics`, which does not exist for those who may not read it."""
        if not self._may_read(scope):
            raise NotFound
        if scope["method"] not in _FIGURES_METHODS:
            raise not_allowed({"GET"})
        body = await asyncio.to_thread(
            metrics
        )  # several files to read where processes share a port
        headers = [
            (b"content-type", METRICS_TYPE),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        shown = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": shown})

    def _account(self, scope: Scope, status: int, size: int, elapsed_ns: int) -> None:
        state = scope["state"]
        operation = state.get("operation", "none")
        self._meter.observe(operation, status, seconds=elapsed_ns / 1e9)
        self._access.add(
            {
                "event": "request",
                "request_id": state["request_id"],
                "method": scope["method"],
                "path": scope["path"],
                "operation": operation,
                "status": status,
                "bytes": size,
                "us": elapsed_ns // 1000,
            }
        )


class RequestIds:
    """Makes ids as unique as a UUIDv7, for the price of a counter; keeps those of callers."""

    def __init__(self) -> None:
        self._process = uuid7().hex
        self._count = itertools.count(1)

    def of(self, scope: Scope) -> str:
        """Return the caller's id if it is a sound one, else a new id."""
        given = header(scope, _ID)
        if given and _REQUEST_ID.fullmatch(given):
            return given.decode()
        return f"{self._process}-{next(self._count):x}"


class _Sent:
    """Passes the answer on, adds the request id, remembers what was sent."""

    __slots__ = ("_request_id", "_send", "size", "status")

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id.encode()
        self.status = 0
        self.size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            # a list of its own: the message's may be shared by all answers from a cache
            message["headers"] = [*message["headers"], (_ID, self._request_id)]
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)


def as_problem(raised: Exception) -> Problem:
    """Return what the caller is told: the refusal itself, busy, or a fault of ours."""
    if isinstance(raised, Problem):
        return raised
    if isinstance(raised, _BUSY):
        return ServiceUnavailable(headers={"Retry-After": "1"})
    return InternalFault()


async def send_problem(problem: Problem, scope: Scope, send: Send, *, public_url: str) -> None:
    """Answer with RFC 9457 problem details in the caller's language."""
    accepted = header(scope, b"accept-language")
    language = language_of(accepted.decode("latin-1"))
    at = Occurrence(scope["path"], scope["state"]["request_id"], language, public_url)
    body = rendered(problem, at)
    extra = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-language", language.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept-Language"),
        *extra,
    ]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def not_allowed(methods: set[str]) -> MethodNotAllowed:
    """Return the 405 with its complete `Allow`."""
    allowed = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    return MethodNotAllowed(
        Text(f"Méthodes possibles : {allowed}", f"Possible methods: {allowed}"),
        headers={"Allow": allowed},
    )


def _limited(scope: Scope, receive: Receive, largest: int) -> Receive:
    announced = header(scope, b"content-length")
    if announced.isdigit() and int(announced) > largest:
        raise BodyTooLarge(_largest_body(largest))
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > largest:
            raise BodyTooLarge(_largest_body(largest))
        return message

    return counted


def _largest_body(largest: int) -> Text:
    return Text(f"Au plus {largest} octets", f"At most {largest} bytes")


def _refuse_long(scope: Scope) -> None:
    if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_URI:
        raise UriTooLong(Text(f"Au plus {LONGEST_URI} octets", f"At most {LONGEST_URI} bytes"))
