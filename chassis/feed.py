"""The change feed: what happened in one schema, in order, without ever skipping a late commit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)

from chassis.database import ReadPool
from chassis.events import events_of
from chassis.identity import Audiences
from chassis.statements import Statement, compiled, instant, json_of


class Position(NamedTuple):
    """A place in the feed: what a cursor holds."""

    visible_after: int
    sequence: int


START = Position(0, 0)
_NOBODY: Audiences = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """What a reader of the feed asks for."""

    after: Position = START
    names: tuple[str, ...] | None = None
    subject: str | None = None
    limit: int = 50
    audiences: Audiences = field(default_factory=dict)


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
    A page that is not full ends where the feed ends for this reader, whatever the filters left out:
    what is for others does not move it.
    """
    named, about = query.names is not None, query.subject is not None
    made = _reading(service, _sight(query.audiences), named=named, about=about)
    values = {
        **_bounds(query.audiences),
        "visible_after": query.after.visible_after,
        "sequence": query.after.sequence,
        "names": list(query.names or ()),
        "subject": query.subject,
        "limit": query.limit + 1,
    }
    found = await connection.fetch(made.sql, *made.arguments(values))
    rows = [row for row in found if row[0] is not None]
    kept = rows[: query.limit]
    more = len(rows) > query.limit
    after = Position(*kept[-1][1:3]) if more else max(query.after, _end(found[0][3:]))
    return FeedPage([row[0] for row in kept], after, more=more)


async def feed_end(
    connection: ReadPool | asyncpg.Connection, service: str, *, audiences: Audiences = _NOBODY
) -> Position:
    """Return the place after all that can be read now, for a reader of only what comes next."""
    made = _ending(service, _sight(audiences))
    rows = await connection.fetch(made.sql, *made.arguments(_bounds(audiences)))
    return _end(rows[0]) if rows else START


def _end(marks: Sequence[int | None]) -> Position:
    visible_after, sequence = marks
    return START if visible_after is None or sequence is None else Position(visible_after, sequence)


_Sight = tuple[tuple[str, frozenset[str] | None], ...]
"""The audiences of a reader: each scope, and the dimensions that limit it."""


def _sight(audiences: Audiences) -> _Sight:
    return tuple(
        (scope, None if limits is None else frozenset(limits))
        for scope, limits in sorted(audiences.items())
    )


def _bounds(audiences: Audiences) -> dict[str, list[str]]:
    return {
        f"{scope} {name}": sorted(values)
        for scope, limits in audiences.items()
        for name, values in (limits or {}).items()
    }


def _shown(table: Table, sight: _Sight) -> ColumnElement[bool]:
    """Whether a row is for everybody, or for a reader of this sight."""
    told: list[ColumnElement[bool]] = [table.c.audience.is_(None)]
    for scope, within in sight:
        for_them = table.c.audience == scope
        told.append(for_them if within is None else for_them & _lies(table, scope, within))
    return or_(*told)


def _lies(table: Table, scope: str, within: frozenset[str]) -> ColumnElement[bool]:
    """Whether a row lies within the values bound for a scope, in one dimension at least."""
    places = [
        func.jsonb_exists_any(
            table.c.place[name], bindparam(f"{scope} {name}", type_=ARRAY(Text)), type_=Boolean
        )
        for name in sorted(within)
    ]
    return or_(false(), *places)


@cache
def _reading(service: str, sight: _Sight, *, named: bool, about: bool) -> Statement:
    """Return the statement of one set of filters: at least one row, each with the feed's end."""
    table = events_of(service)
    mark = (bindparam("visible_after", type_=BigInteger), bindparam("sequence", type_=BigInteger))
    chosen = (
        select(
            func.convert_to(cast(_cloud_event(service), Text), literal_column("'UTF8'")).label(
                "body"
            ),
            table.c.visible_after,
            table.c.sequence,
        )
        .where(tuple_(table.c.visible_after, table.c.sequence) > tuple_(*mark))
        .where(_readable(table), _shown(table, sight))
        .order_by(table.c.visible_after, table.c.sequence)
        .limit(bindparam("limit", type_=Integer))
    )
    if named:
        chosen = chosen.where(table.c.name == func.any(bindparam("names", type_=ARRAY(Text))))
    if about:
        chosen = chosen.where(table.c.subject == bindparam("subject", type_=Text))
    page, end = chosen.subquery("page"), _last(service, sight).subquery("ending")
    here = select(literal_column("1")).subquery("here")
    return compiled(
        select(page.c.body, page.c.visible_after, page.c.sequence, *end.c)
        .select_from(here.outerjoin(page, true()).outerjoin(end, true()))
        .order_by(page.c.visible_after, page.c.sequence)
    )


@cache
def _ending(service: str, sight: _Sight) -> Statement:
    return compiled(_last(service, sight))


def _last(service: str, sight: _Sight) -> Select[tuple[int, int]]:
    """Select the last event that this sight can read.

    Its place, not the horizon's: transaction ids that no committed row holds may come again after
    a crash, and what they write would then be skipped.
    """
    table = events_of(service)
    return (
        select(table.c.visible_after, table.c.sequence)
        .where(_readable(table), _shown(table, sight))
        .order_by(table.c.visible_after.desc(), table.c.sequence.desc())
        .limit(literal_column("1"))
    )


def _readable(table: Table) -> ColumnElement[bool]:
    horizon = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
    return table.c.visible_after < horizon


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
