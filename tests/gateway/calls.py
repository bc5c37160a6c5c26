"""Calls of the gateway's HTTP client, and services that say given bytes."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.types import Message

from gateway.http_upstream import OverHttp
from tests.gateway.test_http_upstream import Conversation, talking

BODY = b"x" * 1000


@dataclass
class Call:
    """One request and what came back."""

    method: str = "GET"
    path: bytes = b"/v1/towns"
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    leaves: bool = False
    sent: list[Message] = field(default_factory=list)

    async def made(self, upstream: OverHttp) -> "Call":
        """Make the call; return it with its answer."""
        pieces = self.pieces or [b""]
        messages: list[Message] = [
            {"type": "http.request", "body": piece, "more_body": True} for piece in pieces
        ]
        if self.leaves:
            messages.append({"type": "http.disconnect"})
        else:
            messages[-1]["more_body"] = False

        async def receive() -> Message:
            return messages.pop(0)

        async def send(message: Message) -> None:
            self.sent.append(message)

        scope = {
            "method": self.method,
            "path": self.path.decode(),
            "raw_path": self.path,
            "query_string": b"",
            "headers": self.headers,
        }
        await upstream(scope, receive, send)
        return self

    @property
    def status(self) -> int:
        """The status of the answer."""
        status: int = self.sent[0]["status"]
        return status

    @property
    def body(self) -> bytes:
        """The body of the answer."""
        return b"".join(message["body"] for message in self.sent[1:])


@asynccontextmanager
async def client_of_bytes(
    answer: bytes, *, asked: list[bytes] | None = None
) -> AsyncIterator[OverHttp]:
    """Yield a client of a service that says these bytes to each request, then closes."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if asked is not None:
            asked.append(head)
        writer.write(answer)
        await writer.drain()

    async with client_of_service(say) as upstream:
        yield upstream


@asynccontextmanager
async def client_of_service(conversation: Conversation) -> AsyncIterator[OverHttp]:
    """Yield a client of a service that holds these conversations."""
    async with talking(conversation) as url:
        upstream = OverHttp(url, connect=timedelta(seconds=2))
        async with upstream.running():
            yield upstream


async def lasting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request of a connection with the same body, in two parts now and then."""
    with suppress(ConnectionError):
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY))
            writer.write(BODY[:500])
            await asyncio.sleep(random.choice([0, 0, 0.002]))  # noqa: S311 -- no secret
            writer.write(BODY[500:])


HEAD_OF_FIVE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
