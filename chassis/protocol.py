"""uvicorn's HTTP protocol with deadlines, against callers whose bytes dribble in.

uvicorn closes no connection whose headers never end, and each byte restarts its keep-alive.
"""

import asyncio
import uuid
from asyncio.events import TimerHandle
from collections.abc import Callable
from enum import Enum, auto
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from chassis.problems import MEDIA_TYPE, BadRequest, Occurrence, Text, rendered

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

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first request its deadline: a caller who says nothing is one who dribbles."""
        super().connection_made(transport)
        self._watch(self.head_seconds, self._close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, then watch what it still waits for."""
        if self._phase is not _Phase.HEAD:
            self._received = 0
        super().data_received(data)
        self._received += len(data)
        if self._phase is _Phase.HEAD and self._received > self.head_bytes:
            self._refuse(_TOO_LONG)
        elif self._timer is None and not self.transport.is_closing():
            self._watch_rest()

    def on_message_begin(self) -> None:
        """Note that headers come."""
        self._phase = _Phase.HEAD
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The headers made it in time."""
        self._unwatch()
        self._phase = _Phase.BODY
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body made it in time."""
        self._unwatch()
        self._phase = _Phase.NOTHING
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- uvicorn's own words, not ours
        """Answer what is not HTTP as everything else: with problem details."""
        self._refuse(None)

    def _watch_rest(self) -> None:
        """Set the deadline of what has begun and not ended."""
        if self._phase is _Phase.BODY:
            self._received = 0
            self._watch(self.body_seconds, self._check_body)
        elif self._phase is _Phase.HEAD or self._idle():
            self._watch(self.head_seconds, self._close)

    def _idle(self) -> bool:
        """Tell whether blank lines took the keep-alive limit away and no request is at work."""
        begun = self.cycle is not None  # uvicorn types it as never None
        if begun and not self.cycle.response_complete:
            return False
        return self.timeout_keep_alive_task is None

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
        self._unwatch()
        self.transport.close()

    def _refuse(self, detail: Text | None) -> None:
        """Answer that the request cannot be read, and close."""
        self._unwatch()
        at = Occurrence("", uuid.uuid4().hex, "fr", self.public_url)
        body = rendered(BadRequest(detail), at)
        lines = [STATUS_LINE[BadRequest.status]]
        lines += [b"%b: %b\r\n" % header for header in self.server_state.default_headers]
        lines += [
            b"content-type: %b\r\n" % MEDIA_TYPE.encode(),
            b"content-length: %d\r\n" % len(body),
            b"connection: close\r\n\r\n",
            body,
        ]
        self.transport.write(b"".join(lines))
        self.transport.close()


def protocol_for(public_url: str) -> type[DeadlineProtocol]:
    """Return the protocol whose refusals name the types of problems under `public_url`."""
    return type("PublicProtocol", (DeadlineProtocol,), {"public_url": public_url})
