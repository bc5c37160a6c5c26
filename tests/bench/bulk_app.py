"""What `bulk.py` measures: a service of one collection, imported and exported by the chassis."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field, SecretStr, with_config
from sqlalchemy import Column, Date, Integer, MetaData, Table, Text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import TypedDict

from chassis.admission import limits_of
from chassis.assembly import Web
from chassis.database import Database, sqlalchemy_url
from chassis.exports.formats import Export
from chassis.exports.stream import Download, Exporter
from chassis.formats import Format
from chassis.http import Edge
from chassis.imports.merge import Importer, upsert
from chassis.imports.routes import Imports, import_router
from chassis.imports.tables import import_tables
from chassis.openapi import larger_bodies
from chassis.settings import ServiceSettings

URL = os.environ.get("BULK_URL", "")
METADATA = MetaData(schema="bulk")
LARGEST_FILE = 1 << 30
READY = "/ready"

_TABLES = import_tables(METADATA)
LOT = Table(
    "lot",
    METADATA,
    Column("code", Text(), primary_key=True),
    Column("name", Text(), nullable=False),
    Column("population", Integer()),
    Column("department_code", Text()),
    Column("signed_on", Date()),
    Column("status", Text()),
)
COLUMNS = [column.name for column in LOT.columns]
ROWS = f"SELECT {', '.join(COLUMNS)} FROM bulk.lot ORDER BY code"
OBJECTS = f"SELECT row_to_json(line)::text FROM ({ROWS}) AS line"


@with_config(ConfigDict(strict=True, extra="forbid"))
class LotRow(TypedDict):
    """One row of a file."""

    code: Annotated[str, Field(pattern=r"^[0-9]{7}$")]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    population: Annotated[int, Field(ge=0, le=10**7)]
    department_code: Annotated[str, Field(pattern=r"^[0-9AB]{2,3}$")]
    signed_on: date
    status: Annotated[str, Field(max_length=20)]


_LOTS = Importer(
    collection="lots",
    row=LotRow,
    columns={column.name: column.type for column in LOT.columns},
    key=("code",),
    merge=upsert(LOT, key=("code",), columns=COLUMNS),
)


class _Unchecked(Database):
    async def _check(self) -> None:
        """Skip the rights: the tables are made here."""


@asynccontextmanager
async def _opened(web: Web) -> AsyncIterator[None]:
    engine = create_async_engine(sqlalchemy_url(URL))
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS bulk")
        await connection.run_sync(METADATA.create_all)
        await connection.exec_driver_sql(
            "ALTER TABLE bulk.import_chunk ALTER COLUMN body SET STORAGE EXTERNAL"
        )
    await engine.dispose()
    settings = ServiceSettings(database_url=URL, cursor_secret=SecretStr("x" * 32))
    database = _Unchecked(settings, schema="bulk", revision="")
    await database.open()
    imports = Imports(database, _TABLES, importers=[_LOTS], url=URL)
    web.state.database, web.state.imports = database, imports
    web.state.exporter = Exporter(database.reads.pool)
    async with imports.running():
        yield
    await database.close()


class _Exported:
    """Answers with all the lots, in the form that the path names."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path_params"]["form"] == "csv":
            asked = Export(collection="lots", format=Format.CSV, sql=ROWS)
        else:
            asked = Export(collection="lots", format=Format.NDJSON, sql=OBJECTS)
        stream = await scope["app"].state.exporter.open(asked)
        await Download(stream, asked.headers(date(2026, 1, 1)))(scope, receive, send)


def _ready(_request: Request) -> Response:
    return Response()


def create_app() -> ASGIApp:
    """Return the service."""
    web = Web()
    web.router.lifespan_context = _opened
    web.dependency_overrides[limits_of] = lambda: None
    web.include_router(import_router(_LOTS, largest_file=LARGEST_FILE))
    larger = larger_bodies(web.openapi())
    web.router.routes += [Route(READY, _ready), Route("/v1/lots/{form}", _Exported())]
    return Edge(web, server="bulk", public_url="http://127.0.0.1", larger_bodies=larger)


app = create_app()
