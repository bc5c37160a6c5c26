"""A server that ends in the middle of a read: its connection goes, and the caller may ask again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from chassis.http import as_problem
from chassis.problems import ServiceUnavailable
from tests.chassis.test_database import database, opened

LAST_WORDS = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0"
FATAL = b"E" + (len(LAST_WORDS) + 4).to_bytes(4) + LAST_WORDS
"""What a server says when it ends; the socket of a killed one may stay open a moment longer."""


class Ending:
    """The way to a server, on which its last words may be said to all whom it leads there."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._callers: list[asyncio.StreamWriter] = []

    def end(self) -> None:
        """Say to those who are connected that the server ends."""
        for caller in self._callers:
            caller.write(FATAL)

    async def passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a caller with the server."""
        self._callers.append(writer)
        theirs, ours = await asyncio.open_unix_connection(self._server)
        try:
            await asyncio.gather(_copied(reader, ours), _copied(theirs, writer))
        finally:
            ours.close()
            writer.close()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
    writer.close()


@asynccontextmanager
async def ending(url: str) -> AsyncIterator[tuple[Ending, str]]:
    """Yield a way to the test database that can end, and its address for the role of towns."""
    named = make_url(url)
    way = Ending(f"{named.query['host']}/.s.PGSQL.{named.port or 5432}")
    listening = await asyncio.start_server(way.passed, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield way, f"postgresql://towns_runtime@127.0.0.1:{port}/{named.database}"
    finally:
        listening.close()


async def test_a_read_on_the_connection_of_an_ended_server_is_unavailable_never_a_fault(
    seeded_url: str,
) -> None:
    async with ending(seeded_url) as (way, url), opened(database(url)) as one:
        way.end()
        await asyncio.sleep(0.1)  # the last words come while nothing is asked
        with pytest.raises(asyncpg.PostgresConnectionError) as lost:
            await one.reads.fetch("SELECT 1")
        rows = await one.reads.fetch("SELECT 2 AS found")

    assert isinstance(as_problem(lost.value), ServiceUnavailable)
    assert rows[0]["found"] == 2
