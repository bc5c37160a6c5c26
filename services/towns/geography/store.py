"""The SQL of the lists of official places, and of one place."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Integer,
    Text,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from chassis.listing import Listing, Order
from chassis.perimeters import Single
from chassis.statements import any_of, bound, json_of, shares
from services.towns.reference.contract import SOURCES_PATH, completeness
from services.towns.tables import Commune, Department, Epci, ReferenceLoad, Region

AN_HOUR = 3600
"""How long a caller may keep official facts without asking again, seconds."""

_commune, _epci = Commune.__table__.c, Epci.__table__.c
_load = ReferenceLoad.__table__.c
_department, _region = Department.__table__.c, Region.__table__.c


def _vintage(table: str) -> ColumnElement[str]:
    """Return which state of its source a table of facts shows."""
    chosen = select(_load.vintage).where(_load.table_name == literal_column(f"'{table}'"))
    return chosen.scalar_subquery()


def _path(collection: str, key: ColumnElement[str]) -> ColumnElement[str]:
    return literal_column(f"'/v1/{collection}/'").concat(key)


def named(words: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the words of a name answer the search bound under `words`."""
    asked = cast(cast(bound("words", Text), Text), TSQUERY)
    return func.array_to_tsvector(words).op("@@", is_comparison=True)(asked)


def words_of(folded_name: ColumnElement[str]) -> ColumnElement[Any]:
    """Return the words of a folded name."""
    return func.string_to_array(folded_name, literal_column("' '"), type_=ARRAY(Text))


def distance(folded_name: ColumnElement[str]) -> ColumnElement[int]:
    """Return how far a name is from the one bound under `phrase`.

    0 the same, 1 it begins with these words, 2 it holds them, 3 it begins so, 4 other.
    """
    phrase = bound("phrase", Text)
    space: ColumnElement[str] = literal_column("' '")
    words = func.concat(phrase, space)
    tier = case(
        (folded_name == phrase, literal_column("0")),
        (func.starts_with(folded_name, words), literal_column("1")),
        (
            func.strpos(func.concat(space, folded_name, space), func.concat(space, words)) > 0,
            literal_column("2"),
        ),
        (func.starts_with(folded_name, phrase), literal_column("3")),
        else_=literal_column("4"),
    )
    return cast(tier, Integer)


def _orders(
    key: ColumnElement[Any], folded_name: ColumnElement[str], **more: ColumnElement[Any]
) -> dict[str, Order]:
    """Return the orders of a list: by code, by name, by closeness to the search, and more."""
    return {
        key.name: Order((key,)),
        "name": Order((folded_name, key)),
        "relevance": Order((distance(folded_name), folded_name, key)),
    } | {name: Order((value, key)) for name, value in more.items()}


def _counted(column: ColumnElement[Any]) -> dict[str, ColumnElement[bool]]:
    return {
        "population_gte": column >= bound("population_gte", Integer),
        "population_lte": column <= bound("population_lte", Integer),
    }


def _one(listing: Listing, key: ColumnElement[str]) -> Single:
    """Return what finds a place by its code; it has no version of ours."""
    body = func.convert_to(listing.item, literal_column("'UTF8'"))
    chosen = select(body, null(), _path(listing.name, key)).select_from(listing.source)
    return Single(chosen.where(key == bound("code", Text)))


_NAMED_IN = {"communes": ("departments", "regions", "epcis")}
"""The other tables whose facts the items of a list show."""


def _listing(
    name: str,
    source: FromClause,
    *,
    item: ColumnElement[Any],
    orders: Mapping[str, Order],
    filters: Mapping[str, ColumnElement[bool]],
    cells: Mapping[str, ColumnElement[Any]],
) -> Listing:
    return Listing(
        name=name,
        source=source,
        item=cast(item, Text),
        orders=orders,
        filters=filters,
        cells=cells,
        place=(_commune.lon, _commune.lat) if name == "communes" else None,
        remarks=partial(completeness, name, *_NAMED_IN.get(name, ())),
        sources=SOURCES_PATH,
        max_age=AN_HOUR,
    )


_OF_ITS_MEMBERS = select(1).where(_commune.epci_siren == _epci.siren).correlate(Epci.__table__)

COMMUNES = _listing(
    "communes",
    Commune.__table__.join(Department.__table__, _commune.department_code == _department.code)
    .join(Region.__table__, _commune.region_code == _region.code)
    .outerjoin(Epci.__table__, _commune.epci_siren == _epci.siren),
    item=json_of(
        insee_code=_commune.insee_code,
        name=_commune.name,
        department=json_of(code=_department.code, name=_department.name),
        region=json_of(code=_region.code, name=_region.name),
        arrondissement_code=_commune.arrondissement_code,
        siren=_commune.siren,
        epci=case(
            (
                _epci.siren.is_not(None),
                json_of(siren=_epci.siren, name=_epci.name, type=_epci.type),
            )
        ),
        postal_codes=_commune.postal_codes,
        population=case(
            (
                _commune.population.is_not(None) & _commune.population_year.is_not(None),
                json_of(reference_year=_commune.population_year, inhabitants=_commune.population),
            )
        ),
        place=case(
            (
                _commune.lon.is_not(None),
                json_of(lon=_commune.lon, lat=_commune.lat, source=_commune.place_source),
            )
        ),
        acv_id=_commune.acv_id,
        vintage=_vintage("communes"),
        links=json_of(
            self=_path("communes", _commune.insee_code), town=_path("towns", _commune.acv_id)
        ),
    ),
    orders=_orders(
        _commune.insee_code,
        _commune.folded_name,
        population=func.coalesce(_commune.population, literal_column("-1"), type_=Integer),
    ),
    filters={
        "insee_code": any_of(_commune.insee_code, "insee_code"),
        "acv_id": any_of(_commune.acv_id, "acv_id"),
        "region": any_of(_commune.region_code, "region"),
        "department": any_of(_commune.department_code, "department"),
        "epci": any_of(_commune.epci_siren, "epci"),
        "postal_code": shares(_commune.postal_codes, "postal_code"),
        "q": named(_commune.words),
        **_counted(_commune.population),
    },
    cells={
        "insee_code": _commune.insee_code,
        "name": _commune.name,
        "department_code": _commune.department_code,
        "department_name": _department.name,
        "region_code": _commune.region_code,
        "region_name": _region.name,
        "arrondissement_code": _commune.arrondissement_code,
        "siren": _commune.siren,
        "epci_siren": _commune.epci_siren,
        "epci_name": _epci.name,
        "postal_codes": func.array_to_string(_commune.postal_codes, "|"),
        "population": _commune.population,
        "population_year": _commune.population_year,
        "lon": _commune.lon,
        "lat": _commune.lat,
        "place_source": _commune.place_source,
        "acv_id": _commune.acv_id,
    },
)
COMMUNE = _one(COMMUNES, _commune.insee_code)

_EPCI = {
    "siren": _epci.siren,
    "name": _epci.name,
    "type": _epci.type,
    "members_count": _epci.members_count,
    "population": _epci.population,
    "main_commune_insee": _epci.main_commune_insee,
    "department_code": _epci.department_code,
    "region_code": _epci.region_code,
}
EPCIS = _listing(
    "epcis",
    Epci.__table__,
    item=json_of(
        **_EPCI, vintage=_vintage("epcis"), links=json_of(self=_path("epcis", _epci.siren))
    ),
    orders=_orders(_epci.siren, _epci.folded_name, population=_epci.population),
    filters={
        "epci": any_of(_epci.siren, "epci"),
        "type": any_of(_epci.type, "type"),
        "region": any_of(_epci.region_code, "region"),
        "department": any_of(_epci.department_code, "department"),
        "insee_code": _OF_ITS_MEMBERS.where(any_of(_commune.insee_code, "insee_code")).exists(),
        "acv_id": _OF_ITS_MEMBERS.where(any_of(_commune.acv_id, "acv_id")).exists(),
        "q": named(words_of(_epci.folded_name)),
        **_counted(_epci.population),
    },
    cells=_EPCI,
)
EPCI = _one(EPCIS, _epci.siren)

_DEPARTMENT = {
    "code": _department.code,
    "name": _department.name,
    "region_code": _department.region_code,
    "zone": _department.zone,
    "chief_town_insee": _department.chief_town_insee,
}
DEPARTMENTS = _listing(
    "departments",
    Department.__table__,
    item=json_of(
        **_DEPARTMENT,
        vintage=_vintage("departments"),
        links=json_of(self=_path("departments", _department.code)),
    ),
    orders=_orders(_department.code, _department.folded_name),
    filters={
        "region": any_of(_department.region_code, "region"),
        "department": any_of(_department.code, "department"),
        "zone": any_of(_department.zone, "zone"),
        "q": named(words_of(_department.folded_name)),
    },
    cells=_DEPARTMENT,
)
DEPARTMENT = _one(DEPARTMENTS, _department.code)

_REGION = {
    "code": _region.code,
    "name": _region.name,
    "zone": _region.zone,
    "chief_town_insee": _region.chief_town_insee,
}
REGIONS = _listing(
    "regions",
    Region.__table__,
    item=json_of(
        **_REGION, vintage=_vintage("regions"), links=json_of(self=_path("regions", _region.code))
    ),
    orders=_orders(_region.code, _region.folded_name),
    filters={
        "region": any_of(_region.code, "region"),
        "zone": any_of(_region.zone, "zone"),
        "q": named(words_of(_region.folded_name)),
    },
    cells=_REGION,
)
REGION = _one(REGIONS, _region.code)
