"""Alembic for every service: one migrator at a time, short locks, acting as the owner."""

import asyncio
import importlib.util
import io
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from chassis.sqlstate import LOCK_NOT_AVAILABLE, sqlstate

_TURN_SECONDS = 60
_LOCK_TIMEOUT = "750ms"
_LOCK_ATTEMPTS = 20
_RUNTIME_MAY = {"alembic_version": "SELECT", "event": "SELECT, INSERT"}
"""Tables where the runtime role has fewer rights than the default of the schema."""

_ELSEWHERE = {"gateway": "gateway.partners"}
"""The one schema whose code is not a service's: the registry of partners."""


class MigratorBusyError(RuntimeError):
    """Another migrator, or the traffic on a table, did not leave room in time."""


def migrate_environment(metadata: MetaData) -> None:
    """Run the migrations asked for: what every `migrations/env.py` calls."""
    schema = metadata.schema
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table_schema=schema,
        include_schemas=True,
        include_name=lambda name, kind, _parents: kind != "schema" or name == schema,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def head_revision(service: str) -> str:
    """Return the revision that the code of `service` is written for."""
    head = ScriptDirectory.from_config(_config(service)).get_current_head()
    if head is None:
        raise LookupError(f"{service} has no migration")
    return head


async def upgrade(service: str, url: str, *, revision: str = "head") -> bool:
    """Bring the schema to `revision`; tell whether anything had to be done.

    Raises:
        MigratorBusyError: another migrator works, or a table stays locked by the traffic.
    """
    async with _migrator(service, url) as connection:
        found = await connection.run_sync(_current, service)
        behind = found != (head_revision(service) if revision == "head" else revision)
        if behind:
            await _look_into(connection, service)
            await _patiently(connection, lambda config: command.upgrade(config, revision), service)
        # always: whoever migrated before us may have died just before this
        await _restrict(connection, service)
    return behind


async def downgrade(service: str, url: str, *, revision: str = "base") -> None:
    """Take the schema back to `revision`."""
    async with _migrator(service, url) as connection:
        await _look_into(connection, service)
        await _patiently(connection, lambda config: command.downgrade(config, revision), service)


async def check(service: str, url: str) -> None:
    """Compare the schema with the tables that the code declares.

    Raises:
        alembic.util.CommandError: a migration is missing; the text names the difference.
    """
    async with _migrator(service, url) as connection:
        await _patiently(connection, command.check, service)


def _config(service: str) -> Config:
    """Return Alembic's configuration for a service, found by the name of its package."""
    package = importlib.util.find_spec(_ELSEWHERE.get(service, f"services.{service}"))
    if package is None or not package.submodule_search_locations:
        raise LookupError(f"no service {service}")
    config = Config(stdout=io.StringIO())
    scripts = Path(package.submodule_search_locations[0]) / "migrations"
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _current(connection: Connection, schema: str) -> str | None:
    options = {"version_table_schema": schema}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


@asynccontextmanager
async def _migrator(service: str, url: str) -> AsyncIterator[AsyncConnection]:
    """Yield a connection that acts as the schema's owner while no other migrator works.

    The driver takes the address as it is, with all the options that only it knows. Its path
    holds no schema at first, so that Alembic sees every table under its full name.
    """

    async def connected() -> asyncpg.Connection:
        return await asyncpg.connect(url, server_settings={"search_path": "pg_catalog"})

    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=connected, poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SET ROLE {service}_owner"))
            await connection.execute(text(f"SET lock_timeout = '{_LOCK_TIMEOUT}'"))
            await connection.execute(text("SET statement_timeout = 0"))
            await connection.commit()
            await _turn(connection, service)
            yield connection
    finally:
        await engine.dispose()


async def _look_into(connection: AsyncConnection, service: str) -> None:
    """Let statements without a schema's name mean the service's own."""
    await connection.execute(text(f"SET search_path TO {service}"))
    await connection.commit()


async def _turn(connection: AsyncConnection, service: str) -> None:
    """Take the migrators' lock; the end of the connection gives it back.

    Asked for again and again: a waiter would hold a snapshot that CREATE INDEX CONCURRENTLY
    waits for.
    """
    deadline = time.monotonic() + _TURN_SECONDS
    question = text("SELECT pg_try_advisory_lock(hashtext('acdt migrator'), hashtext(:schema))")
    while True:
        taken = await connection.scalar(question, {"schema": service})
        await connection.commit()
        if taken:
            return
        if time.monotonic() > deadline:
            raise MigratorBusyError(f"another migrator works on {service}")
        await asyncio.sleep(0.1)


async def _patiently(
    connection: AsyncConnection, step: Callable[[Config], None], service: str
) -> None:
    """Run an Alembic command; when a table is in use, let the traffic pass and try again."""

    def run(inner: Connection) -> None:
        config = _config(service)
        config.attributes["connection"] = inner
        step(config)

    for attempt in range(1, _LOCK_ATTEMPTS + 1):
        try:
            await connection.run_sync(run)
            await connection.commit()
        except DBAPIError as error:
            await connection.rollback()
            if sqlstate(error) != LOCK_NOT_AVAILABLE:
                raise
            await asyncio.sleep(min(0.1 * attempt, 1))
        else:
            return
    raise MigratorBusyError(f"a table of {service} stayed locked; nothing was changed")


async def _restrict(connection: AsyncConnection, schema: str) -> None:
    """Take from the runtime role what the defaults of the schema give it too much."""
    role = f"{schema}_runtime"
    if not await connection.scalar(text("SELECT to_regrole(:role)"), {"role": role}):
        return
    for table, rights in _RUNTIME_MAY.items():
        if await connection.scalar(
            text("SELECT to_regclass(:name)"), {"name": f"{schema}.{table}"}
        ):
            await connection.execute(text(f"REVOKE ALL ON {schema}.{table} FROM {role}"))
            await connection.execute(text(f"GRANT {rights} ON {schema}.{table} TO {role}"))
    await connection.commit()
