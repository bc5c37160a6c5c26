"""The SQL of the places that may get a site, within what the caller may know of."""

from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    FromClause,
    Text,
    Uuid,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from chassis.perimeters import Single
from chassis.statements import any_of, bound, code, compiled
from services.towns.applications.places import OF_APPLICATIONS
from services.towns.applications.tables import Application
from services.towns.calls.places import OF_CALLS
from services.towns.calls.tables import Call
from services.towns.tables import Commune, Epci, Town, TownCommune

_commune, _epci, _town = Commune.__table__.c, Epci.__table__.c, Town.__table__.c
_of_town, _bid, _call = TownCommune.__table__.c, Application.__table__.c, Call.__table__.c
_UNTAGGED: ColumnElement[Any] = literal_column("NULL::bigint")
_NO_PATH: ColumnElement[Any] = literal_column("NULL::text")

ASKED = ("application_ids", "acv_ids", "insee_codes", "epci_sirens")
"""How places are asked for."""


def _shown(
    asked: str, kind: str, *, key: ColumnElement[Any], name: ColumnElement[Any]
) -> list[ColumnElement[Any]]:
    """Return what is read of a place, of a row joined to the commune of its site."""
    place = (_commune.lon, _commune.lat, _commune.region_code, _commune.department_code)
    return [code(asked), code(kind), cast(key, Text), name, _commune.insee_code, *place]


def _at(source: FromClause, insee_code: ColumnElement[Any]) -> FromClause:
    return source.join(Commune.__table__, _commune.insee_code == insee_code)


_primary = (_of_town.acv_id == _town.acv_id) & _of_town.is_primary
_towns = select(*_shown("acv_ids", "town", key=_town.acv_id, name=_town.name)).select_from(
    _at(Town.__table__.join(TownCommune.__table__, _primary), _of_town.insee_code)
)
_communes = select(*_shown("insee_codes", "commune", key=_commune.insee_code, name=_commune.name))
_epcis = select(*_shown("epci_sirens", "epci", key=_epci.siren, name=_epci.name)).select_from(
    _at(Epci.__table__, _epci.main_commune_insee)
)
PLACES = compiled(
    union_all(
        _towns.where(any_of(_town.acv_id, "acv_ids")),
        _communes.where(any_of(_commune.insee_code, "insee_codes")),
        _epcis.where(any_of(_epci.siren, "epci_sirens")),
    )
)
"""Official places: open data."""

_preferred = _bid.submitted["places"][0]["insee_code"].as_string()
_rows = func.json_agg(
    func.json_build_array(*_shown("application_ids", "application", key=_bid.id, name=_bid.title)),
    type_=JSON,
)
BIDS = Single(
    select(func.coalesce(_rows, literal_column("'[]'::json")), _UNTAGGED, _NO_PATH)
    .select_from(_at(Application.__table__, _preferred))
    .where(any_of(_bid.id, "application_ids", kind=Uuid), _bid.call_id == bound("call_id", Uuid)),
    perimeter=OF_APPLICATIONS,
)
"""Bids of a call that the caller may know of, in one row: where their site would be, is the first
place of what was last submitted."""

CALL = Single(
    select(_call.id, _UNTAGGED, _NO_PATH).where(_call.id == bound("call_id", Uuid)),
    perimeter=OF_CALLS,
)
"""A call, for those who may know of it."""
