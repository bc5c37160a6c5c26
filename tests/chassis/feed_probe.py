"""Events of a service that teaches, written and followed as the services do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from chassis.database import sqlalchemy_url
from chassis.events import Event, record
from chassis.feed import FeedQuery, feed_page
from tests.conftest import as_role

SERVICE = "trainings"
PATIENCE = 10.0


class SessionOpened(Event):
    name: ClassVar[str] = "fr.acdt.trainings.session.opened.v1"
    code: str
    seats_count: int = 12

    @property
    def subject(self) -> str:
        return f"sessions/{self.code}"


class SessionDropped(Event):
    name: ClassVar[str] = "fr.acdt.trainings.session.dropped.v1"
    code: str

    @property
    def subject(self) -> str:
        return f"sessions/{self.code}"


@asynccontextmanager
async def writing(fresh_url: str) -> AsyncIterator[AsyncEngine]:
    """Writes as the runtime role, with its real rights."""
    engine = create_async_engine(sqlalchemy_url(as_role(fresh_url, "trainings_runtime")))
    yield engine
    await engine.dispose()


@asynccontextmanager
async def reading(fresh_url: str) -> AsyncIterator[asyncpg.Pool]:
    """Reads as the service does."""
    async with asyncpg.create_pool(
        as_role(fresh_url, "trainings_runtime"),
        min_size=1,
        max_size=2,
        server_settings={"default_transaction_read_only": "on"},
    ) as pool:
        yield pool


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine) as session, session.begin():
        yield session


async def opened(engine: AsyncEngine, *codes: str) -> None:
    """Record an event per code, each in a transaction of its own."""
    for code in codes:
        async with transaction(engine) as session:
            await record(session, SessionOpened(code=code))


async def told(
    pool: asyncpg.Pool, count: int, query: FeedQuery | None = None
) -> list[dict[str, Any]]:
    """Follow the feed until it told `count` events: other databases of the server may delay it."""
    query = query or FeedQuery()
    found: list[dict[str, Any]] = []
    after = query.after
    async with asyncio.timeout(PATIENCE):
        while len(found) < count:
            page = await feed_page(
                pool, SERVICE, FeedQuery(after, query.names, query.subject, query.limit)
            )
            found += [orjson.loads(item) for item in page.items]
            after = page.after
            await asyncio.sleep(0 if page.more else 0.02)
    return found
