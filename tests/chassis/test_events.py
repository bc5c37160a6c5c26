"""Events ride the transaction that causes them, and the feed never skips one that commits late."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.events import Event, Origin, attribute, record
from chassis.feed import START, FeedQuery, feed_page
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

READER = Origin(actor="person-9", client="erp-1", request_id="request-1")


@pytest.fixture
async def engine(fresh_url: str) -> AsyncIterator[AsyncEngine]:
    async with writing(fresh_url) as engine:
        yield engine


@pytest.fixture
async def pool(fresh_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with reading(fresh_url) as pool:
        yield pool


def histories(events: Sequence[dict[str, Any]]) -> dict[str, list[int]]:
    """The places in its subject's history, in the order of the feed."""
    found: dict[str, list[int]] = {}
    for event in events:
        found.setdefault(event["subject"], []).append(int(event["sequence"]))
    return found


async def test_an_event_is_told_as_a_cloud_event(engine: AsyncEngine, pool: asyncpg.Pool) -> None:
    async with transaction(engine) as session:
        made = await record(session, SessionOpened(code="a"))
    event = (await told(pool, 1))[0]
    at = event.pop("time")

    assert event == {
        "specversion": "1.0",
        "id": str(made),
        "source": "/v1/events/trainings",
        "type": "fr.acdt.trainings.session.opened.v1",
        "subject": "sessions/a",
        "datacontenttype": "application/json",
        "sequence": "1",
        "reason": None,
        "successor": None,
        "data": {"code": "a", "seats_count": 12},
    }
    assert at.endswith("Z")


async def test_a_deletion_tells_why_and_what_follows(
    engine: AsyncEngine, pool: asyncpg.Pool
) -> None:
    async with transaction(engine) as session:
        await record(session, SessionDropped(code="a"), reason="merged", successor="sessions/b")
    event = (await told(pool, 1))[0]

    assert (event["reason"], event["successor"]) == ("merged", "sessions/b")


async def test_a_rolled_back_change_tells_nothing(engine: AsyncEngine, pool: asyncpg.Pool) -> None:
    async with AsyncSession(engine) as session:
        await record(session, SessionOpened(code="undone"))
        await session.rollback()
    await opened(engine, "a")

    assert [event["subject"] for event in await told(pool, 1)] == ["sessions/a"]


async def test_who_caused_a_change_is_kept_but_not_told(
    engine: AsyncEngine, pool: asyncpg.Pool
) -> None:
    async with transaction(engine) as session:
        attribute(session, READER)
        await record(session, SessionOpened(code="a"))
    await opened(engine, "b")
    rows = await pool.fetch(
        "SELECT actor, client, request_id FROM trainings.event ORDER BY subject"
    )

    assert [tuple(row) for row in rows] == [
        ("person-9", "erp-1", "request-1"),
        ("system", "system", None),
    ]
    assert "person-9" not in str(await told(pool, 2))


async def test_a_late_commit_is_never_skipped_by_the_feed_though_it_is_by_the_naive_reader(
    engine: AsyncEngine, pool: asyncpg.Pool
) -> None:
    async def naive(last: int) -> list[int]:
        sql = "SELECT sequence FROM trainings.event WHERE sequence > $1 ORDER BY 1"
        return [row[0] for row in await pool.fetch(sql, last)]

    async with transaction(engine) as late:
        await record(late, SessionOpened(code="late"))
        await opened(engine, "early")
        naively = await naive(0)
        soon = await feed_page(pool, SERVICE, FeedQuery())

    assert soon.items == []
    assert soon.after == START
    assert await naive(naively[-1]) == [], "the naive reader will never see the late event"
    assert len(naively) == 1
    assert {event["subject"] for event in await told(pool, 2)} == {
        "sessions/late",
        "sessions/early",
    }


async def test_the_feed_tells_each_event_once_and_in_order_while_writers_run(
    engine: AsyncEngine, pool: asyncpg.Pool
) -> None:
    each, writers = 25, 4
    chance = random.Random(5)  # noqa: S311 -- no secret

    async def write(_writer: int) -> None:
        for _ in range(each):
            async with transaction(engine) as session:
                await record(session, SessionOpened(code=chance.choice("abc")))
                await asyncio.sleep(chance.random() / 200)

    reading = asyncio.create_task(told(pool, each * writers, FeedQuery(limit=7)))
    await asyncio.gather(*map(write, range(writers)))
    events = await reading

    assert len({event["id"] for event in events}) == len(events) == each * writers
    for places in histories(events).values():
        assert places == list(range(1, len(places) + 1))


async def test_a_subject_stays_in_order_when_an_older_transaction_writes_after_a_younger(
    engine: AsyncEngine, pool: asyncpg.Pool
) -> None:
    async with transaction(engine) as older:
        await record(older, SessionOpened(code="other"))
        async with transaction(engine) as younger:
            await record(younger, SessionOpened(code="a"))
        await record(older, SessionDropped(code="a"))
    events = await told(pool, 3)

    assert histories(events)["sessions/a"] == [1, 2]
    assert [
        event["type"].split(".")[4] for event in events if event["subject"] == "sessions/a"
    ] == [
        "opened",
        "dropped",
    ]


async def test_two_writers_of_one_subject_take_places_one_after_the_other(
    engine: AsyncEngine, pool: asyncpg.Pool
) -> None:
    async with transaction(engine) as first:
        await record(first, SessionOpened(code="a"))
        second = asyncio.create_task(opened(engine, "a"))
        await asyncio.sleep(0.2)
        assert not second.done()
    await second

    assert histories(await told(pool, 2)) == {"sessions/a": [1, 2]}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE trainings.event SET actor = 'nobody'",
        "DELETE FROM trainings.event",
        "TRUNCATE trainings.event",
    ],
    ids=["update", "delete", "truncate"],
)
async def test_history_cannot_be_rewritten_even_by_an_administrator(
    engine: AsyncEngine, fresh_url: str, change: str
) -> None:
    await opened(engine, "a")
    with pytest.raises(DBAPIError, match="permission denied"):
        async with transaction(engine) as session:
            await (await session.connection()).exec_driver_sql(change)
    admin = await asyncpg.connect(fresh_url)
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await admin.execute(change)

    assert await admin.fetchval("SELECT actor FROM trainings.event") == "system"
    await admin.close()


@pytest.mark.parametrize(
    "wrong", ["opened", "fr.acdt.trainings.opened.v1", "fr.acdt.trainings.session.opened"]
)
def test_an_event_must_be_named_like_the_others(wrong: str) -> None:
    with pytest.raises(ValueError, match="not the name of an event"):
        type("Wrong", (Event,), {"name": wrong})


def test_a_base_of_events_has_no_name_and_what_is_made_of_it_has_a_right_one() -> None:
    base = type("_OfThing", (Event,), {})
    named: Any = type("Made", (base,), {"name": "fr.acdt.towns.thing.made.v1"})

    assert named.service() == "towns"
    with pytest.raises(ValueError, match="not the name of an event"):
        type("Wrong", (base,), {"name": "made"})
