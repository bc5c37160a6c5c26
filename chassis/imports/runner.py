"""The worker that carries out import jobs: stage, check, merge in one transaction, report.

Rows are staged in a temporary table a batch at a time, so that no transaction stays open while a
file is read; only the merge is one transaction, and it ends the job too.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any, TypedDict

import asyncpg
import orjson
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from chassis.database import Database, sqlalchemy_url
from chassis.events import attribute
from chassis.identifiers import uuid7
from chassis.imports.caller import tell_caller
from chassis.imports.jobs import Claim, ImportJobs, LeaseLost, Rejection
from chassis.imports.merge import STAGING, Importer, Outcome
from chassis.imports.staging import Tally, check, rejections_of, stage
from chassis.imports.unreadable import UnreadableFile
from chassis.problems import Text

_SETTINGS = {
    "jit": "off",
    "timezone": "UTC",
    "statement_timeout": "15min",
    "lock_timeout": "1min",
    "work_mem": "64MB",
}
_MANY = 1000
# Another writer was faster, or the connection died: the same job can succeed the next time.
_PASSING = ("08", "23505", "40", "53", "55P03", "57P")


class _Cause(TypedDict):
    code: str
    detail: Text


_REFUSED = _Cause(
    code="refused-by-database",
    detail=Text(
        "Une contrainte de la base refuse ces lignes ; rien n'a changé",
        "A constraint of the database refuses these rows; nothing has changed",
    ),
)
_FAULT = _Cause(
    code="internal-fault",
    detail=Text("Erreur interne ; rien n'a changé", "Internal error; nothing has changed"),
)


class ImportRunner:
    """Runs one job at a time, each on a connection of its own."""

    def __init__(
        self,
        database: Database,
        jobs: ImportJobs,
        *,
        importers: Iterable[Importer],
        url: str,
        idle: timedelta = timedelta(seconds=5),
        heartbeat: timedelta = timedelta(seconds=2),
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._importers = {importer.collection: importer for importer in importers}
        self._idle = idle.total_seconds()
        self._heartbeat = heartbeat.total_seconds()
        self._worker = str(uuid7())
        self._awake = asyncio.Event()
        self._log = structlog.get_logger().bind(worker=self._worker)
        self._engine = create_async_engine(
            sqlalchemy_url(url), poolclass=NullPool, connect_args={"server_settings": _SETTINGS}
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work until the block ends; a job under way is then given back."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self._engine.dispose()

    def wake(self) -> None:
        """Look for a job now."""
        self._awake.set()

    async def _run(self) -> None:
        while True:
            self._awake.clear()
            try:
                busy = await self.work()
            except Exception:  # noqa: BLE001  # logged; the loop outlives it
                self._log.exception("import worker failed")
                busy = False
            if not busy:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), self._idle)

    async def work(self) -> bool:
        """Carry out one job, if one waits; tell whether there was one."""
        claim = await self._jobs.claim(self._worker)
        if claim is None:
            return False
        tally = Tally()
        beating = asyncio.create_task(self._beat(claim, tally))
        try:
            await self._carry_out(claim, tally, beating)
        except LeaseLost:
            self._log.warning("import job taken over", job=str(claim.id))
        except asyncio.CancelledError:
            with suppress(LeaseLost):
                await self._jobs.release(claim, self._worker)
            raise
        except UnreadableFile as error:
            await self._fail(claim, tally, code=error.code, detail=error.detail)
        except (DBAPIError, asyncpg.PostgresError, OSError) as error:
            await self._settle(claim, tally, error)
        except Exception:  # noqa: BLE001  # logged; a job always ends
            self._log.exception("import job failed", job=str(claim.id))
            await self._fail(claim, tally, **_FAULT)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        return True

    async def _beat(self, claim: Claim, tally: Tally) -> None:
        while True:
            await asyncio.sleep(self._heartbeat)
            await self._jobs.keep(claim, self._worker, progress=tally.progress())

    async def _settle(self, claim: Claim, tally: Tally, error: Exception) -> None:
        """Leave the job to its lease if it can succeed later; else it has failed."""
        state = str(getattr(getattr(error, "orig", error), "sqlstate", None) or "08000")
        self._log.warning("import job stopped", job=str(claim.id), sqlstate=state)
        if not state.startswith(_PASSING):
            refused = state.startswith(("22", "23"))
            await self._fail(claim, tally, **(_REFUSED if refused else _FAULT))

    async def _fail(self, claim: Claim, tally: Tally, *, code: str, detail: Text) -> None:
        failure = {"code": code, "detail": detail._asdict()}
        result = {"status": "failed", "failure": failure, **tally.progress()}
        async with self._database.writing() as session:
            await self._jobs.finish(session, claim, self._worker, result=result)

    async def _carry_out(self, claim: Claim, tally: Tally, beating: "asyncio.Task[None]") -> None:
        importer = self._importers[claim.collection]
        async with self._engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            if driver is None:
                raise ConnectionError("no driver connection")
            with TemporaryFile() as file:
                await self._jobs.fetch_file(driver, claim, file)
                await tell_caller(driver, claim)
                await driver.execute(importer.staging())
                await stage(
                    driver, claim, importer=importer, file=file, tally=tally, beating=beating
                )
                await check(driver, importer, tally=tally)
                rejections = await asyncio.to_thread(
                    rejections_of, file, claim.form, found=tally.found
                )
            if claim.mode == "atomic" and tally.rejected:
                result = {"status": "rejected", **tally.progress()}
                async with self._database.writing() as session:
                    await self._jobs.finish(
                        session, claim, self._worker, result=result, rejections=rejections
                    )
                return
            await self._merge(connection, claim, importer, tally=tally, rejections=rejections)

    async def _merge(
        self,
        connection: AsyncConnection,
        claim: Claim,
        importer: Importer,
        *,
        tally: Tally,
        rejections: list[Rejection],
    ) -> None:
        async with AsyncSession(connection) as session:
            attribute(session, claim.origin)
            if tally.rejected:
                await _leave_out(session, tally.rejected)
            accepted = tally.rows_read - len(tally.rejected)
            outcome = await _merged(session, importer, accepted=accepted, sampled=claim.dry_run)
            if importer.after is not None:
                await importer.after(session, outcome)
            if claim.dry_run:
                await session.rollback()
            result = {"status": "succeeded", "outcome": _stored(outcome), **tally.progress()}
            await self._jobs.finish(
                session, claim, self._worker, result=result, rejections=rejections
            )
            await session.commit()


async def _leave_out(session: AsyncSession, rejected: list[int]) -> None:
    connection = await session.connection()
    await connection.exec_driver_sql(
        f"DELETE FROM pg_temp.{STAGING} WHERE row_number = ANY($1)",  # noqa: S608  # name of ours
        (rejected,),
    )


async def _merged(
    session: AsyncSession, importer: Importer, *, accepted: int, sampled: bool
) -> Outcome:
    connection = await session.connection()
    if accepted > _MANY:
        # Statistics from when the table was empty would have each row scan those before it.
        await connection.exec_driver_sql("SET LOCAL enable_nestloop = off")
    sample: list[Any] = []
    if sampled and importer.merge.preview:
        rows = await connection.exec_driver_sql(importer.merge.preview)
        sample = [orjson.loads(row[0]) for row in rows]
    counted = await connection.exec_driver_sql(importer.merge.sql)
    inserted, updated = tuple(counted.one())
    return Outcome(inserted, updated, accepted - inserted - updated, sample)


def _stored(outcome: Outcome) -> dict[str, Any]:
    counts = {name: getattr(outcome, name) for name in ("inserted", "updated", "unchanged")}
    return counts | {"sample": list(outcome.sample)}
