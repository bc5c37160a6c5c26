"""The change feed: what happened in one schema, in order, without ever skipping a late commit."""

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from chassis.database import ReadPool
from chassis.events import events_of
from chassis.statements import Statement, compiled, instant, json_of


class Position(NamedTuple):
    """A place in the feed: what a cursor holds."""

    visible_after: int
    sequence: int


START = Position(0, 0)


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """What a reader of the feed asks for."""

    after: Position = START
    names: tuple[str, ...] | None = None
    subject: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class FeedPage:
    """CloudEvents as JSON bytes, in order, and where to go on: also when there are none yet."""

    items: list[bytes]
    after: Position
    more: bool


async def feed_page(
    connection: ReadPool | asyncpg.Connection, service: str, query: FeedQuery
) -> FeedPage:
    """Read what happened after a position.

    Only rows that no running transaction can still precede are read, hence nothing is ever skipped.
    """
    made = _reading(service)
    values = {
        "visible_after": query.after.visible_after,
        "sequence": query.after.sequence,
        "names": None if query.names is None else list(query.names),
        "subject": query.subject,
        "limit": query.limit + 1,
    }
    rows = await connection.fetch(made.sql, *made.arguments(values))
    kept = rows[: query.limit]
    after = Position(kept[-1][1], kept[-1][2]) if kept else query.after
    return FeedPage([row[0] for row in kept], after, more=len(rows) > query.limit)


@cache
def _reading(service: str) -> Statement:
    table = events_of(service)
    horizon = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
    names = bindparam("names", type_=ARRAY(Text))
    subject = bindparam("subject", type_=Text)
    mark = (bindparam("visible_after", type_=BigInteger), bindparam("sequence", type_=BigInteger))
    chosen = (
        select(
            func.convert_to(cast(_cloud_event(service), Text), literal_column("'UTF8'")),
            table.c.visible_after,
            table.c.sequence,
        )
        .where(tuple_(table.c.visible_after, table.c.sequence) > tuple_(*mark))
        .where(table.c.visible_after < horizon)
        .where(or_(names.is_(None), table.c.name == func.any(names)))
        .where(or_(subject.is_(None), table.c.subject == subject))
        .order_by(table.c.visible_after, table.c.sequence)
        .limit(bindparam("limit", type_=Integer))
    )
    return compiled(chosen)


def _cloud_event(service: str) -> ColumnElement[Any]:
    """Return the CloudEvents 1.0 JSON of a row; actors and clients stay in the audit."""
    row = events_of(service).c
    return json_of(
        specversion=literal_column("'1.0'"),
        id=row.id,
        source=literal_column(f"'/v1/events/{service}'"),
        type=row.name,
        subject=row.subject,
        time=instant(row.occurred_at),
        datacontenttype=literal_column("'application/json'"),
        sequence=cast(row.subject_sequence, Text),
        reason=row.reason,
        successor=row.successor,
        data=row.data,
    )
