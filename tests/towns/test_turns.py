"""Two transactions that change the same facts at once take turns."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import pytest
from sqlalchemy import delete, make_url, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from chassis.database import sqlalchemy_url
from services.towns.catalogue import cards
from services.towns.catalogue.contract import Town
from services.towns.reference.loader import load
from services.towns.tables import Population, ReferenceLoad, TownCard
from services.towns.tables import Town as TownRow

T = TypeVar("T")

CHALONS, COMMUNE = "acv-051", "51108"
WAITING = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
""")


@pytest.fixture
async def engine(fresh_url: str) -> AsyncIterator[AsyncEngine]:
    """Connections of the runtime role to a database that the test may change."""
    runtime = make_url(fresh_url).set(username="towns_runtime")
    made = create_async_engine(sqlalchemy_url(runtime.render_as_string(hide_password=False)))
    yield made
    await made.dispose()


async def blocked(engine: AsyncEngine, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start `work` and return once it waits for another transaction."""
    task = asyncio.create_task(work)
    for _ in range(500):
        # a transaction sees one state of the activity: each look needs its own
        async with engine.connect() as connection:
            if task.done() or await connection.scalar(WAITING):
                break
        await asyncio.sleep(0.01)
    assert not task.done(), "it did not wait"
    return task


async def test_the_later_card_holds_what_both_transactions_changed(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as first, AsyncSession(engine) as second:
        await first.execute(update(TownRow).where(TownRow.acv_id == CHALONS).values(cohort=2023))
        await cards.publish(first, [CHALONS])
        await second.execute(delete(Population).where(Population.insee_code == COMMUNE))

        later = await blocked(engine, cards.publish(second, [CHALONS]))
        await first.commit()
        await later
        await second.commit()

        body = await second.scalar(select(TownCard.body).where(TownCard.acv_id == CHALONS))
        found = Town.model_validate_json(str(body))
        assert (found.cohort, found.populations, found.version) == (2023, [], 3)


async def test_the_second_of_two_loads_finds_nothing_to_do(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session, session.begin():
        await session.execute(
            delete(ReferenceLoad).where(ReferenceLoad.table_name == "populations")
        )
    async with AsyncSession(engine) as first, AsyncSession(engine) as second:
        assert (await load(first)).loaded == ("populations",)

        later = await blocked(engine, load(second))
        await first.commit()

        assert (await later).loaded == ()
        await second.rollback()
