"""The routes of imports: hand in a file, follow its job, read the report, take bad rows back."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query, Request
from sqlalchemy import RowMapping, select
from starlette.responses import Response, StreamingResponse

from chassis.admission import Bounds
from chassis.database import Database
from chassis.formats import Format
from chassis.identity import Principal, principal_of
from chassis.imports.contract import ImportJob, ImportQuery, ImportReport, ReportQuery
from chassis.imports.files import READABLE
from chassis.imports.jobs import ImportJobs, Submission
from chassis.imports.merge import Importer
from chassis.imports.report import findings_of, job_body, rejected_file
from chassis.imports.runner import ImportRunner
from chassis.imports.tables import ImportTables
from chassis.imports.upload import UNNAMED, Upload, UploadRoute
from chassis.openapi import LARGEST_BODY_KEY, documented
from chassis.problems import BodyTooLarge, NotFound, Text, UnsupportedMediaType, language_of
from chassis.writes import Writes

LARGEST_FILE = 256 << 20

_PAGE = 1000


ImportId = Annotated[
    UUID, Path(description="Id of the job", examples=["0198c0de-0000-7000-8000-00000000beef"])
]


class ImportNotFound(NotFound):
    """No such import, or another organisation's."""

    title = Text("Import introuvable", "Import not found")


class Imports:
    """What the import routes of one service share; it belongs in `app.state.imports`."""

    def __init__(
        self,
        database: Database,
        tables: ImportTables,
        *,
        importers: Sequence[Importer],
        url: str,
        lease: timedelta = timedelta(seconds=30),
    ) -> None:
        self._database = database
        self.tables = tables
        self.jobs = ImportJobs(database, tables, lease=lease)
        self.runner = ImportRunner(
            database, self.jobs, importers=importers, url=url, heartbeat=lease / 5
        )

    def running(self) -> AbstractAsyncContextManager[None]:
        """Carry out jobs while the block runs: the app's lifespan."""
        return self.runner.running()

    def wake(self) -> None:
        """Have a job begun that has just been handed in."""
        self.runner.wake()

    async def job(self, collection: str, job: UUID, *, principal: Principal) -> RowMapping:
        """Return a job of this organisation.

        Raises:
            ImportNotFound: there is none.
        """
        table = self.tables.job
        mine = (
            table.c.id == job,
            table.c.collection == collection,
            table.c.organisation == principal.organisation,
        )
        async with self._database.writing() as session:
            row = (await session.execute(select(table).where(*mine))).mappings().one_or_none()
        if row is None:
            raise ImportNotFound
        return row

    async def findings(
        self, job: UUID, *, after: int, limit: int, rejected: bool = False
    ) -> Sequence[RowMapping]:
        """Return the rows with findings after a row of the file, in its order."""
        table = self.tables.rejection
        chosen = select(table).where(table.c.job_id == job, table.c.row_number > after)
        if rejected:
            chosen = chosen.where(table.c.rejected)
        async with self._database.writing() as session:
            rows = await session.execute(chosen.order_by(table.c.row_number).limit(limit))
        return rows.mappings().all()


class Importing(APIRouter):
    """The routes of the imports of a service; with it among its routers a service has a worker."""

    def __init__(self, tables: ImportTables, importers: Sequence[Importer]) -> None:
        super().__init__()
        self.tables = tables
        self.importers = importers
        self.routes += [route for one in importers for route in import_router(one).routes]

    def at_work(self, database: Database, *, url: str) -> Imports:
        """Return what the routes share, once the database is open."""
        return Imports(database, self.tables, importers=self.importers, url=url)


def import_router(importer: Importer, *, largest_file: int = LARGEST_FILE) -> APIRouter:
    """Return the routes by which files are imported into one collection."""
    router, name, job = APIRouter(), importer.collection, documented(ImportNotFound)
    desk, path = _Desk(name), f"/v1/{name}/imports"
    router.add_api_route(
        path,
        desk.submit,
        methods=["POST"],
        status_code=202,
        response_model=ImportJob,
        operation_id=f"import_{name}",
        responses=documented(BodyTooLarge, UnsupportedMediaType),
        openapi_extra=_BODY | {LARGEST_BODY_KEY: largest_file},
        route_class_override=UploadRoute,
    )
    router.add_api_route(
        f"{path}/{{import_id}}",
        desk.show,
        response_model=ImportJob,
        operation_id=f"show_{name}_import",
        responses=job,
    )
    router.add_api_route(
        f"{path}/{{import_id}}/report",
        desk.report,
        response_model=ImportReport,
        operation_id=f"show_{name}_import_report",
        responses=job,
    )
    router.add_api_route(
        f"{path}/{{import_id}}/rejections",
        desk.rejections,
        response_class=StreamingResponse,
        operation_id=f"download_{name}_import_rejections",
        responses=job | _FILES,
    )
    return router


@dataclass(frozen=True, slots=True)
class _Desk:
    """The routes of one collection."""

    collection: str

    async def submit(
        self,
        request: Request,
        query: Annotated[ImportQuery, Query()],
        *,
        session: Writes,
        limits: Bounds,
    ) -> Response:
        """Hand in a file: its rows are checked and merged by a job."""
        imports: Imports = request.app.state.imports
        upload: Upload = request.state.upload
        asked = Submission(
            collection=self.collection,
            form=upload.form,
            mode=query.mode,
            dry_run=query.dry_run,
            principal=principal_of(request.scope),
            limits=limits,
            request_id=request.scope.get("state", {}).get("request_id"),
        )
        body = job_body(await imports.jobs.submit(session, asked, upload.file))
        return _json(body, status=202, headers={"location": body["links"]["self"]})

    async def show(self, request: Request, import_id: ImportId) -> Response:
        """Show how far an import has come, and how it ended."""
        return _json(job_body(await self._job(request, import_id)))

    async def report(
        self, request: Request, import_id: ImportId, *, query: Annotated[ReportQuery, Query()]
    ) -> Response:
        """Show what is wrong with which rows."""
        await self._job(request, import_id)
        imports: Imports = request.app.state.imports
        rows = await imports.findings(import_id, after=query.after_row, limit=query.limit)
        body: dict[str, Any] = {"items": findings_of(rows)}
        if len(rows) == query.limit:
            last = rows[-1]["row_number"]
            body["next"] = f"{request.scope['path']}?after_row={last}&limit={query.limit}"
        return _json(body)

    async def rejections(self, request: Request, import_id: ImportId) -> Response:
        """Take the rejected rows back, as a file to correct."""
        row = await self._job(request, import_id)
        language = language_of(request.headers.get("accept-language", ""))
        pages = _rejected_pages(request.app.state.imports, import_id)
        media_type, chunks = rejected_file(row, pages, language=language)
        return StreamingResponse(chunks, media_type=media_type)

    async def _job(self, request: Request, job: UUID) -> RowMapping:
        imports: Imports = request.app.state.imports
        return await imports.job(self.collection, job, principal=principal_of(request.scope))


_BODY = {
    "requestBody": {
        "required": True,
        "description": f"The file. As `{UNNAMED}` its first bytes tell which of the others it is.",
        "content": {
            media: {"schema": {"type": "string", "format": "binary"}}
            for media in (*(form.value for form in READABLE), UNNAMED)
        },
    }
}
"""The unnamed one comes last: clients that send a file in only one way send the last."""

_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rejected rows as they were sent, with the reasons in added columns",
        "content": {
            form.value: {"schema": {"type": "string"}} for form in (Format.CSV, Format.NDJSON)
        },
    }
}


async def _rejected_pages(imports: Imports, job: UUID) -> AsyncIterator[Sequence[RowMapping]]:
    after = 0
    while rows := await imports.findings(job, after=after, limit=_PAGE, rejected=True):
        yield rows
        after = rows[-1]["row_number"]


def _json(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers=headers, media_type="application/json")
