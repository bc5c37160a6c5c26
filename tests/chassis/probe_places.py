"""A probe service that imports places: what the tests of imports talk to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, NotRequired

from pydantic import ConfigDict, Field, with_config
from sqlalchemy import CheckConstraint, Column, Date, Integer, MetaData, Table, Text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.types import ASGIApp
from typing_extensions import TypedDict

from chassis.assembly import Web
from chassis.database import Database, sqlalchemy_url
from chassis.http import Edge
from chassis.import_merge import Importer, upsert
from chassis.import_tables import import_tables
from chassis.imports import Imports, import_router
from chassis.settings import ServiceSettings
from chassis.testing import TEST_URL

METADATA = MetaData(schema="probe")
TABLES = import_tables(METADATA)
PLACE = Table(
    "place",
    METADATA,
    Column("code", Text(), primary_key=True),
    Column("name", Text(), nullable=False),
    Column("population", Integer()),
    Column("signed_on", Date()),
    CheckConstraint("name <> 'forbidden'", name="name"),
)


@with_config(ConfigDict(strict=True, extra="forbid"))
class PlaceRow(TypedDict):
    """One row of a file of places."""

    code: Annotated[str, Field(pattern=r"^[0-9]{5}$")]
    name: Annotated[str, Field(min_length=1, max_length=50)]
    population: NotRequired[Annotated[int, Field(ge=0, le=10**7)] | None]
    signed_on: NotRequired[date | None]


COLUMNS = {"code": Text(), "name": Text(), "population": Integer(), "signed_on": Date()}
PLACES = Importer(
    collection="places",
    row=PlaceRow,
    columns=COLUMNS,
    key=("code",),
    merge=upsert(PLACE, key=("code",), columns=tuple(COLUMNS)),
    checks=(
        """SELECT row_number, 'name', 'reserved-name', 'error', 'ce nom est réservé',
           'this name is reserved' FROM pg_temp.import_row WHERE name = 'reserved'""",
        """SELECT row_number, 'population', 'no-inhabitant', 'warning', 'aucun habitant',
           'no inhabitant' FROM pg_temp.import_row WHERE population = 0""",
    ),
)


@dataclass(frozen=True, slots=True)
class Probe:
    """The probe, and what it stands on."""

    app: ASGIApp
    imports: Imports
    database: Database


@asynccontextmanager
async def probe(url: str, *, works: bool = True, lease: float = 30) -> AsyncIterator[Probe]:
    """Make the schema, open the service, and have its worker run if `works`."""
    engine = create_async_engine(sqlalchemy_url(url))
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS probe")
        await connection.run_sync(METADATA.create_all)
        await connection.exec_driver_sql("TRUNCATE probe.place, probe.import_job CASCADE")
    await engine.dispose()
    settings = ServiceSettings(database_url=url, cursor_secret="x" * 32, durable=False)  # type: ignore[arg-type]
    database = Probing(settings, schema="probe", revision=None)
    await database.open()
    imports = Imports(database, TABLES, [PLACES], url=url, lease=timedelta(seconds=lease))
    web = Web()
    web.include_router(import_router(PLACES, largest_file=1 << 16))
    web.state.imports = imports
    try:
        app = Edge(web, server="probe", public_url=TEST_URL)
        if not works:
            yield Probe(app, imports, database)
            return
        async with imports.running():
            yield Probe(app, imports, database)
    finally:
        await database.close()


class Probing(Database):
    """A database that an administrator may use."""

    async def _check(self) -> None:
        """Skip the rights: the probe makes its own tables."""
