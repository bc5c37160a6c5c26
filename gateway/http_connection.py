"""One connection to a service: one exchange at a time, parsed by httptools, bytes untouched."""

import asyncio
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from gateway.headers import Headers  # noqa: TC001 -- weighs nothing
from gateway.upstreams import BrokenAnswer, Unreachable

_LONGEST_HEAD = 65_536
_BUFFERED = 262_144
_BODILESS = frozenset({204, 304})
_FRAMED_BY = frozenset({b"content-length", b"transfer-encoding"})
_FIRST_FINAL = 200


class Connection(asyncio.Protocol):
    """Writes a request, gives its answer back as it comes; one waiter, always the same task."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self.status = 0
        self.headers: Headers = []
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._head_only = False
        self._untouched = True
        self._received = 0
        self._began = False
        self._interim = False
        self._lasting = True
        self._whole = True
        self._sent = True
        self._until_the_end = False
        self._chunks: list[bytes] = []
        self._buffered = 0
        self._reading = True
        self._writable = True
        self._fault: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    @property
    def reusable(self) -> bool:
        """Whether another exchange may follow the one that ended."""
        closing = self._transport is None or self._transport.is_closing()
        well = self._whole and self._sent and self._lasting
        return well and self._fault is None and not closing

    @property
    def answering(self) -> bool:
        """Whether nothing more need be sent: the answer has begun, or will never."""
        return self._began or self._fault is not None

    def asked(self, head: bytes, *, head_only: bool, body: bool) -> None:
        """Send the head of a request, before its body if any; what is to come is its answer."""
        self.headers = []
        self._sent = not body
        self.status = self._received = 0
        self._untouched, self._began, self._whole = True, False, False
        self._head_only, self._until_the_end = head_only, False
        self.write(head)

    def write(self, data: bytes) -> None:
        """Send more of the request."""
        if self._transport is not None:
            self._transport.write(data)

    def body_sent(self) -> None:
        """Take note that the request is whole."""
        self._sent = True

    async def drained(self) -> None:
        """Wait until the service takes more, or answers without having read all."""
        while not self._writable and not self.answering:
            await self._news()

    async def answered(self) -> None:
        """Wait for the head of the answer: `status` and `headers`.

        Raises:
            Unreachable: the connection ended before the first byte.
            BrokenAnswer: what came is not the head of an answer.
        """
        while not self._began:
            if self._fault is not None:
                raise self._fault
            await self._news()

    async def read(self) -> tuple[bytes, bool]:
        """Return what has come of the body, and whether more will; wait if nothing has.

        Raises:
            BrokenAnswer: the answer ended before its announced length.
        """
        while not (self._chunks or self._whole):
            if self._fault is not None:
                raise self._fault
            await self._news()
        chunks, self._chunks, self._buffered = self._chunks, [], 0
        if not self._reading:
            self._reading = True
            if self._transport is not None:
                self._transport.resume_reading()
        return chunks[0] if len(chunks) == 1 else b"".join(chunks), not self._whole

    def abort(self) -> None:
        """Cut the connection: nothing that may still come belongs to anybody."""
        self._fault = self._fault or Unreachable("closed by the gateway")
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self._transport = cast("asyncio.Transport", transport)
        if self._fault is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits: the answer ends here, well only if that is how it says its length."""
        self._ended(exc)
        self._transport = None

    def eof_received(self) -> None:
        """Close our side too: a service that stops sending has nothing to add."""
        self._ended(None)

    def pause_writing(self) -> None:
        """Make the sender of a body wait."""
        self._writable = False

    def resume_writing(self) -> None:
        """Let the sender of a body go on."""
        self._writable = True
        self._tell()

    def data_received(self, data: bytes) -> None:
        """Parse; bytes that nobody asked for condemn the connection."""
        if self._whole:
            self._broken("bytes after the end of the answer")
            return
        self._untouched = False
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._broken(f"not an answer: {error}")
        if not self._began:
            self._received += len(data)
            if self._received > _LONGEST_HEAD:
                self._broken("the head of the answer is too long")
        self._tell()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; those of the trailer are dropped."""
        if not self._began:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Take the status; an interim answer (100, 103) is forgotten."""
        if self._began:
            self._broken("two answers to one request")
            return
        self.status = self._parser.get_status_code()
        self._interim = self.status < _FIRST_FINAL
        if self._interim:
            self.headers = []
            return
        self._began = True
        self._lasting = self._parser.should_keep_alive()
        if self._head_only or self.status in _BODILESS:
            self._whole = True
            # its announced length is that of a body which does not come: this parser waits for it
            self._parser = HttpResponseParser(self)
        else:
            self._until_the_end = not any(name in _FRAMED_BY for name, _ in self.headers)

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body; stop reading while too much waits."""
        if self._whole:
            self._broken("a body where none belongs")
            return
        self._chunks.append(body)
        self._buffered += len(body)
        if self._buffered > _BUFFERED and self._reading and self._transport is not None:
            self._reading = False
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """Note the end, unless it is that of an interim answer."""
        self._whole = not self._interim and self._fault is None

    def _ended(self, cause: Exception | None) -> None:
        if not self._whole and self._began and self._until_the_end and cause is None:
            self._whole = True
        if self._fault is None:
            if self._untouched:
                self._fault = Unreachable(str(cause or "closed before the first byte"))
            else:
                self._fault = BrokenAnswer(str(cause or "closed before the end"))
        self._tell()

    def _broken(self, why: str) -> None:
        self._fault = self._fault or BrokenAnswer(why)
        self._whole = False
        if self._transport is not None:
            self._transport.abort()
        self._tell()

    async def _news(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _tell(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
