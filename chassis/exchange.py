"""How an answer is written to its connection: header lines checked once, head and body together.

uvicorn checks and copies each header of each answer, and writes the head before it has the body
(docs/decisions/0053).
"""

import asyncio
from collections.abc import Iterable

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

from chassis.at_once import Ready

_KEPT_LINES = 1_024
_FRAMING = frozenset({b"content-length", b"transfer-encoding", b"connection"})
_WITHOUT_BODY = frozenset({204, 304})


class HeaderLines(dict[tuple[bytes, bytes], bytes]):
    """Header lines as they are sent, each checked when it is first met: most answers repeat them.

    What never comes back, such as a request id, fills it up; then it begins anew.
    """

    def __missing__(self, header: tuple[bytes, bytes]) -> bytes:
        """Render and keep a line.

        Raises:
            RuntimeError: a name or a value that could end the line, or a name not in lower case.
        """
        name, value = header
        if HEADER_RE.search(name) or name != name.lower():
            raise RuntimeError("Invalid HTTP header name.")
        if HEADER_VALUE_RE.search(value):
            raise RuntimeError("Invalid HTTP header value.")
        if len(self) >= _KEPT_LINES:
            self.clear()
        line = self[header] = b"%b: %b\r\n" % header
        return line


_LINES = HeaderLines()


class Exchange(RequestResponseCycle):
    """One request and its answer; reading is uvicorn's.

    The head waits for the first bytes of the body if they come in the same step of the loop, and
    leaves without them if they do not.
    """

    _head = b""

    async def send(self, message: ASGISendEvent) -> None:
        """Take one ASGI message of the answer.

        Raises:
            RuntimeError: messages out of order, a header that breaks its line, a false length.
        """
        if self.disconnected:
            return
        if self.flow.write_paused:
            await self.flow.drain()
            if self.disconnected:
                return
        if message["type"] == "http.response.start" and not self.response_started:
            self._head = self._opened(message["status"], message.get("headers", ()))
            asyncio.get_running_loop().call_soon(self._send_head)
        elif message["type"] == "http.response.body" and self._awaits_body():
            self._continue(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError(f"Unexpected ASGI message '{message['type']}'.")

    def answer(self, ready: Ready) -> None:
        """Write a whole answer: its headers say how long it is, and that it does not end here."""
        shared = ready.headers.made.get(Exchange)
        if shared is None:
            shared = b"".join([_LINES[name, value] for name, value in ready.headers])
            ready.headers.made[Exchange] = shared
        lines = [STATUS_LINE[ready.status], *[_LINES[pair] for pair in self.default_headers]]
        lines.append(shared)
        lines += [b"%b: %b\r\n" % pair for pair in ready.own]
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        lines.append(b"\r\n")
        if self.scope["method"] != "HEAD":
            lines.append(ready.body)
        self.response_started = True
        self.expected_content_length = 0
        self.transport.write(b"".join(lines))
        self._end()

    def _awaits_body(self) -> bool:
        return self.response_started and not self.response_complete

    def _opened(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """Return the head of the answer; take note of what it says about the end."""
        self.response_started = True
        self.waiting_for_100_continue = False
        sent = [*self.default_headers, *headers]
        lines = [STATUS_LINE[status]]
        lines += [_LINES[name, value] for name, value in sent]
        announced_end = False
        for name, value in sent:
            if name in _FRAMING:
                announced_end |= self._framed(name, value)
        if not (self.keep_alive or announced_end):
            lines.append(b"connection: close\r\n")
        if self.chunked_encoding is None and not self._bodiless(status):
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n")
        return b"".join(lines)

    def _bodiless(self, status: int) -> bool:
        return status in _WITHOUT_BODY or self.scope["method"] == "HEAD"

    def _framed(self, name: bytes, value: bytes) -> bool:
        """Note how the answer ends; tell whether the header says that the connection does too."""
        if name == b"connection":
            closes = b"close" in [token.strip() for token in value.lower().split(b",")]
            self.keep_alive = self.keep_alive and not closes
            return closes
        if name == b"transfer-encoding":
            if value.lower() == b"chunked":
                self.expected_content_length = 0
                self.chunked_encoding = True
        elif self.chunked_encoding is None:
            self.expected_content_length = int(value)
            self.chunked_encoding = False
        return False

    def _send_head(self) -> None:
        """Send the head alone, if no body came in the meantime."""
        head, self._head = self._head, b""
        if head and not self.transport.is_closing():
            self.transport.write(head)

    def _continue(self, body: bytes, *, more: bool) -> None:
        head, self._head = self._head, b""
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            body = b""
        elif self.chunked_encoding:
            body = _chunk(body, last=not more)
        elif len(body) > self.expected_content_length:
            raise RuntimeError("Response content longer than Content-Length")
        else:
            self.expected_content_length -= len(body)
        if head or body:
            self.transport.write(head + body if head else body)
        if not more:
            self._end()

    def _end(self) -> None:
        if self.expected_content_length:
            raise RuntimeError("Response content shorter than Content-Length")
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


def _chunk(body: bytes, *, last: bool) -> bytes:
    whole = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
    return whole + b"0\r\n\r\n" if last else whole
