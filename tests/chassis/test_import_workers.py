"""Import workers that stop, die or lose their lease: a job counts once or not at all."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from chassis.imports.jobs import MOST_ATTEMPTS, LeaseLost
from chassis.testing import copied_database, url_of
from tests.chassis.probe_places import GOOD, Probe, end_of, handed_in, probe, read, stored


@pytest.fixture(scope="module")
async def probe_url(admin_url: str) -> AsyncIterator[str]:
    """A database for this file, without the product's tables."""
    async with copied_database(admin_url, "template1") as name:
        yield url_of(admin_url, database=name)


async def test_a_job_whose_worker_died_is_taken_over(probe_url: str) -> None:
    async with probe(probe_url, works=False, lease=0.2) as places:
        path = (await handed_in(places, GOOD)).headers["location"]
        dead = await places.imports.jobs.claim("dead")
        assert dead is not None
        assert await places.imports.jobs.claim("other") is None
        await asyncio.sleep(0.3)
        assert await places.imports.runner.work()
        assert (await end_of(places, path))["status"] == "succeeded"
        with pytest.raises(LeaseLost):
            await places.imports.jobs.keep(dead, "dead", progress={"rows_read": 1})


async def test_a_job_that_kills_its_workers_ends_as_failed(probe_url: str) -> None:
    async with probe(probe_url, works=False, lease=0.05) as places:
        path = (await handed_in(places, GOOD)).headers["location"]
        for attempt in range(MOST_ATTEMPTS):
            assert await places.imports.jobs.claim(f"dying {attempt}") is not None
            await asyncio.sleep(0.1)
        assert await places.imports.jobs.claim("healthy") is None
        job = await end_of(places, path)
        assert job["failure"]["code"] == "worker-lost"
        assert (
            await places.database.reads.pool.fetchval("SELECT count(*) FROM probe.import_chunk")
            == 0
        )


async def test_a_worker_that_lost_its_lease_changes_nothing(probe_url: str) -> None:
    async with probe(probe_url, works=False) as places:
        path = (await handed_in(places, GOOD)).headers["location"]
        blocker = await asyncpg.connect(probe_url)
        hold = blocker.transaction()
        await hold.start()
        await blocker.execute("LOCK TABLE probe.place IN EXCLUSIVE MODE")
        working = asyncio.create_task(places.imports.runner.work())
        await until_waiting(places)
        await blocker.execute("UPDATE probe.import_job SET worker = 'thief'")
        await hold.commit()
        await blocker.close()
        await working
        assert (await read(places, path)).json()["status"] == "running"
        assert await stored(places) == {}


async def until_waiting(places: Probe) -> None:
    """Wait until the merge waits for a lock."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    for _ in range(200):
        if await places.database.reads.pool.fetchval(f"{waits} AND datname = current_database()"):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nothing waits")


async def test_a_worker_that_stops_gives_its_job_back(probe_url: str) -> None:
    async with probe(probe_url, works=False) as places:
        path = (await handed_in(places, GOOD)).headers["location"]
        blocker = await asyncpg.connect(probe_url)
        await blocker.execute("BEGIN; LOCK TABLE probe.place IN EXCLUSIVE MODE")
        async with places.imports.running():
            await until_waiting(places)
        assert (await read(places, path)).json()["status"] == "queued"
        await blocker.close()
        assert await stored(places) == {}
