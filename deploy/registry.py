"""The database of the registry of partners, for commands of an installation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from chassis.database import Database, WriteSession
from chassis.migrations import head_revision
from chassis.settings import settings_read
from chassis.trouble import reaching
from deploy.databases import Databases
from deploy.service_settings import SERVICE_SETTINGS
from gateway.contracts import OWN

_UNUSED = "no cursor is signed by a command"


@asynccontextmanager
async def registry(databases: Databases) -> AsyncIterator[WriteSession]:
    """Yield one transaction in the registry.

    Raises:
        DatabaseTrouble: the database is unfit or out of reach.
    """
    url = databases.runtime[OWN]
    settings = settings_read(
        SERVICE_SETTINGS[OWN], database_url=url, cursor_secret=SecretStr(_UNUSED)
    )
    database = Database(settings, schema=OWN, revision=head_revision(OWN))
    with reaching(url):
        await database.open()
        try:
            async with database.writing() as session:
                yield session
        finally:
            await database.close()
