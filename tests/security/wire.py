"""HTTP by hand: callers who send bytes that no client library would."""

import socket
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0 when the server closed the connection without a word."""

    status: int
    media_type: str
    body: bytes


class Wire:
    """One connection to the gateway, opened anew whenever the gateway closes it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._socket: socket.socket | None = None

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def send(self, request: bytes, *, method: str = "GET") -> Answer:
        """Send the bytes of one request, read one answer."""
        reused = self._socket is not None
        try:
            return self._exchange(request, method=method)
        except (HTTPException, OSError):
            self.close()
        if not reused:
            return Answer(0, "", b"")
        try:  # the connection may have been closed since the last answer
            return self._exchange(request, method=method)
        except (HTTPException, OSError):
            self.close()
            return Answer(0, "", b"")

    def _exchange(self, request: bytes, *, method: str) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=SECONDS)
        self._socket.sendall(request)
        response = HTTPResponse(self._socket, method=method)
        response.begin()
        body = response.read()
        if response.will_close:
            self.close()
        return Answer(response.status, response.headers.get_content_type(), body)


def request(
    method: str, target: bytes, *, headers: tuple[tuple[bytes, bytes], ...] = (), body: bytes = b""
) -> bytes:
    """Return the bytes of a request, nothing checked, nothing quoted."""
    lines = [method.encode() + b" " + target + b" HTTP/1.1", b"Host: localhost"]
    lines += [name + b": " + value for name, value in headers]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
