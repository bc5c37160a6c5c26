"""Bring a database to what the code needs: roles, schemas, migrations, reference facts."""

from pathlib import Path

import asyncpg
from pydantic import SecretStr

from chassis.database import Database, UnfitDatabase, server_faults
from chassis.migrations import head_revision, upgrade
from chassis.settings import settings_read
from chassis.trouble import DatabaseTrouble, reaching, shown
from deploy.databases import DATABASE, Databases
from deploy.names import SCHEMAS
from deploy.postgres.roles import RUNTIME_SETTINGS, ForeignRoles, prepare_database, prepare_roles
from deploy.progress import say
from deploy.registry import registry
from deploy.sandbox import make_sandbox
from deploy.service_settings import SERVICE_SETTINGS
from services.towns.reference.loader import load

_CONNECT_SECONDS = 10
_UNASKED = "neither the address nor the secret matters here"


async def prepare(databases: Databases) -> None:
    """Make the roles if they are ours to make, migrate every schema.

    Raises:
        DatabaseTrouble: the server is unfit, out of reach, or another installation's.
    """
    if databases.administrator:
        if databases.server:
            await prepare_database(databases.server, DATABASE)
        with reaching(databases.administrator):
            await _check_server(databases.administrator)
            await _prepare_roles(databases.administrator, databases)
    migrated = []
    for service, url in databases.migrators.items():
        with reaching(url):
            migrated.append(await upgrade(service, url))
        if migrated[-1]:
            say(f"{service}: migrated to {head_revision(service)}")
    if not migrated:
        say("nothing is migrated here: TOWNS_MIGRATOR_URL and the like are not set")
    elif not any(migrated):
        say("the schemas are up to date")


async def seed(databases: Databases, *, cursor_secret: str) -> None:
    """Load the reference facts that changed since the last time.

    Raises:
        DatabaseTrouble: the database is unfit or out of reach.
    """
    url = databases.runtime["towns"]
    settings = settings_read(
        SERVICE_SETTINGS["towns"], database_url=url, cursor_secret=SecretStr(cursor_secret)
    )
    database = Database(settings, schema="towns", revision=head_revision("towns"))
    with reaching(url):
        await database.open()
        try:
            async with database.writing() as session:
                say(f"towns: {await load(session)}")
        finally:
            await database.close()


async def prepare_and_seed(databases: Databases, *, cursor_secret: str) -> None:
    """Migrate, then load what changed."""
    await prepare(databases)
    await seed(databases, cursor_secret=cursor_secret)


async def sandbox(databases: Databases, folder: Path) -> None:
    """Make the sandbox partners that are missing.

    Raises:
        DatabaseTrouble: the database is unfit or out of reach.
    """
    async with registry(databases) as session:
        await make_sandbox(session, folder)


async def _check_server(administrator: str) -> None:
    """Refuse the server before anything is made on it, with what the runtime roles will be given.

    Raises:
        UnfitDatabase: it is too old, or may lose an acknowledged write.
    """
    connection = await asyncpg.connect(
        administrator, timeout=_CONNECT_SECONDS, server_settings=RUNTIME_SETTINGS
    )
    try:
        faults = await server_faults(connection, durable=any(map(_durable, SCHEMAS)))
    finally:
        await connection.close()
    if faults:
        raise UnfitDatabase("; ".join(faults))


def _durable(service: str) -> bool:
    """Tell whether a service refuses a server that may lose an acknowledged write."""
    kind = SERVICE_SETTINGS[service]
    return settings_read(kind, database_url=_UNASKED, cursor_secret=SecretStr(_UNASKED)).durable


async def _prepare_roles(administrator: str, databases: Databases) -> None:
    try:
        await prepare_roles(
            administrator,
            SCHEMAS,
            passwords=databases.passwords,
            replace=databases.replace_passwords,
        )
    except ForeignRoles as error:
        raise DatabaseTrouble(
            f"{shown(administrator)}: the roles of this server belong to another installation, or"
            f" were made under another address of it ({error}): give one URL per service"
            " (TOWNS_DATABASE_URL, TOWNS_MIGRATOR_URL and so on), or use another server;"
            " ADOPT_ROLES=true gives them new passwords, which cuts the other installation off"
        ) from error
