"""A collection as callers may list it: filters, orders, formats, and the SQL that answers.

A `Listing` is declared once beside the tables; its statements are compiled at first use, one for
each combination of filters, and kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from chassis.perimeters import Dimensions, inside
from chassis.statements import Statement, compiled, unseen

Kind = Literal["page", "count", "items", "cells", "features"]


class Path(NamedTuple):
    """How an index brings the rows of a stratum in order, such as that of a table joined.

    `keys` are as many as those of the order, and unique together.
    """

    source: FromClause
    condition: ColumnElement[bool]
    keys: tuple[ColumnElement[Any], ...]


class Stratum(NamedTuple):
    """A rank of rows, all better than those of the next.

    `ordered` rows come in order from one index, as far as a page needs; the others are few, found
    by another index and sorted: left alone, the planner walks the whole order to find them.
    Where the rows of a page have a `path` of their own, `standing` is what a file sorts them by.
    """

    condition: ColumnElement[bool]
    ordered: bool
    path: Path | None = None
    standing: ColumnElement[Any] | None = None


@dataclass(frozen=True)
class Order:
    """A sort: expressions that are never null, the last one unique.

    `strata` share out the rows of the filter `within`; within each the keys decide. A page is
    taken from one after the other: the last are not looked for when the first ones fill it.
    """

    keys: tuple[ColumnElement[Any], ...]
    strata: tuple[Stratum, ...] = ()
    within: str = ""


@dataclass(frozen=True, eq=False)
class Listing:
    """One collection.

    `item` is the JSON object of a row, as text; `variants` replaces it while a filter is in use
    (a distance exists only with `near`). `filters` are conditions over bind parameters named as
    the query's bindings; the first of `orders` is the default. `cells` are the flat columns of
    the tabular exports, `place` is longitude and latitude in WGS 84 degrees. `remarks` are said
    beside the items of every page; `sources` is the path that tells where the facts of a file come
    from, and its licence. `max_age` is how many seconds a caller may keep an answer
    without asking again. `perimeter` says where a row lies, for callers who do not see all of them:
    without it they see none.
    """

    name: str
    source: FromClause
    item: ColumnElement[str]
    orders: Mapping[str, Order]
    filters: Mapping[str, ColumnElement[bool]]
    cells: Mapping[str, ColumnElement[Any]]
    variants: Mapping[str, ColumnElement[str]] = field(default_factory=dict)
    place: tuple[ColumnElement[float], ColumnElement[float]] | None = None
    remarks: Callable[[], Mapping[str, Any]] = dict
    sources: str = ""
    max_age: int = 0
    perimeter: Dimensions = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement depends on, apart from the values: the key under which it is kept.

    `within` names the dimensions that limit the caller; `None`: nothing does.
    """

    kind: Kind
    used: frozenset[str]
    sort: str
    continued: bool = False
    projected: bool = False
    stratum: int = 0
    within: frozenset[str] | None = None


@lru_cache(maxsize=1024)
def statement(listing: Listing, shape: Shape) -> Statement:
    """Return the compiled SELECT of one shape of query."""
    order = listing.orders[shape.sort.removeprefix("-")]
    backwards = shape.sort.startswith("-")
    if shape.kind == "page" and order.strata:
        return compiled(_in_one(_in_strata(listing, shape, order)))
    chosen = select(*_selected(listing, shape, order)).select_from(listing.source)
    chosen = chosen.where(*_conditions(listing, shape))
    if shape.kind == "count":
        return compiled(chosen)
    if shape.kind == "page":
        chosen = chosen.limit(_LIMIT)
    if shape.continued:
        chosen = chosen.where(_after(order.keys, backwards=backwards))
    if order.strata:
        ranks = [(stratum.condition, rank) for rank, stratum in enumerate(order.strata)]
        chosen = chosen.order_by(case(*ranks, else_=len(ranks)))
    for stratum in order.strata:
        if stratum.standing is not None:
            chosen = chosen.order_by(case((stratum.condition, stratum.standing)))
    chosen = chosen.order_by(*[key.desc() if backwards else key for key in order.keys])
    return compiled(_in_one(chosen) if shape.kind == "page" else chosen)


def _in_one(rows: Select[Any]) -> Select[Any]:
    """Return a page as one row: its items joined, how many rows were found, the last one's marks.

    The rows are one more than the page, if there are as many, and that one is left out. Postgres
    sends a long value at once, but many rows by 8 KB, and each piece wakes the service.
    """
    found = rows.subquery()
    row = select(found, func.row_number().over().label("place")).subquery().c
    item, *marks = [column for column in row if column.name != "place"]
    joined = func.string_agg(item, aggregate_order_by(literal_column("','"), row.place))
    last = row.place == _LIMIT - literal_column("1")
    return select(
        func.convert_to(joined.filter(row.place < _LIMIT), _UTF8),
        func.count(),
        *[func.max(mark).filter(last) for mark in marks],
    )


def _in_strata(listing: Listing, shape: Shape, order: Order) -> Select[Any]:
    """Return a page that looks into a stratum only when those before it do not fill it."""
    parts = []
    # a path leaves nothing to choose
    limit = unseen(_LIMIT) if any(stratum.path for stratum in order.strata) else _LIMIT
    for number, stratum in list(enumerate(order.strata))[shape.stratum :]:
        path = stratum.path or Path(listing.source, stratum.condition, order.keys)
        marks = [key.label(f"key_{n}") for n, key in enumerate(path.keys)]
        chosen = select(_item(listing, shape).label("item"), *marks).select_from(path.source)
        chosen = chosen.where(path.condition, *_conditions(listing, shape, but=order.within))
        if shape.continued and number == shape.stratum:
            chosen = chosen.where(_after(path.keys, backwards=False))
        if stratum.ordered:
            chosen = chosen.order_by(*path.keys).limit(limit)
        else:
            chosen = chosen.offset(literal_column("0"))
        found = chosen.subquery()
        rank: ColumnElement[str] = literal_column(f"'{number}'").label("rank")
        keys = [found.c[mark.name] for mark in marks]
        texts = [cast(key, Text).label(f"mark_{n}") for n, key in enumerate(keys)]
        shown = [found.c.item, rank, *texts]
        parts.append(select(*shown).order_by(*keys).limit(limit).subquery().select())
    return select(union_all(*parts).subquery()).limit(limit)


def _conditions(listing: Listing, shape: Shape, *, but: str = "") -> list[ColumnElement[bool]]:
    used = (shape.used & listing.filters.keys()) - {but}
    conditions = [listing.filters[name] for name in sorted(used)]
    if shape.within is not None:
        conditions.append(inside(listing.perimeter, shape.within))
    return conditions


def _selected(listing: Listing, shape: Shape, order: Order) -> list[ColumnElement[Any]]:
    match shape.kind:
        case "count":
            return [func.count()]
        case "page":
            marks = [cast(key, Text).label(f"mark_{n}") for n, key in enumerate(order.keys)]
            return [_item(listing, shape).label("item"), *marks]
        case "items":
            return [_item(listing, shape)]
        case "cells":
            return [cell.label(name) for name, cell in listing.cells.items()]
        case "features":
            return [_feature_of(listing, _item(listing, shape))]


_LIMIT: ColumnElement[int] = bindparam("limit", type_=Integer)
_UTF8: ColumnElement[str] = literal_column("'UTF8'")


def _item(listing: Listing, shape: Shape) -> ColumnElement[Any]:
    found = [item for name, item in listing.variants.items() if name in shape.used]
    item = found[0] if found else listing.item
    if not shape.projected:
        return item
    pair = func.json_each(cast(item, JSON)).table_valued("key", "value")
    kept = pair.c.key == func.any(bindparam("fields", type_=ARRAY(Text)))
    # json_object_agg prints spaces
    members = func.string_agg(func.concat(func.to_json(pair.c.key), ":", pair.c.value), ",")
    return func.concat("{", select(members).where(kept).scalar_subquery(), "}")


def _after(keys: tuple[ColumnElement[Any], ...], *, backwards: bool) -> ColumnElement[bool]:
    marks = [cast(bindparam(f"after_{n}", type_=Text), key.type) for n, key in enumerate(keys)]
    here, there = tuple_(*keys), tuple_(*marks)
    return here < there if backwards else here > there


def _feature_of(listing: Listing, item: ColumnElement[Any]) -> ColumnElement[Any]:
    if listing.place is None:
        raise ValueError(f"{listing.name} has no place")
    key = next(iter(listing.orders.values())).keys[-1]
    return feature(key, listing.place, properties=item)


def feature(
    key: ColumnElement[Any],
    place: tuple[ColumnElement[float], ColumnElement[float]],
    *,
    properties: ColumnElement[Any],
) -> ColumnElement[str]:
    """Return a GeoJSON feature as text; its geometry is null where the place is unknown."""
    lon, lat = place
    point = func.concat('{"type":"Point","coordinates":[', lon, ",", lat, "]}")
    return func.concat(
        '{"type":"Feature","id":',
        func.to_json(key),
        ',"geometry":',
        case((lon.is_(None), "null"), else_=point),
        ',"properties":',
        properties,
        "}",
    )
