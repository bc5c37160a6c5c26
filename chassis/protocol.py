"""uvicorn's HTTP protocol with deadlines, against callers whose bytes dribble in.

uvicorn closes no connection whose headers never end, and each byte restarts its keep-alive.
"""

import asyncio
from asyncio.events import TimerHandle
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import ClassVar, cast
from urllib.parse import unquote

import httptools
import structlog
from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from chassis.at_once import at_once_of
from chassis.exchange import Exchange
from chassis.identifiers import uuid7
from chassis.problems import MEDIA_TYPE, BadRequest, Occurrence, Text, rendered

UNREADABLE = Counter(
    "acdt_unreadable_requests",
    "Requests that ended before they could be read: not HTTP, headers too long, silent or too slow",
    ["why"],
)

_LANGUAGE = "fr"
_BLANK_LINE = b"\r\n\r\n"
_TOO_LONG = Text(
    "Les en-têtes de la requête sont trop longs", "The headers of the request are too long"
)


class _Phase(Enum):
    """What the caller is sending."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class DeadlineProtocol(HttpToolsProtocol):
    """A connection that must send its headers in time and its body without dawdling.

    A request that arrives in one piece, as nearly all do, costs no timer.
    """

    head_seconds: ClassVar[float] = 10.0
    """From the first byte of a request, or from the connection, to the end of its headers."""
    head_bytes: ClassVar[int] = 65_536
    body_seconds: ClassVar[float] = 10.0
    """Each such lapse of time must bring `body_bytes`, unless we are the ones who make it wait."""
    body_bytes: ClassVar[int] = 1_024
    public_url: ClassVar[str] = "http://127.0.0.1:8000"

    _phase = _Phase.NOTHING
    _timer: TimerHandle | None = None
    _received = 0
    """Bytes of the head that comes, or of the body since the last look."""
    _begun = False
    """Whether a head began in the bytes at hand."""
    _first = False
    """Whether no request among them has been seen yet."""
    _bodies = 0
    """Bytes of bodies among them."""
    _before: RequestResponseCycle | None = None
    """The request before the current one, which may still be at work."""
    _refusal: bytes | None = None
    """What to say last, once the answers at work are sent."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first request its deadline: a caller who says nothing is one who dribbles."""
        super().connection_made(transport)
        self._at_once = at_once_of(self.app)
        self._watch(self.head_seconds, self._check_head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, then watch what it still waits for."""
        if self._refusal is not None:
            return
        self._begun, self._bodies, self._first = False, 0, True
        super().data_received(data)
        if self._begun and self._phase is _Phase.HEAD:
            self._received = self._of_last_head(data)
        else:
            self._received += len(data)
        if self._phase is _Phase.HEAD and self._received > self.head_bytes:
            self._refuse(_TOO_LONG, why="headers too long")
        elif self._timer is None and not self.transport.is_closing():
            self._watch_rest()

    def _of_last_head(self, data: bytes) -> int:
        """Return how many of these bytes belong to the head that they leave unfinished.

        What comes before is whole requests sent in one go. A body that holds a blank line makes
        this too small, never too large.
        """
        end = data.rfind(_BLANK_LINE)
        return len(data) if end < 0 else max(0, len(data) - end - len(_BLANK_LINE) - self._bodies)

    def on_message_begin(self) -> None:
        """Note that headers come."""
        self._phase = _Phase.HEAD
        self._begun = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin the exchange, or let it wait for the one before: the headers made it in time.

        Raises:
            HttpParserInvalidURLError: an address that is none.
        """
        self._unwatch()
        self._before = self.cycle
        busy = self._working() or self.transport.is_closing()
        version = self.parser.get_http_version()
        self._complete_scope(version)
        self.cycle = Exchange(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        if busy:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))
        elif not self._answered_at_once():
            self._start_asgi_task(self.cycle, self.app)
        self._phase = _Phase.BODY
        self._received = 0

    def _answered_at_once(self) -> bool:
        """Answer what needs no waiting; one request in each piece of bytes, for the others' sake.

        What fails here fails again in the ordinary call, which tells.
        """
        may, self._first = self._first and not self.flow.write_paused, False
        if not may:
            return False
        with suppress(Exception):
            ready = self._at_once(self.scope)
            if ready is not None:
                cast("Exchange", self.cycle).answer(ready)
                return True
        return False

    def _complete_scope(self, version: str) -> None:
        """Say what is asked, and where."""
        scope = self.scope
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["http_version"] = version
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = url.path
        scope["query_string"] = url.query or b""

    def on_body(self, body: bytes) -> None:
        """Count what is no header."""
        self._bodies += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The body made it in time."""
        self._unwatch()
        self._phase = _Phase.NOTHING
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request, or with the refusal of what followed the last."""
        super().on_response_complete()
        self._say_last()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- uvicorn's own words, not ours
        """Answer what is not HTTP as everything else: with problem details."""
        self._refuse(None, why="not HTTP")

    def _watch_rest(self) -> None:
        """Set the deadline of what has begun and not ended."""
        if self._phase is _Phase.BODY:
            self._received = 0
            self._watch(self.body_seconds, self._check_body)
        elif self._phase is _Phase.HEAD or self._idle():
            self._watch(self.head_seconds, self._check_head)

    def _working(self) -> bool:
        """Tell whether a request is at work, or waits for its turn."""
        begun = self.cycle is not None  # uvicorn types it as never None
        return begun and not self.cycle.response_complete

    def _idle(self) -> bool:
        """Tell whether blank lines took the keep-alive limit away and no request is at work."""
        return not self._working() and self.timeout_keep_alive_task is None

    def _check_head(self) -> None:
        """Close, unless an answer at work made the rest of the head wait."""
        self._timer = None
        if self._working():
            self._watch_rest()
        else:
            self._close()

    def _check_body(self) -> None:
        """Close if too little came; bytes that we do not read count as come."""
        self._timer = None
        if self._received < self.body_bytes and not self.flow.read_paused:
            self._close()
        else:
            self._watch_rest()

    def _watch(self, seconds: float, then: Callable[[], None]) -> None:
        self._unwatch()
        self._timer = self.loop.call_later(seconds, then)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self) -> None:
        UNREADABLE.labels("silent or too slow").inc()
        self._unwatch()
        self.transport.close()

    def _refuse(self, detail: Text | None, *, why: str) -> None:
        """Answer that the request cannot be read, after the answers at work, and close."""
        self._unwatch()
        request_id = uuid7().hex
        UNREADABLE.labels(why).inc()
        structlog.get_logger().warning("unreadable", request_id=request_id, why=why)
        self._refusal = self._rendered(detail, request_id)
        if self._phase is not _Phase.BODY:
            self._say_last()
        elif self.pipeline:
            self.pipeline.popleft()  # the newest: the one whose body is broken
            self.cycle = cast("RequestResponseCycle", self._before)
        else:
            self._break_off()

    def _break_off(self) -> None:
        """Refuse the request at work, whose body is broken; if it is being answered, only close."""
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        if not self.cycle.response_started:
            self.transport.write(self._refusal or b"")
        self.transport.close()

    def _say_last(self) -> None:
        """Send the refusal that waits for the answers at work, if there is one and they are out."""
        if self._refusal is not None and not self._working() and not self.transport.is_closing():
            self.transport.write(self._refusal)
            self.transport.close()

    def _rendered(self, detail: Text | None, request_id: str) -> bytes:
        at = Occurrence("", request_id, _LANGUAGE, self.public_url)
        body = rendered(BadRequest(detail), at)
        lines = [STATUS_LINE[BadRequest.status]]
        lines += [b"%b: %b\r\n" % header for header in self.server_state.default_headers]
        lines += [
            b"content-type: %b\r\n" % MEDIA_TYPE.encode(),
            b"content-language: %b\r\n" % _LANGUAGE.encode(),
            b"content-length: %d\r\n" % len(body),
            b"cache-control: no-store\r\n",
            b"x-request-id: %b\r\n" % request_id.encode(),
            b"connection: close\r\n\r\n",
            body,
        ]
        return b"".join(lines)


def protocol_for(public_url: str) -> type[DeadlineProtocol]:
    """Return the protocol whose refusals name the types of problems under `public_url`."""
    return type("PublicProtocol", (DeadlineProtocol,), {"public_url": public_url})
