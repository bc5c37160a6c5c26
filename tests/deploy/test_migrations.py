"""Migrations: down and up again, one migrator at a time, never in the way of the traffic."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from chassis.migrations import check, downgrade, head_revision, upgrade
from deploy.kept import ROOT
from deploy.names import SCHEMAS
from tests.conftest import as_role


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection, closed at the end."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def revision(url: str, service: str) -> object:
    """Return the revision that the schema says it has."""
    async with connected(url) as connection:
        return await connection.fetchval(f"SELECT version_num FROM {service}.alembic_version")


@pytest.mark.parametrize("service", SCHEMAS)
async def test_a_schema_goes_down_to_nothing_and_up_to_what_the_code_declares(
    fresh_url: str, service: str
) -> None:
    migrator = as_role(fresh_url, f"{service}_migrator")
    await downgrade(service, migrator)
    async with connected(fresh_url) as connection:
        left = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace($1)"
            " AND relkind IN ('r', 'S', 'v', 'm')",
            service,
        )
        functions = await connection.fetchval(
            "SELECT count(*) FROM pg_proc WHERE pronamespace = to_regnamespace($1)", service
        )
    assert [row["relname"] for row in left] == ["alembic_version"]
    assert functions == 0
    assert await upgrade(service, migrator)
    assert await revision(fresh_url, service) == head_revision(service)
    await check(service, migrator)
    assert not await upgrade(service, migrator)


async def test_a_difference_between_tables_and_schema_is_seen(fresh_url: str) -> None:
    async with connected(fresh_url) as connection:
        await connection.execute("ALTER TABLE funding.event ADD COLUMN unforeseen int")
    with pytest.raises(Exception, match="unforeseen"):
        await check("funding", as_role(fresh_url, "funding_migrator"))


async def test_a_migrator_that_died_before_the_rights_leaves_none_too_many(fresh_url: str) -> None:
    rights = "SELECT has_table_privilege('funding_runtime', 'funding.event', 'UPDATE, DELETE')"
    async with connected(fresh_url) as connection:
        await connection.execute("GRANT ALL ON funding.event TO funding_runtime")
        assert await connection.fetchval(rights)
        assert not await upgrade("funding", as_role(fresh_url, "funding_migrator"))
        assert not await connection.fetchval(rights)


async def test_migrators_at_the_same_time_take_turns(fresh_url: str) -> None:
    migrator = as_role(fresh_url, "funding_migrator")
    await downgrade("funding", migrator)
    done = await asyncio.gather(*(migrated_elsewhere(migrator) for _ in range(3)))
    assert sorted(done) == [b"False", b"False", b"True"]


async def migrated_elsewhere(url: str) -> bytes:
    """Upgrade in a process of its own, as two deployments would; tell what it said."""
    code = (
        "import asyncio, sys; from chassis.migrations import upgrade;"
        "print(asyncio.run(upgrade('funding', sys.argv[1])))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, url, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    output, _ = await process.communicate()
    return output.strip()


async def test_a_migration_waits_for_the_traffic_on_a_table_and_succeeds(fresh_url: str) -> None:
    migrator = as_role(fresh_url, "funding_migrator")
    async with connected(fresh_url) as busy:
        transaction = busy.transaction()
        await transaction.start()
        await busy.execute("SELECT count(*) FROM funding.event")
        undoing = asyncio.create_task(downgrade("funding", migrator))
        await asyncio.sleep(1.5)
        assert not undoing.done()
        async with connected(as_role(fresh_url, "funding_runtime")) as other:
            # the migrator gives up within 750 ms, so that readers behind it are let through
            assert await other.fetchval("SELECT count(*) FROM event", timeout=2) == 0
        await transaction.rollback()
        await undoing
    assert await revision(fresh_url, "funding") is None
