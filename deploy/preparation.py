"""Bring a database to what the code needs: roles, schemas, migrations, reference facts."""

from pydantic import SecretStr

from chassis.database import Database
from chassis.migrations import head_revision, upgrade
from deploy.databases import DATABASE, Databases
from deploy.names import SERVICES
from deploy.postgres.roles import prepare_database, prepare_roles
from deploy.progress import say
from services.towns.reference.loader import load
from services.towns.settings import Settings


async def prepare(databases: Databases) -> None:
    """Make the roles if they are ours to make, migrate every schema."""
    if databases.administrator:
        if databases.server:
            await prepare_database(databases.server, DATABASE)
        await prepare_roles(databases.administrator, SERVICES, passwords=databases.passwords)
    for service in SERVICES:
        if service not in databases.migrators:
            say(f"{service}: not migrated here, {service.upper()}_MIGRATOR_URL is not set")
        elif await upgrade(service, databases.migrators[service]):
            say(f"{service}: migrated to {head_revision(service)}")


async def seed(databases: Databases, *, cursor_secret: str) -> None:
    """Load the reference facts that changed since the last time."""
    settings = Settings(
        database_url=databases.runtime["towns"], cursor_secret=SecretStr(cursor_secret)
    )
    database = Database(settings, schema="towns", revision=head_revision("towns"))
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
