"""A probe service that imports places: what the tests of imports talk to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, NotRequired

import httpx
from pydantic import ConfigDict, Field, with_config
from sqlalchemy import CheckConstraint, Column, Date, Integer, MetaData, Table, Text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.types import TypeEngine
from starlette.types import ASGIApp
from typing_extensions import TypedDict

from chassis.admission import limits_of
from chassis.assembly import Web
from chassis.database import Database, sqlalchemy_url
from chassis.events import Event, event_table, record
from chassis.http import Edge
from chassis.idempotency import idempotency_table
from chassis.imports.contract import ImportJob
from chassis.imports.merge import Importer, Outcome, upsert
from chassis.imports.routes import Imports, import_router
from chassis.imports.tables import import_tables
from chassis.openapi import larger_bodies
from chassis.settings import ServiceSettings
from chassis.testing import TEST_URL

LARGEST_FILE = 2 << 20
GOOD = "code,name,population,signed_on\n51108,Châlons,43877,2018-09-21\n44109,Nantes,,\n"
METADATA = MetaData(schema="probe")
TABLES = import_tables(METADATA)
KEYS, EVENTS = idempotency_table(METADATA), event_table(METADATA)
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


class PlacesImported(Event):
    """Places came in by a file."""

    name: ClassVar[str] = "fr.acdt.probe.place.imported.v1"
    inserted: int

    @property
    def subject(self) -> str:
        """One history for all the files."""
        return "places"


async def _told(session: AsyncSession, outcome: Outcome) -> None:
    await record(session, PlacesImported(inserted=outcome.inserted))


COLUMNS: dict[str, TypeEngine[Any]] = {
    "code": Text(),
    "name": Text(),
    "population": Integer(),
    "signed_on": Date(),
}
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
    after=_told,
)


@dataclass(frozen=True, slots=True)
class Probe:
    """The probe, and what it stands on."""

    app: ASGIApp
    web: Web
    imports: Imports
    database: Database


@asynccontextmanager
async def probe(url: str, *, works: bool = True, lease: float = 30) -> AsyncIterator[Probe]:
    """Make the schema, open the service, and have its worker run if `works`."""
    engine = create_async_engine(sqlalchemy_url(url))
    async with engine.begin() as connection:
        await connection.exec_driver_sql("DROP SCHEMA IF EXISTS probe CASCADE")
        await connection.exec_driver_sql("CREATE SCHEMA probe")
        await connection.run_sync(METADATA.create_all)
    await engine.dispose()
    settings = ServiceSettings(database_url=url, cursor_secret="x" * 32, durable=False)  # type: ignore[arg-type]
    database = Probing(settings, schema="probe", revision="")
    await database.open()
    imports = Imports(database, TABLES, importers=[PLACES], url=url, lease=timedelta(seconds=lease))
    web = Web()
    web.dependency_overrides[limits_of] = lambda: None
    web.include_router(import_router(PLACES, largest_file=LARGEST_FILE))
    web.state.imports, web.state.database = imports, database
    try:
        larger = larger_bodies(web.openapi())
        app = Edge(web, server="probe", public_url=TEST_URL, larger_bodies=larger)
        if not works:
            yield Probe(app, web, imports, database)
            return
        async with imports.running():
            yield Probe(app, web, imports, database)
    finally:
        await database.close()


class Probing(Database):
    """A database that an administrator may use."""

    async def _check(self) -> None:
        """Skip the rights: the probe makes its own tables."""


async def handed_in(
    places: Probe,
    body: str | bytes,
    query: str = "",
    media_type: str = "text/csv",
    **headers: str,
) -> httpx.Response:
    """Hand a file in."""
    transport = httpx.ASGITransport(places.app)
    async with httpx.AsyncClient(transport=transport, base_url=TEST_URL) as client:
        return await client.post(
            f"/v1/places/imports{query}",
            content=body,
            headers={"content-type": media_type} | headers,
        )


async def read(places: Probe, path: str, **headers: str) -> httpx.Response:
    """Read from the probe."""
    transport = httpx.ASGITransport(places.app)
    async with httpx.AsyncClient(transport=transport, base_url=TEST_URL) as client:
        return await client.get(path, headers=headers)


async def ended(
    places: Probe, body: str | bytes, query: str = "", media_type: str = "text/csv"
) -> dict[str, Any]:
    """Hand a file in and wait for the end of its job."""
    answer = await handed_in(places, body, query, media_type)
    assert answer.status_code == 202, answer.text
    return await end_of(places, answer.headers["location"])


async def end_of(places: Probe, path: str) -> dict[str, Any]:
    """Wait for the end of a job."""
    job: dict[str, Any] = {}
    for _ in range(400):
        job = (await read(places, path)).json()
        if job["finished_at"]:
            ImportJob.model_validate_json(json.dumps(job))
            return job
        await asyncio.sleep(0.025)
    raise AssertionError(f"no end: {job}")


async def stored(places: Probe) -> dict[str, tuple[Any, ...]]:
    """What the table holds."""
    rows = await places.database.reads.pool.fetch(
        "SELECT code, name, population, signed_on::text FROM probe.place ORDER BY code"
    )
    return {row[0]: tuple(row)[1:] for row in rows}
