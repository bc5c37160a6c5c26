"""A whole collection as one streamed file, straight from COPY: every row, in bounded memory.

Nothing is answered before the first bytes are known, so a failing query is still a problem;
later, a failure breaks the connection: a file is complete or visibly broken, never merely short.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Self

import asyncpg
from starlette.types import Message, Receive, Scope, Send

from chassis.exports.formats import WRITERS, Export, Sink
from chassis.exports.sheet import spreadsheet
from chassis.formats import Format
from chassis.problems import Text, TooManyRequests

_QUEUED_CHUNKS = 8


class ExportsBusy(TooManyRequests):
    """As many exports as allowed are already running."""

    title = Text("Trop d'exports en cours", "Too many exports are running")


class Exporter:
    """Runs the exports of one service, few at a time: each holds a connection of the pool."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        *,
        concurrent: int = 2,
        budget_seconds: float = 900.0,
        stall_seconds: float = 30.0,
    ) -> None:
        self._pool = pool
        self._concurrent = concurrent
        self._budget = budget_seconds
        self._stall = stall_seconds
        self._running = 0

    async def open(self, export: Export) -> "Stream":
        """Start an export; its first bytes are known when this returns. Close what it returns.

        Raises:
            ExportsBusy: no slot is free.
            SheetOverflow: the rows do not fit the sheet of an XLSX file.
        """
        if self._running >= self._concurrent:
            raise ExportsBusy(headers={"Retry-After": "10"})
        self._running += 1
        stream = Stream(
            lambda sink: self._produce(export, sink),
            stall_seconds=self._stall,
            ended=self._free_slot,
        )
        try:
            await stream.prime()
        except BaseException:
            await stream.aclose()
            raise
        return stream

    def _free_slot(self) -> None:
        self._running -= 1

    async def _produce(self, export: Export, sink: Sink) -> None:
        if export.format is Format.XLSX:
            async with spreadsheet(
                self._reading(), export.sql, arguments=export.arguments
            ) as chunks:
                async for chunk in chunks:
                    await sink(chunk)
            return
        async with self._reading() as connection:
            await WRITERS[export.format](connection, export, sink)

    def _reading(self) -> AbstractAsyncContextManager[asyncpg.Connection]:
        return _reading(self._pool, self._budget)


@asynccontextmanager
async def _reading(pool: asyncpg.Pool, budget_seconds: float) -> AsyncIterator[asyncpg.Connection]:
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        # A read's seconds do not fit a whole collection.
        await connection.execute(f"SET LOCAL statement_timeout = {round(budget_seconds * 1000)}")
        yield connection


class Stream:
    """The bytes of one export, made by a task that waits while they are not taken."""

    def __init__(
        self,
        produce: Callable[[Sink], Awaitable[None]],
        *,
        stall_seconds: float,
        ended: Callable[[], None],
    ) -> None:
        self._chunks: asyncio.Queue[bytes] = asyncio.Queue(_QUEUED_CHUNKS)
        self._first: bytes | None = None
        self._stall = stall_seconds
        self._task = asyncio.create_task(self._run(produce))
        self._task.add_done_callback(lambda _: ended())

    async def _run(self, produce: Callable[[Sink], Awaitable[None]]) -> None:
        try:
            await produce(self._put)
        finally:
            # Wakes a waiting taker; if the queue is full nobody waits.
            with suppress(asyncio.QueueFull):
                self._chunks.put_nowait(b"")

    async def _put(self, chunk: bytes) -> None:
        if not chunk:
            return
        async with asyncio.timeout(self._stall):
            await self._chunks.put(chunk)

    async def prime(self) -> None:
        """Wait for the first bytes, or for the failure."""
        self._first = await self._next()

    async def _next(self) -> bytes:
        if self._chunks.empty() and self._task.done():
            chunk = b""
        else:
            chunk = await self._chunks.get()
        if not chunk:
            await self._task
        return chunk

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        first, self._first = self._first, None
        chunk = await self._next() if first is None else first
        if not chunk:
            raise StopAsyncIteration
        return chunk

    async def aclose(self) -> None:
        """Stop the export if it still runs; the connection is free when this returns."""
        self._task.cancel()
        await asyncio.wait([self._task])
        if not self._task.cancelled():
            self._task.exception()


class Download:
    """The answer that sends a stream; the export ends with it, also when the caller leaves."""

    def __init__(self, stream: Stream, headers: Sequence[tuple[bytes, bytes]]) -> None:
        self._stream = stream
        self.raw_headers = list(headers)

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file.

        Raises:
            Exception: what stopped the export half-way; the server then breaks the connection.
        """
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait([sending, leaving], return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            leaving.cancel()
            sending.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            await self._stream.aclose()

    async def _send(self, send: Send) -> None:
        start: Message = {
            "type": "http.response.start",
            "status": 200,
            "headers": self.raw_headers,
        }
        await send(start)
        async for chunk in self._stream:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
