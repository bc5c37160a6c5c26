"""The two pools, and what the service refuses to start on."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import asyncpg
import pytest
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict
from sqlalchemy import text
from sqlalchemy.engine import make_url

from chassis.database import Database, UnfitDatabase, server_faults
from chassis.exports.formats import Export
from chassis.exports.stream import Exporter
from chassis.formats import Format
from chassis.migrations import head_revision
from chassis.settings import ServiceSettings
from chassis.statements import compiled
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


@asynccontextmanager
async def opened(one: Database) -> AsyncIterator[Database]:
    """Open a database, and close it whatever happens."""
    await one.open()
    try:
        yield one
    finally:
        await one.close()


class Wire:
    """The way to a server, which passes nothing on once it is frozen."""

    def __init__(self, server: str) -> None:
        self.frozen = False
        self.url = ""
        self._server = server

    async def passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a caller with the server."""
        ends = await asyncio.open_unix_connection(self._server)
        try:
            await asyncio.gather(self._copied(reader, ends[1]), self._copied(ends[0], writer))
        finally:
            writer.close()
            ends[1].close()

    async def _copied(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                if not self.frozen:
                    writer.write(data)
        writer.close()


@asynccontextmanager
async def freezable(url: str) -> AsyncIterator[Wire]:
    """Yield a way to the test database that can be frozen, for the runtime role of towns."""
    named = make_url(url)
    wire = Wire(f"{named.query['host']}/.s.PGSQL.{named.port or 5432}")
    listening = await asyncio.start_server(wire.passed, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    wire.url = f"postgresql://towns_runtime@127.0.0.1:{port}/{named.database}"
    yield wire
    listening.close()


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


@pytest.mark.parametrize(
    ("level", "safe"),
    [("on", True), ("remote_apply", True), ("remote_write", False), ("local", False)],
)
async def test_a_commit_that_waits_for_more_is_as_safe(
    fresh_url: str, level: str, *, safe: bool
) -> None:
    admin = await asyncpg.connect(fresh_url)
    await admin.execute(f"SET synchronous_commit = {level}")
    faults = await server_faults(admin, durable=True)
    await admin.close()
    assert any("synchronous_commit" in fault for fault in faults) is not safe


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


async def test_reads_and_exports_leave_the_session_as_it_was(seeded_url: str) -> None:
    opened = database(as_role(seeded_url, "towns_runtime"))
    await opened.open()
    question = "SELECT name, setting FROM pg_settings WHERE source IN ('session', 'client')"
    before = await opened.reads.fetch(question)
    export = Export(collection="towns", format=Format.CSV, sql="SELECT 1 AS one")
    stream = await Exporter(opened.reads.pool).open(export)
    assert b"".join([chunk async for chunk in stream]) == b"one\n1\n"
    await stream.aclose()
    assert await opened.reads.fetch(question) == before
    left = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    assert await opened.reads.fetchrow(left) == (0,)
    await opened.close()


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


async def test_a_statement_alone_is_committed_when_it_returns(fresh_url: str) -> None:
    made = compiled(text("UPDATE towns.town SET name = :name RETURNING 1").bindparams(name="x"))
    async with opened(database(as_role(fresh_url, "towns_runtime"))) as one:
        assert len(await one.alone(made, {"name": "Nulle part"})) > 200
        (row,) = await one.reads.fetch("SELECT DISTINCT name FROM towns.town")
    assert row["name"] == "Nulle part"


async def test_a_connection_that_died_under_a_statement_alone_is_replaced(fresh_url: str) -> None:
    suicide = compiled(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    async with opened(database(as_role(fresh_url, "towns_runtime"))) as one:
        for _ in range(10):
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
                await one.alone(suicide, {})
        assert len(await one.alone(compiled(text("SELECT 1")), {})) == 1


async def test_nobody_waits_for_a_connection_longer_than_pool_wait(seeded_url: str) -> None:
    opened = database(as_role(seeded_url, "towns_runtime"))
    await opened.open()
    async with opened.reads.pool.acquire():
        with pytest.raises(TimeoutError):
            await opened.reads.fetch("SELECT 1")
    assert await opened.reads.fetchrow("SELECT 1") == (1,)
    await opened.close()


async def test_a_server_that_no_longer_answers_is_not_waited_for(fresh_url: str) -> None:
    admin = await asyncpg.connect(fresh_url)
    name = await admin.fetchval("SELECT current_database()")
    await admin.execute(
        f"ALTER ROLE towns_runtime IN DATABASE \"{name}\" SET statement_timeout = '200ms'"
    )
    await admin.close()
    async with freezable(fresh_url) as wire:
        opened = database(wire.url)
        await opened.open()
        assert await opened.reads.fetchrow("SELECT 1") == (1,)
        wire.frozen = True
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(4):
                await opened.reads.fetch("SELECT 2")
        begun = time.monotonic()
        await opened.close()
        assert time.monotonic() - begun < 3


async def test_a_shutdown_ends_although_a_read_hangs(seeded_url: str) -> None:
    opened = database(as_role(seeded_url, "towns_runtime"))
    await opened.open()
    hanging = asyncio.create_task(opened.reads.fetch("SELECT pg_sleep(4.5)"))
    await asyncio.sleep(0.1)
    begun = time.monotonic()
    await opened.close()
    assert 1.5 < time.monotonic() - begun < 3
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        await hanging


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
