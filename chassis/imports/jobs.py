"""The life of an import job in the database: submitted, claimed under a lease, finished once."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import IO, Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    ColumnElement,
    RowMapping,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database
from chassis.events import Origin
from chassis.formats import Format
from chassis.identifiers import uuid7
from chassis.identity import Limits, Principal
from chassis.imports.findings import Finding
from chassis.imports.tables import ImportTables
from chassis.problems import Text
from chassis.statements import compiled

_CHUNK = 1 << 20
MOST_ATTEMPTS = 3

_LOST = Text(
    f"Le traitement s'est interrompu {MOST_ATTEMPTS} fois ; rien n'a changé",
    f"Processing broke off {MOST_ATTEMPTS} times; nothing has changed",
)


class LeaseLost(RuntimeError):
    """Another worker has taken the job over: what this one did must not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a caller asks for."""

    collection: str
    form: Format
    mode: str
    dry_run: bool
    principal: Principal
    limits: Limits | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row with findings, as it was sent: cells, or the text of a line."""

    row: int
    findings: Sequence[Finding]
    raw: Any


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in the hands of one worker."""

    id: UUID
    collection: str
    form: Format
    mode: str
    dry_run: bool
    origin: Origin
    organisation: str
    limits: Mapping[str, Sequence[str]] | None
    """What limited the caller when the file was handed in."""


class ImportJobs:
    """The jobs of one service."""

    def __init__(self, database: Database, tables: ImportTables, *, lease: timedelta) -> None:
        self._database = database
        self._tables = tables
        self._lease = lease

    async def submit(self, session: AsyncSession, asked: Submission, file: IO[bytes]) -> RowMapping:
        """Add the job and its whole file to the transaction; return the job."""
        job, size = uuid7(), file.seek(0, 2)
        file.seek(0)
        row = {
            "id": job,
            "collection": asked.collection,
            "media_type": asked.form.value,
            "size_bytes": size,
            "mode": asked.mode,
            "dry_run": asked.dry_run,
            "actor": asked.principal.actor,
            "client": asked.principal.client,
            "organisation": asked.principal.organisation,
            "limits": _listed(asked.limits),
            "request_id": asked.request_id,
        }
        made = await session.execute(
            insert(self._tables.job).values(row).returning(self._tables.job)
        )
        number = 0
        while body := await asyncio.to_thread(file.read, _CHUNK):
            chunk = {"job_id": job, "number": number, "body": body}
            await session.execute(insert(self._tables.chunk).values(chunk))
            number += 1
        kept: RowMapping = made.mappings().one()
        return kept

    async def claim(self, worker: str) -> Claim | None:
        """Take the oldest job that waits, or whose worker has let its lease run out."""
        job = self._tables.job
        spent = and_(job.c.status == "running", job.c.lease_until < func.clock_timestamp())
        async with self._database.writing() as session:
            await self._give_up(session, spent)
            waiting = (
                select(job.c.id)
                .where(or_(job.c.status == "queued", spent))
                .order_by(job.c.created_at)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            taken = (
                update(job)
                .where(job.c.id.in_(waiting.scalar_subquery()))
                .values(
                    status="running",
                    worker=worker,
                    attempts=job.c.attempts + 1,
                    started_at=func.coalesce(job.c.started_at, func.clock_timestamp()),
                    lease_until=func.clock_timestamp() + self._lease,
                )
                .returning(job)
            )
            row = (await session.execute(taken)).one_or_none()
        if row is None:
            return None
        origin = Origin(row.actor, row.client, row.request_id)
        form = Format(row.media_type)
        return Claim(
            row.id,
            row.collection,
            form,
            row.mode,
            row.dry_run,
            origin,
            row.organisation,
            row.limits,
        )

    async def _give_up(self, session: AsyncSession, spent: ColumnElement[bool]) -> None:
        job = self._tables.job
        given_up = (
            update(job)
            .where(spent, job.c.attempts >= MOST_ATTEMPTS)
            .values(
                status="failed",
                failure={"code": "worker-lost", "detail": _LOST._asdict()},
                finished_at=func.clock_timestamp(),
                worker=None,
                lease_until=None,
            )
            .returning(job.c.id)
        )
        for ended in (await session.execute(given_up)).scalars().all():
            await self._drop_file(session, ended)

    async def keep(self, claim: Claim, worker: str, *, progress: Mapping[str, Any]) -> None:
        """Show progress and keep the lease.

        Raises:
            LeaseLost: the job is somebody else's now.
        """
        async with self._database.writing() as session:
            lease = {"lease_until": func.clock_timestamp() + self._lease}
            await self._update(session, claim, worker, {**progress, **lease})

    async def release(self, claim: Claim, worker: str) -> None:
        """Put the job back for another worker: this one stops, which is not a failure."""
        job = self._tables.job
        async with self._database.writing() as session:
            back = {"status": "queued", "worker": None, "lease_until": None}
            await self._update(session, claim, worker, {**back, "attempts": job.c.attempts - 1})

    async def finish(
        self,
        session: AsyncSession,
        claim: Claim,
        worker: str,
        *,
        result: Mapping[str, Any],
        rejections: Sequence[Rejection] = (),
    ) -> None:
        """Record how the job ended, in the transaction that made its changes.

        Raises:
            LeaseLost: the job is somebody else's now; the transaction must roll back.
        """
        ended = {"finished_at": func.clock_timestamp(), "worker": None, "lease_until": None}
        await self._update(session, claim, worker, {**result, **ended})
        for rows in _by_thousand(self._rejection_rows(claim, rejections)):
            await session.execute(insert(self._tables.rejection), rows)
        await self._drop_file(session, claim.id)

    def _rejection_rows(
        self, claim: Claim, rejections: Iterable[Rejection]
    ) -> Iterable[dict[str, Any]]:
        for one in rejections:
            yield {
                "job_id": claim.id,
                "row_number": one.row,
                "rejected": any(found.severity == "error" for found in one.findings),
                "findings": [found.stored() for found in one.findings],
                "raw": one.raw,
            }

    async def _update(
        self, session: AsyncSession, claim: Claim, worker: str, values: Mapping[str, Any]
    ) -> None:
        job = self._tables.job
        mine = and_(job.c.id == claim.id, job.c.worker == worker, job.c.status == "running")
        changed = await session.execute(
            update(job).where(mine).values(**values).returning(job.c.id)
        )
        if changed.one_or_none() is None:
            raise LeaseLost(f"import job {claim.id}")

    async def _drop_file(self, session: AsyncSession, job: UUID) -> None:
        await session.execute(delete(self._tables.chunk).where(self._tables.chunk.c.job_id == job))

    async def fetch_file(
        self, connection: asyncpg.Connection, claim: Claim, file: IO[bytes]
    ) -> None:
        """Write the job's file where it can be read."""
        chunk = self._tables.chunk
        wanted = compiled(
            select(chunk.c.body).where(
                chunk.c.job_id == bindparam("job"), chunk.c.number == bindparam("number")
            )
        )
        number = 0
        while True:
            values = wanted.arguments({"job": claim.id, "number": number})
            body = await connection.fetchval(wanted.sql, *values)
            if body is None:
                break
            await asyncio.to_thread(file.write, body)
            number += 1
        file.seek(0)


def _listed(limits: Limits | None) -> dict[str, list[str]] | None:
    if limits is None:
        return None
    return {name: sorted(values) for name, values in limits.items()}


def _by_thousand(rows: Iterable[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, 1000)):
        yield batch
