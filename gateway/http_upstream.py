"""A service in another process, reached over HTTP by connections of its own.

Why not a client library: `docs/decisions/0041-own-http-client.md`.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from starlette.types import Message, Receive, Scope, Send

from gateway.headers import READS
from gateway.http_connection import Connection
from gateway.upstreams import Unreachable

# the service keeps idle connections 75 s: we always close first, so none dies under us
_IDLE = timedelta(seconds=15)
_CONNECTIONS = 256  # the concurrency limit is kept elsewhere; this only bounds a bug
_PORTS = {"http": 80, "https": 443}
_VIA = b"via: 1.1 acdt\r\n\r\n"
_CHUNKED = b"transfer-encoding: chunked\r\n"
_EMPTY = b"content-length: 0\r\n"


class CallerLeft(Exception):
    """The caller closed before its body was whole."""


class Unsendable(ValueError):
    """The request would not be one request on the wire."""


class OverHttp:
    """A service behind a base URL."""

    remote = True

    def __init__(self, url: str, *, connect: timedelta, idle: timedelta = _IDLE) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._host_line = b"host: %b\r\n" % parts.netloc.rpartition("@")[2].encode("ascii")
        self._connect_seconds = connect.total_seconds()
        self._idle_seconds = idle.total_seconds()
        self._open: set[Connection] = set()
        self._idle: list[Connection] = []
        self._sweep: asyncio.TimerHandle | None = None
        self._running = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hold the connections; none is left at the end."""
        self._running = True
        try:
            yield
        finally:
            self._running = False
            if self._sweep is not None:
                self._sweep.cancel()
                self._sweep = None
            for connection in list(self._open):
                connection.abort()
            self._open.clear()
            self._idle.clear()
            await asyncio.sleep(0)  # the transports close at the loop's next turn

    @property
    def connections(self) -> tuple[int, int]:
        """How many connections are open, and how many of them idle."""
        return len(self._open), len(self._idle)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._running:
            raise Unreachable("the gateway has not started")
        read = scope["method"] in READS
        first = None if read else await _first(receive)
        head, chunked = self._head(scope, first)
        connection = self._kept() or await self._opened()
        try:
            connection.asked(head, head_only=scope["method"] == "HEAD", body=first is not None)
            if first is not None:
                await _upload(connection, first, receive, chunked=chunked)
            await connection.answered()
            await _relayed(connection, send)
        except BaseException:
            connection.abort()
            raise
        finally:
            self._released(connection)

    def _head(self, scope: Scope, first: Message | None) -> tuple[bytes, bool]:
        """Return the head of the request, and whether its body goes in chunks.

        Raises:
            Unsendable: a space or a line end where it would begin another element.
        """
        target = scope["raw_path"]
        if scope["query_string"]:
            target = b"%b?%b" % (target, scope["query_string"])
        lines = [
            b"%b %b HTTP/1.1\r\n" % (scope["method"].encode("ascii"), target),
            self._host_line,
        ]
        framed = False
        for name, value in scope["headers"]:
            if name != b"host":
                framed = framed or name == b"content-length"
                lines.append(b"%b: %b\r\n" % (name, value))
        chunked = first is not None and not framed
        if chunked:
            lines.append(_CHUNKED)
        elif scope["method"] not in READS and not framed:
            lines.append(_EMPTY)
        written = b"".join(lines)
        if written.count(b"\n") != len(lines) or lines[0].count(b" ") != 2:  # noqa: PLR2004
            raise Unsendable(scope["path"])
        return written + _VIA, chunked

    def _kept(self) -> Connection | None:
        """Return the connection that was used last, if it still serves."""
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable:
                return connection
            self._open.discard(connection)
        return None

    async def _opened(self) -> Connection:
        """Return a new connection.

        Raises:
            Unreachable: refused, not accepted in time, or we have too many.
        """
        if len(self._open) >= _CONNECTIONS:
            raise Unreachable("too many connections")
        connection = Connection()
        self._open.add(connection)
        try:
            async with asyncio.timeout(self._connect_seconds):
                await asyncio.get_running_loop().create_connection(
                    lambda: connection, self._host, self._port, ssl=self._tls
                )
        except BaseException as error:
            self._open.discard(connection)
            connection.abort()
            if isinstance(error, OSError):
                raise Unreachable(str(error)) from error
            raise
        return connection

    def _released(self, connection: Connection) -> None:
        if not (connection.reusable and self._running):
            connection.abort()
            self._open.discard(connection)
            return
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle.append(connection)
        if self._sweep is None:
            self._sweep = loop.call_later(self._idle_seconds, self._swept)

    def _swept(self) -> None:
        """Close what has been idle too long; those used last are at the end."""
        loop = asyncio.get_running_loop()
        expired = [one for one in self._idle if one.idle_since <= loop.time() - self._idle_seconds]
        del self._idle[: len(expired)]
        for connection in expired:
            connection.abort()
            self._open.discard(connection)
        self._sweep = None
        if self._idle:
            self._sweep = loop.call_at(self._idle[0].idle_since + self._idle_seconds, self._swept)


async def _first(receive: Receive) -> Message | None:
    """Return the first message of a body, or `None` if there is no body at all."""
    first = await receive()
    if first["type"] == "http.request" and not first.get("body") and not first.get("more_body"):
        return None
    return first


async def _upload(
    connection: Connection, message: Message, receive: Receive, *, chunked: bool
) -> None:
    """Send a body piece by piece; stop if the service answers before its end."""
    while not connection.answering:
        if message["type"] != "http.request":
            raise CallerLeft
        body, more = message.get("body", b""), message.get("more_body", False)
        if body:
            connection.write(b"%x\r\n%b\r\n" % (len(body), body) if chunked else body)
        if not more:
            if chunked:
                connection.write(b"0\r\n\r\n")
            connection.body_sent()
            return
        await connection.drained()
        message = await receive()


async def _relayed(connection: Connection, send: Send) -> None:
    start = {
        "type": "http.response.start",
        "status": connection.status,
        "headers": connection.headers,
    }
    await send(start)
    more = True
    while more:
        body, more = await connection.read()
        await send({"type": "http.response.body", "body": body, "more_body": more})
