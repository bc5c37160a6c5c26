"""What a service tells: one append-only table per schema: outbox, change feed and audit at once."""

import re
from dataclasses import dataclass
from functools import cache
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    cast,
    event,
    func,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert

from chassis.identifiers import uuid7
from chassis.identity import Place, Scoped

EVENT_NAME = r"^fr\.acdt\.[a-z]+(\.[a-z-]+){2}\.v\d+$"
"""`fr.acdt.<service>.<entity>.<verb>.v<n>`, as the contract of the feed shows it."""
_ORIGIN = "origin"


class Event(BaseModel):
    """A fact that others may rely on; its fields are the data that travels.

    A subclass sets `name`, in the past tense and versioned, and says its `subject`. `audience` is
    the policy row of those who may know of it; without one everybody may. What the events of one
    subject have in common stands in a base of theirs, which begins with `_` and has no name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: ClassVar[str]
    audience: ClassVar[Scoped | None] = None

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Refuse, when the class is made, a name that is not `fr.acdt.service.entity.verb.v1`."""
        if cls.__name__.startswith("_"):
            return
        if re.fullmatch(EVENT_NAME, cls.name, re.ASCII) is None:
            raise ValueError(f"not the name of an event: {cls.name}")

    @property
    def subject(self) -> str:
        """Whose history this belongs to, such as `towns/acv-001`: events of one are in order."""
        raise NotImplementedError

    @classmethod
    def service(cls) -> str:
        """Return the service that tells it."""
        return cls.name.split(".")[2]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who caused a change, and by which request."""

    actor: str
    client: str
    request_id: str | None = None


SYSTEM = Origin(actor="system", client="system")
"""Changes that no caller asked for: loads at start, scheduled jobs."""


def attribute(session: AsyncSession, origin: Origin) -> None:
    """Say who causes the changes of this session; without it they are the system's."""
    session.info[_ORIGIN] = origin


async def record(
    session: AsyncSession,
    fact: Event,
    *,
    reason: str | None = None,
    successor: str | None = None,
    place: Place | None = None,
) -> UUID:
    """Add `fact` to the transaction of `session`; return its id.

    `reason` and `successor` belong to deletions; `place` is where the subject lies, for facts that
    have an audience. The aggregate's row should be locked: then this is
    one statement. If another transaction took the same place in the subject's history, we
    wait for its end and take the next.
    """
    if (fact.audience is None) != (place is None):
        raise TypeError(f"{fact.name}: a place is said for an audience, and for it only")
    origin: Origin = session.info.get(_ORIGIN, SYSTEM)
    values = {
        "id": uuid7(),
        "name": fact.name,
        "subject": fact.subject,
        "actor": origin.actor,
        "client": origin.client,
        "request_id": origin.request_id,
        "reason": reason,
        "successor": successor,
        "data": fact.model_dump(mode="json"),
        "audience": fact.audience.scope if fact.audience else None,
        "place": {name: sorted(values) for name, values in (place or {}).items()},
    }
    placed = None
    while placed is None:
        placed = await session.scalar(_recording(fact.service()), values)
    made: UUID = placed
    return made


def event_table(metadata: MetaData) -> Table:
    """Return the table of what happened in the schema of `metadata`.

    `visible_after` is the transaction that must have ended, with all the older ones, before the row
    is read: the writing one, or a younger one that wrote the previous event of the same subject.
    `audience` is a scope, null for events that all may read; `place` says where the subject lies.
    """
    table = Table(
        "event",
        metadata,
        Column("id", Uuid(), primary_key=True),
        Column("visible_after", BigInteger(), nullable=False),
        Column("sequence", BigInteger(), Identity(always=True), nullable=False),
        Column("name", Text(), nullable=False),
        Column("subject", Text(), nullable=False),
        Column("subject_sequence", BigInteger(), nullable=False),
        Column(
            "occurred_at",
            DateTime(timezone=True),
            nullable=False,
            server_default=func.clock_timestamp(),
        ),
        Column("actor", Text(), nullable=False),
        Column("client", Text(), nullable=False),
        Column("request_id", Text()),
        Column("reason", Text()),
        Column("successor", Text()),
        Column("data", JSON(), nullable=False, server_default=text("'{}'::json")),
        Column("audience", Text()),
        Column("place", JSONB(), nullable=False, server_default=text("'{}'::jsonb")),
        UniqueConstraint("subject", "subject_sequence"),
        Index(None, "visible_after", "sequence", unique=True),
        Index(
            "ix_event_open",
            *("visible_after", "sequence"),
            postgresql_where=text("audience IS NULL"),
        ),
    )
    for statement in append_only(table.schema or "public", table.name):
        ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", ddl)
    return table


def with_audience(schema: str) -> tuple[str, ...]:
    """Return the DDL that gives an older table of events its audience; both columns are new."""
    columns = "ADD audience text, ADD place jsonb NOT NULL DEFAULT '{}'"
    rows = "(visible_after, sequence) WHERE audience IS NULL"
    return (
        f"ALTER TABLE {schema}.event {columns}",
        f"CREATE INDEX ix_event_open ON {schema}.event {rows}",
    )


def with_audience_undone(schema: str) -> tuple[str, ...]:
    """Return the DDL that undoes `with_audience`; it fails while a row has an audience."""
    return (
        f"ALTER TABLE {schema}.event ADD CONSTRAINT all_may_read CHECK (audience IS NULL)",
        f"ALTER TABLE {schema}.event DROP CONSTRAINT all_may_read, DROP audience, DROP place",
    )


def append_only(schema: str, table: str) -> tuple[str, ...]:
    """Return the DDL that makes a table refuse UPDATE, DELETE and TRUNCATE, whoever asks."""
    function = f"{schema}.refuse_change_of_{table}()"
    refusal = f"'{schema}.{table} is append-only' USING ERRCODE = 'restrict_violation'"
    body = f"$$ BEGIN RAISE EXCEPTION {refusal}; END $$"
    moments = "BEFORE UPDATE OR DELETE OR TRUNCATE"
    return (
        f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS {body}",
        f"CREATE TRIGGER append_only {moments} ON {schema}.{table} EXECUTE FUNCTION {function}",
    )


def append_only_undone(schema: str, table: str) -> tuple[str, ...]:
    """Return the DDL that undoes `append_only`; run it before the table is dropped."""
    return (
        f"DROP TRIGGER append_only ON {schema}.{table}",
        f"DROP FUNCTION {schema}.refuse_change_of_{table}()",
    )


@cache
def events_of(service: str) -> Table:
    """Return the events of one service, for statements."""
    return event_table(MetaData(schema=service))


@cache
def _recording(service: str) -> ReturningInsert[UUID]:
    """Return the INSERT that gives an event its place in its subject's history.

    An older transaction may write after a younger one: the event then becomes visible with the
    younger one's, never before it.
    """
    table = events_of(service)
    now = cast(cast(func.pg_current_xact_id(), Text), BigInteger)
    last = (
        select(table.c.visible_after, table.c.subject_sequence)
        .where(table.c.subject == bindparam("subject", type_=Text))
        .order_by(table.c.subject_sequence.desc())
        .limit(1)
        .subquery("last")
    )
    given = (
        *("id", "name", "subject", "actor", "client", "request_id"),
        *("reason", "successor", "data", "audience", "place"),
    )
    here = select(literal_column("1")).subquery("here")
    placed = select(
        func.greatest(now, last.c.visible_after),
        func.coalesce(last.c.subject_sequence, 0) + 1,
        *(bindparam(name, type_=table.c[name].type) for name in given),
    ).select_from(here.outerjoin(last, true()))
    return (
        insert(table)
        .from_select(["visible_after", "subject_sequence", *given], placed, include_defaults=False)
        .on_conflict_do_nothing(index_elements=["subject", "subject_sequence"])
        .returning(table.c.id)
    )
