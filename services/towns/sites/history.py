"""The SQL of what happened to a site, and of where it was."""

from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Table,
    Text,
    Uuid,
    cast,
    func,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from chassis.perimeters import Single
from chassis.statements import bound, code, instant, json_of
from services.towns.sites.actions import PATH
from services.towns.sites.places import OF_SITES, WITH_PLACE, site
from services.towns.sites.tables import Site, SiteEvent, SitePremises

_EVENTS, _PREMISES = (
    SiteEvent.metadata.tables["towns.site_event"],
    SitePremises.metadata.tables["towns.site_premises"],
)
_event, _premises = _EVENTS.c, _PREMISES.c
_next = _PREMISES.alias("next")
_NONE: ColumnElement[Any] = literal_column("'[]'::json")
_END: ColumnElement[Any] = literal_column("'infinity'::date")
_ONE: ColumnElement[Any] = literal_column("1")


def _whole(
    table: Table, item: ColumnElement[Any], *order: ColumnElement[Any], below: str
) -> Single:
    """Return the rows of a site as the one page that holds them all, at the path `below` it."""
    listed = func.coalesce(func.json_agg(aggregate_order_by(item, *order)), _NONE, type_=JSON)
    rows = select(listed).select_from(table).where(table.c.site_id == site.id)
    body = cast(json_of(items=rows.correlate(Site.__table__).scalar_subquery()), Text)
    chosen = select(
        func.convert_to(body, literal_column("'UTF8'")), null(), PATH.concat(code(below))
    )
    return Single(
        chosen.select_from(WITH_PLACE).where(site.id == bound("id", Uuid)), perimeter=OF_SITES
    )


EVENTS = _whole(
    _EVENTS,
    json_of(
        **{
            name: _event[name]
            for name in (
                *("number", "kind", "status", "effect_on", "latest_on", "precision", "motive"),
                *("confidence", "source_url", "author"),
            )
        },
        recorded_at=instant(_event.recorded_at),
    ),
    func.coalesce(_event.effect_on, _END),
    _event.number,
    below="/events",
)

_AFTER = (
    select(_next.c.valid_from)
    .where(_next.c.site_id == _premises.site_id, _next.c.number == _premises.number + _ONE)
    .correlate(_PREMISES)
)
PREMISES = _whole(
    _PREMISES,
    json_of(
        **{
            name: _premises[name]
            for name in (
                *("number", "kind", "description", "owner_kind", "owner", "address"),
                *("insee_code", "lon", "lat", "valid_from", "precision"),
            )
        },
        valid_until=_AFTER.scalar_subquery(),
        current=~_AFTER.exists(),
        **{name: _premises[name] for name in ("confidence", "source_url", "author")},
        recorded_at=instant(_premises.recorded_at),
    ),
    _premises.number,
    below="/premises",
)
