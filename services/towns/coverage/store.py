"""The SQL of coverage: people, needs and sites of one moment, and the places that may get one."""

from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Date,
    FromClause,
    Select,
    case,
    func,
    lateral,
    literal_column,
    or_,
    select,
    true,
)

from chassis.statements import any_of, bound, code, compiled
from services.towns.needs.tables import Need
from services.towns.sites.points import open_on
from services.towns.sites.tables import Site, SiteEvent, SitePremises
from services.towns.tables import Commune, Department, Region

_commune, _region = Commune.__table__.c, Region.__table__.c
_department, _need, _site = Department.__table__.c, Need.__table__.c, Site.__table__.c
_event, _premises = SiteEvent.__table__.c, SitePremises.__table__.c

_AS_OF = func.coalesce(bound("as_of", Date), func.current_date())
_PLACED = _commune.lon.is_not(None) & _commune.population.is_not(None)
_OPEN = (code("open"), code("relocated"))
_ONE: ColumnElement[Any] = literal_column("1")


def _rows(chosen: Select[Any]) -> ColumnElement[Any]:
    """Return the rows of a SELECT as JSON arrays: so the whole answer is of one moment."""
    part = chosen.subquery()
    made = select(func.json_agg(func.json_build_array(*part.c), type_=JSON)).scalar_subquery()
    return func.coalesce(made, literal_column("'[]'::json"))


_recorded_on = func.date(func.timezone(literal_column("'UTC'"), _event.recorded_at))
_announced_on = func.date(func.timezone(literal_column("'UTC'"), _site.created_at))


def _last(*told: ColumnElement[bool]) -> FromClause:
    """Return the status of the last event of a site that is so."""
    said = select(_event.status).where(_event.site_id == _site.id, *told)
    return lateral(said.order_by(_event.number.desc()).limit(_ONE))


_opened = _last(_event.status.in_(_OPEN), _event.latest_on <= _AS_OF)
_moved = _last(_event.status.not_in(_OPEN), func.least(_event.effect_on, _recorded_on) <= _AS_OF)
# a known site may have no event that says how it stands: it does since we know of it
_stated = case((_site.status.not_in(_OPEN) & (_announced_on <= _AS_OF), _site.status))
_STATUS = case((open_on(_AS_OF), _opened.c.status), else_=func.coalesce(_moved.c.status, _stated))
"""How a site stood on the day: open where it surely was, else by the last that is told of it."""

_begun = or_(_premises.valid_from.is_(None), _premises.valid_from <= _AS_OF)
_housed: FromClause = lateral(
    select(_premises.lon, _premises.lat, _premises.insee_code)
    .where(_premises.site_id == _site.id, _begun)
    .order_by(_premises.number.desc())
    .limit(_ONE)
)
_SITES = (
    select(
        _site.id,
        func.coalesce(_housed.c.lon, _commune.lon),
        func.coalesce(_housed.c.lat, _commune.lat),
        _commune.region_code,
        _commune.department_code,
    )
    .select_from(
        Site.__table__.outerjoin(_opened, true())
        .outerjoin(_moved, true())
        .outerjoin(_housed, true())
    )
    .join(
        Commune.__table__,
        _commune.insee_code == func.coalesce(_housed.c.insee_code, _site.insee_code),
    )
    .where(any_of(_STATUS, "site_statuses"))
)
_NEEDS = select(
    _need.status, _need.volume_count, func.coalesce(_need.acv_id, _need.epci_siren)
).where(_need.status.in_([code("declared"), code("qualified")]), _need.expires_on >= _AS_OF)
_COMMUNES = select(
    *(_commune.insee_code, _commune.lon, _commune.lat, _commune.population, _commune.region_code),
    *(_commune.acv_id, _commune.epci_siren),
).where(_PLACED)

GROUND = compiled(
    select(
        _AS_OF.label("as_of"),
        _rows(_COMMUNES).label("communes"),
        _rows(select(_region.code, _region.name).order_by(_region.code)).label("regions"),
        _rows(
            select(_department.code, _department.name, _department.region_code).order_by(
                _department.code
            )
        ).label("departments"),
        _rows(_NEEDS).label("needs"),
        _rows(_SITES).label("sites"),
        select(func.count()).where(~_PLACED).scalar_subquery().label("other_communes_count"),
        select(func.min(_commune.population_year))
        .where(_PLACED)
        .scalar_subquery()
        .label("earliest_year"),
        select(func.max(_commune.population_year))
        .where(_PLACED)
        .scalar_subquery()
        .label("latest_year"),
    )
)
"""Everything that is counted, in one row."""
PARTS = ("communes", "regions", "departments", "needs", "sites")
"""The columns of it that are JSON arrays of rows."""
