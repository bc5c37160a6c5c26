"""A server whose connections have little patience, and callers of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.types import Receive, Scope, Send

from chassis.protocol import DeadlineProtocol
from chassis.server import server
from chassis.sockets import bound_socket

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


class Impatient(DeadlineProtocol):
    """The same deadlines, short enough to be waited for."""

    head_seconds = 0.5
    body_seconds = 0.5
    head_bytes = 4096
    public_url = "https://api.example.fr"


async def echo_length(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the number of bytes received; `/slow` thinks before it reads."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/two-parts":
        await two_parts(send)
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(1.2)
    count, more = 0, True
    while more:
        message = await receive()
        count += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = str(count).encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


async def two_parts(send: Send) -> None:
    """Answer in two parts, between which a caller may say something."""
    length = (b"content-length", b"10")
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    await asyncio.sleep(0.2)
    await send({"type": "http.response.body", "body": b"-last"})


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[int]:
    """Yield the port of a running server with impatient connections."""
    running = server(app, public_url=Impatient.public_url)
    running.config.http = Impatient
    with bound_socket("127.0.0.1", 0) as listener:
        task = asyncio.create_task(running.serve([listener]))
        while not running.started:  # noqa: ASYNC110 -- uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield listener.getsockname()[1]
        running.should_exit = True
        await task


@asynccontextmanager
async def called(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Yield a connection, closed at the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def closed_after(reader: asyncio.StreamReader, *, within: float) -> float:
    """Return how many seconds passed until the server closed; fails if it did not."""
    begun = time.monotonic()
    async with asyncio.timeout(within):
        while await reader.read(1000):
            pass
    return time.monotonic() - begun
