"""Where a reader of the feed goes on: after rare events, at the end, ahead of a replica."""

from collections.abc import AsyncIterator

import asyncpg
import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.events import record
from chassis.feed import FeedQuery, Position, feed_end, feed_page
from tests.chassis.feed_probe import (
    SERVICE,
    SessionDropped,
    SessionOpened,
    opened,
    reading,
    told,
    transaction,
    writing,
)


@pytest.fixture
async def engine(fresh_url: str) -> AsyncIterator[AsyncEngine]:
    async with writing(fresh_url) as engine:
        yield engine


@pytest.fixture
async def pool(fresh_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with reading(fresh_url) as pool:
        yield pool


async def test_a_reader_may_ask_for_some_names_or_one_subject(
    engine: AsyncEngine, pool: asyncpg.Pool
) -> None:
    await opened(engine, "a", "b")
    async with transaction(engine) as session:
        await record(session, SessionDropped(code="a"))
    await told(pool, 3)
    dropped = await feed_page(pool, SERVICE, FeedQuery(names=(SessionDropped.name,)))
    of_b = await feed_page(pool, SERVICE, FeedQuery(subject="sessions/b"))

    assert [orjson.loads(item)["subject"] for item in dropped.items] == ["sessions/a"]
    assert [orjson.loads(item)["subject"] for item in of_b.items] == ["sessions/b"]


async def test_a_page_says_where_to_go_on_even_when_nothing_follows(
    engine: AsyncEngine, pool: asyncpg.Pool
) -> None:
    await opened(engine, "a", "b", "c")
    await told(pool, 3)
    first = await feed_page(pool, SERVICE, FeedQuery(limit=2))
    last = await feed_page(pool, SERVICE, FeedQuery(first.after, limit=2))
    none = await feed_page(pool, SERVICE, FeedQuery(last.after))

    assert [len(page.items) for page in (first, last, none)] == [2, 1, 0]
    assert [page.more for page in (first, last, none)] == [True, False, False]
    assert none.after == last.after > first.after > Position(0, 0)


@pytest.mark.parametrize(
    "rare",
    [
        FeedQuery(names=("fr.acdt.trainings.session.eaten.v1",), limit=2),
        FeedQuery(subject="sessions/b", limit=2),
        FeedQuery(names=(SessionOpened.name,), subject="sessions/a", limit=2),
    ],
    ids=["an unknown name", "one subject", "both"],
)
async def test_a_reader_of_rare_events_does_not_read_the_others_again(
    engine: AsyncEngine, pool: asyncpg.Pool, rare: FeedQuery
) -> None:
    await opened(engine, "a", "b", "c", "c", "c")
    await told(pool, 5)
    page = await feed_page(pool, SERVICE, rare)

    assert not page.more
    assert page.after == (await feed_end(pool, SERVICE))
    assert page.after == (await feed_page(pool, SERVICE, FeedQuery())).after


async def test_what_commits_late_follows_the_end_of_the_feed(
    engine: AsyncEngine, pool: asyncpg.Pool
) -> None:
    async with transaction(engine) as late:
        await record(late, SessionOpened(code="late"))
        await opened(engine, "early")
        end = await feed_end(pool, SERVICE)
        none = await feed_page(pool, SERVICE, FeedQuery(subject="sessions/late"))

    assert len(await told(pool, 2, FeedQuery(end))) == 2
    assert len(await told(pool, 1, FeedQuery(none.after, subject="sessions/late"))) == 1


async def test_a_reader_ahead_of_a_replica_is_not_sent_back(
    engine: AsyncEngine, pool: asyncpg.Pool
) -> None:
    await opened(engine, "a")
    await told(pool, 1)
    ahead = Position(2**62, 1)

    assert (await feed_page(pool, SERVICE, FeedQuery(ahead))).after == ahead
