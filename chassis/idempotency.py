"""Writes that happen once: the key is claimed in the effect's transaction, the answer kept beside.

Looking the key up first and inserting it later would let two requests at once both do the effect.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import NamedTuple

import structlog
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    and_,
    delete,
    false,
    func,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSON, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database
from chassis.problems import BadRequest, Problem, TryAgain, Unprocessable
from chassis.problems import Text as Sentence
from chassis.sqlstate import LOCK_NOT_AVAILABLE, sqlstate

REMEMBERED = timedelta(days=90)
BATCH = 5_000


class InvalidIdempotencyKey(BadRequest):
    """`Idempotency-Key` is repeated, too long, or holds more than visible ASCII."""

    title = Sentence(
        "L'en-tête Idempotency-Key est invalide", "The Idempotency-Key header is invalid"
    )


class IdempotencyKeyRequired(BadRequest):
    """A change that must never happen twice needs `Idempotency-Key`."""

    title = Sentence(
        "L'en-tête Idempotency-Key est requis", "The Idempotency-Key header is required"
    )


class IdempotencyKeyReused(Problem):
    """The key was used for another request: not an `Unprocessable`, for it must not be kept."""

    status = Unprocessable.status
    title = Sentence(
        "Cette clé d'idempotence a servi à une autre requête",
        "This idempotency key was used for another request",
    )


class RequestStillRunning(TryAgain):
    """The first request with this key has not ended."""

    title = Sentence(
        "La première requête portant cette clé n'est pas terminée",
        "The first request with this key has not ended",
    )


def idempotency_table(metadata: MetaData) -> Table:
    """Return the table of the keys claimed in the schema of `metadata`.

    Status and answer are empty only inside the transaction that claimed the key. `kept` rows are
    the keys of money: they stay as long as the payment.
    """
    return Table(
        "idempotency_key",
        metadata,
        Column("client", Text(), nullable=False),
        Column("operation", Text(), nullable=False),
        Column("key", Text(), nullable=False),
        Column("fingerprint", LargeBinary(), nullable=False),
        Column("status", SmallInteger()),
        Column("headers", JSON()),
        Column("body", LargeBinary()),
        Column("resource_id", Text()),
        Column("kept", Boolean(), nullable=False, server_default=false()),
        Column("claimed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        PrimaryKeyConstraint("client", "operation", "key"),
        CheckConstraint("length(key) BETWEEN 1 AND 64", "key_length"),
        CheckConstraint("length(fingerprint) = 32", "fingerprint_length"),
        CheckConstraint(
            "(status IS NULL) = (headers IS NULL) AND (status IS NULL) = (body IS NULL)",
            "whole_answer",
        ),
        Index("ix_idempotency_key_forgettable", "claimed_at", postgresql_where=text("NOT kept")),
    )


class KeyUse(NamedTuple):
    """One request that carries a key."""

    client: str
    operation: str
    key: str
    fingerprint: bytes
    kept: bool = False


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it was first sent."""

    status: int
    headers: dict[str, str]
    body: bytes


class AnsweredBefore(Exception):
    """The request was answered already: its effect must not happen again. Never leaves a route."""

    def __init__(self, answer: StoredAnswer) -> None:
        self.answer = answer
        super().__init__()


def fingerprint(method: str, target: str, *, body: bytes) -> bytes:
    """Return the SHA-256 of what a key stands for; spaces and order of JSON keys do not count."""
    try:
        # not orjson: it rounds long integers, so that two bodies would look like one
        canonical = json.dumps(json.loads(body), sort_keys=True).encode()
    except (ValueError, RecursionError):
        canonical = body
    return sha256(b"\n".join((method.encode(), target.encode(), canonical))).digest()


def claim(connection: Connection, service: str, use: KeyUse) -> None:
    """Take the key for this transaction; a twin that is still running is waited for.

    Raises:
        AnsweredBefore: the key was used for the same request, which ended.
        IdempotencyKeyReused: it was used for another request.
        RequestStillRunning: the twin did not end within `lock_timeout`.
    """
    keys = keys_of(service)
    taking = insert(keys).values(use._asdict()).on_conflict_do_nothing().returning(keys.c.key)
    try:
        taken = connection.scalar(taking)
    except DBAPIError as error:
        if sqlstate(error) == LOCK_NOT_AVAILABLE:
            raise RequestStillRunning from error
        raise
    if taken is None:
        _answer_again(connection, keys, use)


def _answer_again(connection: Connection, keys: Table, use: KeyUse) -> None:
    found = connection.execute(
        select(keys.c.fingerprint, keys.c.status, keys.c.headers, keys.c.body).where(
            _same(keys, use)
        )
    ).one_or_none()
    if found is None:  # forgotten between the two statements
        raise RequestStillRunning
    if found.fingerprint != use.fingerprint:
        raise IdempotencyKeyReused
    raise AnsweredBefore(StoredAnswer(found.status, found.headers, found.body))


async def keep(session: AsyncSession, service: str, use: KeyUse, *, answer: StoredAnswer) -> None:
    """Store the answer beside the effect, in the transaction that claimed the key."""
    keys = keys_of(service)
    made = answer.headers.get("location", "").rpartition("/")[2]
    await session.execute(
        update(keys)
        .where(_same(keys, use))
        .values(
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            resource_id=made or None,
        )
    )


async def forget(session: AsyncSession, service: str, *, age: timedelta = REMEMBERED) -> int:
    """Delete a batch of the keys older than `age`, except those of money; return how many."""
    keys = keys_of(service)
    names = (keys.c.client, keys.c.operation, keys.c.key)
    old = select(*names).where(~keys.c.kept, keys.c.claimed_at < func.now() - age)
    gone = delete(keys).where(tuple_(*names).in_(old.order_by(keys.c.claimed_at).limit(BATCH)))
    return len((await session.execute(gone.returning(keys.c.key))).all())


async def forgetting(database: Database, *, every: timedelta = timedelta(hours=1)) -> None:
    """Forget old keys until cancelled, one process at a time; a failure waits for the next turn."""
    log = structlog.get_logger().bind(server=database.schema)
    while True:
        try:
            count = BATCH
            while count == BATCH:
                count = await _forgotten(database)
        except Exception as failure:  # noqa: BLE001  # whatever it is, the next turn may succeed
            log.warning("keys not forgotten", why=repr(failure)[:500])
        await asyncio.sleep(every.total_seconds())


async def _forgotten(database: Database) -> int:
    """Forget a batch, unless another process is at it."""
    place = func.hashtext("forget keys"), func.hashtext(database.schema)
    async with database.writing() as session:
        alone = await session.scalar(select(func.pg_try_advisory_xact_lock(*place)))
        return await forget(session, database.schema) if alone else 0


@cache
def keys_of(service: str) -> Table:
    """Return the keys of one service, for statements."""
    return idempotency_table(MetaData(schema=service))


def _same(keys: Table, use: KeyUse) -> ColumnElement[bool]:
    return and_(
        keys.c.client == use.client, keys.c.operation == use.operation, keys.c.key == use.key
    )
