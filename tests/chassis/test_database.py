"""The two pools, and what the service refuses to start on."""

from datetime import timedelta

import asyncpg
import pytest
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict
from sqlalchemy import text

from chassis.database import Database, UnfitDatabase
from chassis.migrations import head_revision
from chassis.settings import ServiceSettings
from chassis.testing import url_of
from tests.conftest import as_role

HEAD = head_revision("towns")


class ProbeSettings(ServiceSettings):
    """Settings of a service that exists only here."""

    model_config = SettingsConfigDict(env_prefix="PROBE_")


def database(
    url: str,
    *,
    schema: str = "towns",
    revision: str = HEAD,
    durable: bool = False,
    replica_url: str | None = None,
) -> Database:
    settings = ProbeSettings(
        database_url=url,
        replica_url=replica_url,
        cursor_secret=SecretStr("x" * 32),
        durable=durable,
        read_pool_size=1,
        pool_wait=timedelta(milliseconds=200),
    )
    return Database(settings, schema=schema, revision=revision)


async def refusal(fault: Database) -> str:
    with pytest.raises(UnfitDatabase) as refused:
        await fault.open()
    return str(refused.value)


async def test_a_sound_database_opens_and_is_ready(seeded_url: str) -> None:
    sound = database(as_role(seeded_url, "towns_runtime"))
    await sound.open()
    state = await sound.state()
    assert state.revision == HEAD
    assert state.changed_at is not None
    await sound.close()


async def test_an_outdated_schema_is_refused_with_both_revisions(seeded_url: str) -> None:
    said = await refusal(database(as_role(seeded_url, "towns_runtime"), revision="9999"))
    assert HEAD in said
    assert "9999" in said
    assert "make migrate" in said


async def test_a_role_that_may_change_the_schema_is_refused(seeded_url: str) -> None:
    assert "runtime role" in await refusal(database(seeded_url))


async def test_a_missing_schema_is_refused(admin_url: str) -> None:
    assert "missing" in await refusal(database(url_of(admin_url, database="postgres")))


async def test_a_server_that_may_lose_a_write_is_refused(seeded_url: str) -> None:
    said = await refusal(database(as_role(seeded_url, "towns_runtime"), durable=True))
    assert "fsync is off, must be on" in said


async def test_a_role_default_that_turns_durability_off_is_noticed(fresh_url: str) -> None:
    admin = await asyncpg.connect(fresh_url)
    name = await admin.fetchval("SELECT current_database()")
    await admin.execute(
        f'ALTER ROLE towns_runtime IN DATABASE "{name}" SET synchronous_commit = off'
    )
    await admin.close()
    said = await refusal(database(as_role(fresh_url, "towns_runtime"), durable=True))
    assert "synchronous_commit is off" in said


async def test_a_role_without_timeouts_is_refused(fresh_url: str) -> None:
    admin = await asyncpg.connect(fresh_url)
    name = await admin.fetchval("SELECT current_database()")
    await admin.execute(f'ALTER ROLE towns_runtime IN DATABASE "{name}" SET statement_timeout = 0')
    await admin.close()
    assert "statement_timeout is not set" in await refusal(
        database(as_role(fresh_url, "towns_runtime"))
    )


async def test_the_reading_pool_cannot_write(seeded_url: str) -> None:
    opened = database(as_role(seeded_url, "towns_runtime"))
    await opened.open()
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await opened.reads.pool.execute("DELETE FROM towns.reference_load")
    await opened.close()


async def _delete_and_fail(opened: Database) -> None:
    async with opened.writing() as session:
        await session.execute(text("DELETE FROM towns.reference_load"))
        raise ZeroDivisionError


async def test_a_transaction_that_raises_changes_nothing(fresh_url: str) -> None:
    opened = database(as_role(fresh_url, "towns_runtime"))
    await opened.open()
    with pytest.raises(ZeroDivisionError):
        await _delete_and_fail(opened)
    assert await opened.reads.pool.fetchval("SELECT count(*) FROM towns.reference_load") > 0
    async with opened.writing() as session:
        await session.execute(text("DELETE FROM towns.reference_load"))
    assert await opened.reads.pool.fetchval("SELECT count(*) FROM towns.reference_load") == 0
    await opened.close()


async def test_nobody_waits_for_a_connection_longer_than_pool_wait(seeded_url: str) -> None:
    opened = database(as_role(seeded_url, "towns_runtime"))
    await opened.open()
    async with opened.reads.pool.acquire():
        with pytest.raises(TimeoutError):
            await opened.reads.fetch("SELECT 1")
    assert await opened.reads.fetchrow("SELECT 1") == (1,)
    await opened.close()


async def test_reads_go_to_the_replica_and_changes_to_the_main_database(
    fresh_url: str, seeded_url: str
) -> None:
    opened = database(
        as_role(seeded_url, "towns_runtime"), replica_url=as_role(fresh_url, "towns_runtime")
    )
    await opened.open()
    main, replica = (url.split("/")[-1].partition("?")[0] for url in (seeded_url, fresh_url))
    assert await opened.reads.fetchrow("SELECT current_database()") == (replica,)
    async with opened.writing() as session:
        assert await session.scalar(text("SELECT current_database()")) == main
    await opened.close()


@pytest.mark.parametrize("service", ["trainings", "funding", "evaluation"])
async def test_a_service_has_no_right_on_the_schema_of_another(
    seeded_url: str, service: str
) -> None:
    connection = await asyncpg.connect(as_role(seeded_url, f"{service}_runtime"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("SELECT 1 FROM towns.town")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(f"CREATE TABLE {service}.mine ()")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE TABLE public.mine ()")
    await connection.close()
