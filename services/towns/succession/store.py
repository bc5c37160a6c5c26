"""The SQL of the succession of territories."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Numeric,
    Select,
    Text,
    Uuid,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from chassis.database import WriteSession
from chassis.listing import Listing, Order
from chassis.statements import Statement, any_of, bound, code, compiled, json_of
from services.towns.reference.contract import SOURCES_PATH, completeness
from services.towns.succession.tables import CommuneSuccession, RecordedSuccession
from services.towns.tables import Commune, Epci

_official, _recorded = CommuneSuccession.__table__.c, RecordedSuccession.__table__.c
_MOST_LINKS: ColumnElement[int] = literal_column("20")
"""Changes after one another that are followed; official history since 1943 has 4 at most."""
_MILLION: ColumnElement[int] = literal_column("1000000")


def _part(millionths: ColumnElement[Any]) -> ColumnElement[str]:
    share = func.trim_scale(cast(millionths, Numeric) / _MILLION)
    return cast(share, Text)


_edge = union_all(
    select(
        code("commune").label("kind"),
        _official.predecessor_code,
        _official.predecessor_name,
        _official.successor_code,
        _MILLION.label("millionths"),
        _official.effective_on,
        _official.reason,
        cast(null(), Text).label("source_url"),
        cast(null(), Uuid).label("act_id"),
    ),
    select(
        _recorded.kind,
        _recorded.predecessor_code,
        cast(null(), Text),
        _recorded.successor_code,
        _recorded.share_millionths,
        _recorded.effective_on,
        _recorded.reason,
        _recorded.source_url,
        _recorded.act_id,
    ),
).subquery("edge")
_shown = {
    "kind": _edge.c.kind,
    "predecessor_code": _edge.c.predecessor_code,
    "predecessor_name": _edge.c.predecessor_name,
    "successor_code": _edge.c.successor_code,
    "share": _part(_edge.c.millionths),
    "effective_on": _edge.c.effective_on,
    "reason": _edge.c.reason,
    "source_url": _edge.c.source_url,
    "act_id": _edge.c.act_id,
}
_KEYS = (_edge.c.kind, _edge.c.predecessor_code, _edge.c.successor_code, _edge.c.effective_on)

SUCCESSIONS = Listing(
    name="successions",
    source=_edge,
    item=cast(json_of(**_shown), Text),
    orders={
        "predecessor_code": Order((_edge.c.predecessor_code, *_KEYS[:1], *_KEYS[2:])),
        "effective_on": Order((_edge.c.effective_on, *_KEYS[:3])),
    },
    filters={
        "kind": any_of(_edge.c.kind, "kind"),
        "code": or_(
            any_of(_edge.c.predecessor_code, "code"), any_of(_edge.c.successor_code, "code")
        ),
        "reason": any_of(_edge.c.reason, "reason"),
        "effective_on_gte": _edge.c.effective_on >= bound("effective_on_gte", Date),
        "effective_on_lte": _edge.c.effective_on <= bound("effective_on_lte", Date),
    },
    cells=_shown,
    remarks=partial(completeness, "commune_successions"),
    sources=SOURCES_PATH,
)


_KIND, _CODE, _DAY = bound("kind", Text), bound("code", Text), bound("as_of", Date)
_STAYS = _edge.c.successor_code == _edge.c.predecessor_code


def _way() -> CTE:
    """Return every code that a code became on the way: the day it came, its share, how far."""
    share = cast(_edge.c.millionths, Numeric) / _MILLION
    way = (
        select(
            _edge.c.successor_code.label("code"),
            _edge.c.effective_on.label("since"),
            share.label("share"),
            _STAYS.label("stays"),
            literal_column("1").label("depth"),
        )
        .where(_edge.c.kind == _KIND, _edge.c.predecessor_code == _CODE)
        .where(_edge.c.effective_on <= _DAY)
        .cte("way", recursive=True)
    )
    depth = way.c.depth + literal_column("1")
    further = (
        select(_edge.c.successor_code, _edge.c.effective_on, way.c.share * share, _STAYS, depth)
        .select_from(way.join(_edge, _edge.c.predecessor_code == way.c.code))
        .where(_edge.c.kind == _KIND, _edge.c.effective_on <= _DAY)
        .where(_edge.c.effective_on >= way.c.since, ~way.c.stays, way.c.depth < _MOST_LINKS)
    )
    return way.union_all(further)


def _onward() -> Select[Any]:
    """Return the codes at the ends of the way, each with its share, the largest first."""
    way = _way()
    later = _edge.alias("later").c
    left: Select[Any] = select(literal_column("1")).where(
        later.kind == _KIND, later.predecessor_code == way.c.code
    )
    left = left.where(later.effective_on >= way.c.since, later.effective_on <= _DAY, ~way.c.stays)
    share = func.sum(way.c.share)
    shown = cast(func.trim_scale(func.round(share, literal_column("6"))), Text)
    last = select(way.c.code, shown.label("share")).where(~left.exists())
    return last.group_by(way.c.code).order_by(share.desc(), way.c.code)


ONWARD = compiled(_onward())
"""The codes in which a code goes on, on a day, each with its share as text, the largest first."""
PREDECESSORS = compiled(
    select(_edge.c.predecessor_code)
    .where(
        _edge.c.kind == bound("kind", Text),
        _edge.c.successor_code == bound("code", Text),
        _edge.c.predecessor_code != _edge.c.successor_code,
        _edge.c.effective_on <= bound("as_of", Date),
    )
    .distinct()
    .order_by(_edge.c.predecessor_code)
)
_CODES: dict[str, ColumnElement[str]] = {
    "commune": Commune.__table__.c.insee_code,
    "epci": Epci.__table__.c.siren,
}
LIVING: dict[str, Statement] = {
    kind: compiled(select(column).where(any_of(column, "codes"))) for kind, column in _CODES.items()
}
"""Those of some codes that a territory of today has."""


async def serialise(session: WriteSession, kind: str) -> None:
    """Let one change of a kind of territory be recorded at a time: loops are looked for in all."""
    lock = func.pg_advisory_xact_lock(
        func.hashtext("towns.recorded_succession"), func.hashtext(kind)
    )
    await session.execute(select(lock))


async def living(session: WriteSession, kind: str, *, codes: Collection[str]) -> set[str]:
    """Return those of some codes that a territory of today has."""
    column = _CODES[kind]
    return set(await session.scalars(select(column).where(column.in_(codes))))


async def links(session: WriteSession, kind: str) -> Sequence[tuple[str, str, date]]:
    """Return all that is known of one kind: predecessor, successor, day."""
    chosen = select(_edge.c.predecessor_code, _edge.c.successor_code, _edge.c.effective_on)
    found = await session.execute(chosen.where(_edge.c.kind == kind))
    return [(before, after, day) for before, after, day in found]
