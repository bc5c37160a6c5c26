"""The SQL of calls: kept in batches, read by client, forgotten after 400 days."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Text,
    cast,
    delete,
    func,
    literal_column,
    select,
    tuple_,
)

from chassis.database import WriteSession
from chassis.listing import Listing, Order
from chassis.statements import Statement, any_of, bound, instant, json_of
from gateway.partners.clients.store import PERIMETER
from gateway.partners.tables import Call, Client

REMEMBERED = timedelta(days=400)
BATCH = 10_000

_call, _client = Call.__table__.c, Client.__table__.c
_ERROR: ColumnElement[int] = literal_column("400", Integer)
_FAULT: ColumnElement[int] = literal_column("500", Integer)

_DAYS = (
    select(
        _call.client_id,
        cast(func.timezone(literal_column("'UTC'"), _call.at), Date).label("day"),
        _call.operation,
        func.count().label("calls_count"),
        func.count()
        .filter((_call.status >= _ERROR) & (_call.status < _FAULT))
        .label("refused_count"),
        func.count().filter(_call.status >= _FAULT).label("failed_count"),
        cast(func.avg(_call.duration_us), Integer).label("mean_duration_us"),
    )
    .group_by(_call.client_id, literal_column("2"), _call.operation)
    .subquery("used")
)


def _about(client_id: ColumnElement[str]) -> dict[str, ColumnElement[bool]]:
    """Return the conditions that every list has: the client, and whose it is."""
    return {
        "organisation_id": cast(_client.organisation_id, Text) == bound("organisation_id", Text),
        "client_id": client_id == bound("client_id", Text),
    }


_USAGE = {
    name: _DAYS.c[name]
    for name in (
        *("day", "operation", "calls_count", "refused_count", "failed_count"),
        "mean_duration_us",
    )
}
USAGE = Listing(
    name="usage",
    source=_DAYS.join(Client.__table__, _DAYS.c.client_id == _client.id),
    item=cast(json_of(**_USAGE), Text),
    orders={"day": Order((_DAYS.c.day, _DAYS.c.operation))},
    filters={
        **_about(_DAYS.c.client_id),
        "operation": any_of(_DAYS.c.operation, "operation"),
        "day_gte": _DAYS.c.day >= bound("day_gte", Date),
        "day_lte": _DAYS.c.day <= bound("day_lte", Date),
    },
    cells=_USAGE,
    perimeter=PERIMETER,
)

_MADE = {
    "request_id": _call.request_id,
    "at": instant(_call.at),
    "credential": _call.credential,
    "operation": _call.operation,
    "method": _call.method,
    "status": _call.status,
    "code": _call.code,
    "duration_us": _call.duration_us,
}
CALLS = Listing(
    name="calls",
    source=Call.__table__.join(Client.__table__, _call.client_id == _client.id),
    item=cast(json_of(**_MADE), Text),
    orders={"at": Order((_call.at, _call.request_id))},
    filters={
        **_about(_call.client_id),
        "operation": any_of(_call.operation, "operation"),
        "since": _call.at >= bound("since", DateTime(timezone=True)),
        "credential": any_of(_call.credential, "credential"),
        "refused": _call.status >= _ERROR,
    },
    cells=_MADE,
    perimeter=PERIMETER,
)
REFUSALS = replace(CALLS, name="refusals")


_TYPES = {DateTime: "timestamptz", Integer: "int"}
_ARRAYS = ", ".join(
    f"${place}::{_TYPES.get(type(column.type), 'text')}[]" for place, column in enumerate(_call, 1)
)
KEEP = Statement(
    f"INSERT INTO gateway.call ({', '.join(_call.keys())})"  # noqa: S608  # names of our own table
    f" SELECT * FROM unnest({_ARRAYS}) ON CONFLICT DO NOTHING",
    tuple(_call.keys()),
    {},
)
"""Writes a batch, an array for each column; a call that is there already stays as it is."""


def columns(calls: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the values of some calls by column: a row at a time costs ten times as much."""
    return {name: [call[name] for call in calls] for name in KEEP.names}


async def forget(session: WriteSession) -> int:
    """Delete a batch of the calls older than `REMEMBERED`, unless another process is at it."""
    place = func.hashtext("forget calls"), func.hashtext("gateway")
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(*place))):
        return 0
    key = (_call.request_id, _call.at)
    old = select(*key).where(_call.at < func.now() - REMEMBERED).order_by(_call.at).limit(BATCH)
    gone = delete(Call).where(tuple_(*key).in_(old)).returning(Call.request_id)
    return len((await session.execute(gone)).all())
