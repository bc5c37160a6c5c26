"""The SQL of the features: one town, a page of them, and the box and time of all."""

from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Date,
    Double,
    SmallInteger,
    Text,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
)

from chassis.listing import Listing, Order, feature
from chassis.perimeters import Single
from chassis.statements import any_of, bound, compiled, shares
from services.towns.catalogue.store import SHOWN
from services.towns.reference.contract import attributions
from services.towns.reference.manifest import shipped
from services.towns.tables import PLACE, TownCard, card

_BETWEEN: ColumnElement[str] = literal_column("'|'")


@cache
def attribution() -> str:
    """Return whom to name beside the features."""
    return "\n".join(attributions([entry for entry in shipped() if entry.name in SHOWN]))


_FACTS = (
    func.json_to_record(cast(card.body, JSON))
    .table_valued(
        column("region", JSON),
        column("departments", JSON),
        column("epcis", JSON),
        name="facts",
    )
    .render_derived(with_types=True)
)
"""What the card knows and no column repeats, read in one pass over its text."""


def _key(fact: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    return fact.op("->>")(literal_column(f"'{name}'"))


def _joined(codes: ColumnElement[Any]) -> ColumnElement[Any]:
    text = func.array_to_string(codes, _BETWEEN)
    return func.nullif(text, literal_column("''"))


def _names(facts: ColumnElement[Any]) -> ColumnElement[Any]:
    each = func.json_array_elements(facts).table_valued(column("value", JSON), name="each")
    names = func.string_agg(_key(each.c.value, "name"), _BETWEEN)
    return select(names).select_from(each).correlate(_FACTS).scalar_subquery()


def _properties() -> ColumnElement[Any]:
    """Return the properties as JSON, in the order that a table of attributes shows them."""
    row = (
        select(
            card.acv_id,
            card.name,
            _joined(card.insee_codes).label("insee_code"),
            card.status,
            card.phase,
            card.cohort,
            card.region_code.label("region"),
            _key(_FACTS.c.region, "name").label("region_name"),
            _joined(card.department_codes).label("department"),
            _names(_FACTS.c.departments).label("department_name"),
            _joined(card.epci_sirens).label("epci"),
            _names(_FACTS.c.epcis).label("epci_name"),
            func.nullif(card.population, literal_column("-1")).label("population"),
            card.population_year,
            card.member_from,
            card.attested_from,
            card.member_until,
            card.gone_by,
            card.convention_signed_on,
            _joined(card.wave).label("wave"),
            card.selections_count,
            func.concat(
                bound("public_url", Text), literal_column("'/v1/towns/'"), card.acv_id
            ).label("url"),
        )
        .select_from(_FACTS)
        .correlate(TownCard.__table__)
        .subquery("shown")
    )
    return select(func.row_to_json(literal_column("shown"))).select_from(row).scalar_subquery()


FEATURE = feature(card.acv_id, (card.lon, card.lat), properties=_properties())


def _box(west: str, east: str) -> ColumnElement[bool]:
    low = func.point(bound(west, Double), bound("south", Double))
    high = func.point(bound(east, Double), bound("north", Double))
    return PLACE.op("<@", is_comparison=True)(func.box(low, high))


FEATURES = Listing(
    name="features",
    source=TownCard.__table__,
    item=FEATURE,
    orders={"acv_id": Order((card.acv_id,))},
    filters={
        "acv_id": any_of(card.acv_id, "acv_id"),
        "insee_code": shares(card.insee_codes, "insee_code"),
        "region": any_of(card.region_code, "region"),
        "department": shares(card.department_codes, "department"),
        "epci": shares(card.epci_sirens, "epci"),
        "status": any_of(card.status, "status"),
        "phase": any_of(card.phase, "phase"),
        "cohort": any_of(card.cohort, "cohort", kind=SmallInteger),
        "wave": shares(card.wave, "wave", kind=SmallInteger),
        "bbox": or_(_box("west", "east"), _box("west_again", "east_again")),
        "datetime": (card.attested_from <= bound("last_day", Date))
        & or_(card.gone_by.is_(None), card.gone_by > bound("first_day", Date)),
    },
    cells={},
    place=(card.lon, card.lat),
)

ONE_FEATURE = Single(
    select(
        func.convert_to(
            func.concat(func.left(FEATURE, -1), ',"links":', bound("links", Text), "}"),
            literal_column("'UTF8'"),
        ),
        card.version,
        func.concat("/ogc/collections/towns/items/", card.acv_id),
    ).where(card.acv_id == bound("acv_id", Text))
)

AROUND_ALL = compiled(
    select(
        func.min(card.lon),
        func.min(card.lat),
        func.max(card.lon),
        func.max(card.lat),
        func.min(card.attested_from),
        # the latest day outside, unless a town is still a member
        func.max(func.coalesce(card.gone_by, literal_column("date 'infinity'"))),
    )
)
"""West, south, east, north, first day, first day after; all null while there is no town."""
