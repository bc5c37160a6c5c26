"""The two pools of one service: reads that cannot write, writes that commit before the answer.

The only `begin` of the project is here.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple, NewType

import asyncpg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from chassis.settings import ServiceSettings
from chassis.statements import Statement

WriteSession = NewType("WriteSession", AsyncSession)

_READ_SETTINGS = {"default_transaction_read_only": "on", "jit": "off", "timezone": "UTC"}
_WRITE_SETTINGS = {"jit": "off", "timezone": "UTC"}
_OLDEST = 150000

# What the server must say before we trust it with acknowledged writes, and limits per role.
# `remote_apply` waits for more than `on`; `remote_write` and `local` for less: a standby that takes
# over may not have kept what was acknowledged.
_ON = frozenset({"on"})
_DURABLE = {
    "fsync": _ON,
    "full_page_writes": _ON,
    "synchronous_commit": _ON | {"remote_apply"},
    "data_checksums": _ON,
}
_BOUNDED = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


_TOLD_LATE = timedelta(seconds=1)
"""How much longer than the server's own limit a read may take: the server should speak first."""
_CLOSING_SECONDS = 2
"""For the changes under way, then for the pools: with uvicorn's 10 s, less than any grace."""
_STATEMENT_TIMEOUT = "SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'"
_STATE = """
SELECT version_num, (
  SELECT occurred_at FROM "{schema}".event ORDER BY visible_after DESC, sequence DESC LIMIT 1
) FROM "{schema}".alembic_version
"""


class UnfitDatabase(RuntimeError):
    """The service refuses to start on this database; the message says why."""


class SchemaState(NamedTuple):
    """What a schema is at, and when something last changed in it."""

    revision: str
    changed_at: datetime | None


class ReadPool:
    """Read-only connections. Nobody waits longer than `wait` for one: `TimeoutError`, a 503.

    Nor longer than `longest` for rows: a server that is frozen, or behind a network that drops
    everything, does not tell that the read took too long.
    """

    def __init__(self, pool: asyncpg.Pool, *, wait: timedelta, longest: timedelta) -> None:
        self.pool = pool
        self._wait = wait.total_seconds()
        self._longest = longest.total_seconds()

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Return all the rows of a read."""
        async with asyncio.timeout(self._wait):
            connection = await self.pool.acquire()
        try:
            rows: list[asyncpg.Record] = await connection.fetch(
                sql, *arguments, timeout=self._longest
            )
        except asyncpg.InternalClientError as error:
            # its server said that it ends, and its socket has yet to close
            connection.terminate()
            raise asyncpg.ConnectionDoesNotExistError("the connection was lost") from error
        else:
            return rows
        finally:
            await self.pool.release(connection, timeout=self._wait)

    async def fetchrow(self, sql: str, *arguments: Any) -> asyncpg.Record | None:
        """Return the one row of a read, or None."""
        rows = await self.fetch(sql, *arguments)
        return rows[0] if rows else None


async def _nothing_to_reset(_connection: asyncpg.Connection) -> None:
    """Leave the session as it is: reads set nothing that outlives their transaction.

    asyncpg's own reset is a second round trip for each read (docs/decisions/0052). The turn given
    to the loop keeps the pool fair; a transaction left open is still rolled back by asyncpg.
    """
    await asyncio.sleep(0)


class Database:
    """The two pools of one service."""

    def __init__(self, settings: ServiceSettings, *, schema: str, revision: str) -> None:
        self._settings = settings
        self._schema = schema
        self._revision = revision
        self.changes: set[asyncio.Task[Any]] = set()
        self._pool: asyncpg.Pool | None = None
        self._reads: ReadPool | None = None
        self._writer: AsyncEngine | None = None

    @property
    def schema(self) -> str:
        """The schema of the service, which is its name."""
        return self._schema

    @property
    def reads(self) -> ReadPool:
        """The read-only pool."""
        if self._reads is None:
            raise UnfitDatabase("the database is not open")
        return self._reads

    async def open(self) -> None:
        """Connect and check.

        Raises:
            UnfitDatabase: outdated schema, unsafe settings, or a role with too many rights.
        """
        settings = self._settings
        self._writer = create_async_engine(
            sqlalchemy_url(settings.database_url),
            pool_size=settings.write_pool_size,
            max_overflow=0,
            pool_timeout=settings.pool_wait.total_seconds(),
            connect_args={"server_settings": _WRITE_SETTINGS},
        )
        self._pool = pool = await asyncpg.create_pool(
            settings.replica_url or settings.database_url,
            min_size=1,
            max_size=settings.read_pool_size,
            server_settings=_READ_SETTINGS,
            statement_cache_size=500,
            max_inactive_connection_lifetime=300,
            reset=_nothing_to_reset,
        )
        try:
            limit = timedelta(milliseconds=await pool.fetchval(_STATEMENT_TIMEOUT))
            self._reads = ReadPool(pool, wait=settings.pool_wait, longest=limit + _TOLD_LATE)
            await self._check()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Give every connection back, once the changes under way have ended; never wait long."""
        if self.changes:
            await asyncio.wait(self.changes, timeout=_CLOSING_SECONDS)
        closing: list[Coroutine[Any, Any, None]] = []
        if self._pool is not None:
            closing.append(self._pool.close())  # interrupted, it terminates its connections
        if self._writer is not None:
            closing.append(self._writer.dispose())
        self._pool = self._reads = self._writer = None
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await asyncio.gather(*closing)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[WriteSession]:
        """One transaction: committed if the block ends, rolled back if it raises."""
        if self._writer is None:
            raise UnfitDatabase("the database is not open")
        async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
            yield WriteSession(session)

    async def alone(self, made: Statement, values: Mapping[str, Any]) -> list[asyncpg.Record]:
        """Run one statement, a transaction by itself: it is committed when this returns.

        A third of the price of `writing`, for what is asked often and needs no more.
        """
        if self._writer is None:
            raise UnfitDatabase("the database is not open")
        async with self._writer.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            if driver is None:
                raise UnfitDatabase("no driver connection")
            try:
                rows: list[asyncpg.Record] = await driver.fetch(made.sql, *made.arguments(values))
            finally:
                if driver.is_closed():  # the pool has not seen it end
                    await connection.invalidate()
            return rows

    async def state(self) -> SchemaState:
        """Read the state of the schema, which proves that reads answer."""
        (row,) = await self.reads.fetch(_STATE.format(schema=self._schema))
        return SchemaState(*row)

    async def _check(self) -> None:
        faults = []
        async with self.writing() as session:
            connection = await (await session.connection()).get_raw_connection()
            driver: asyncpg.Connection | None = connection.driver_connection
            if driver is None:
                raise UnfitDatabase("no driver connection")
            faults += await server_faults(driver, durable=self._settings.durable)
            faults += await _schema_faults(driver, schema=self._schema, revision=self._revision)
        if faults:
            raise UnfitDatabase(f"schema {self._schema}: " + "; ".join(faults))


async def server_faults(connection: asyncpg.Connection, *, durable: bool) -> list[str]:
    """Return what makes this server, for this role, unsafe to start on."""
    names = [*_DURABLE, *_BOUNDED, "server_version_num"]
    rows = await connection.fetch(
        "SELECT name, setting FROM pg_settings WHERE name = ANY($1)", names
    )
    current = {row["name"]: row["setting"] for row in rows}
    faults = []
    if int(current["server_version_num"]) < _OLDEST:
        faults.append("PostgreSQL 15 or newer is needed")
    if durable:
        faults += [
            f"{name} is {current.get(name)}, must be {' or '.join(sorted(safe))}"
            for name, safe in _DURABLE.items()
            if current.get(name) not in safe
        ]
    faults += [f"{name} is not set" for name in _BOUNDED if current.get(name) == "0"]
    return faults


async def _schema_faults(
    connection: asyncpg.Connection, *, schema: str, revision: str
) -> list[str]:
    faults = []
    may_create = await connection.fetchval(
        "SELECT has_schema_privilege(current_user, $1, 'CREATE')"
        " FROM pg_namespace WHERE nspname = $1",
        schema,
    )
    if may_create is None:
        return [f"the schema {schema} is missing: run `make migrate`"]
    if may_create:
        faults.append("the runtime role may change the schema: use the runtime role")
    try:
        found = await connection.fetchval(f'SELECT version_num FROM "{schema}".alembic_version')  # noqa: S608  # the schema's name is ours
    except asyncpg.PostgresError:
        found = None
    if found != revision:
        faults.append(f"revision is {found}, the code needs {revision}: run `make migrate`")
    return faults


def sqlalchemy_url(url: str) -> URL:
    """Return the same address for SQLAlchemy's asyncpg driver."""
    return make_url(url).set(drivername="postgresql+asyncpg")
