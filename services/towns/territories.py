"""Where what belongs to a territory lies: to a programme town, or to an EPCI."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, FromClause, RowMapping, Text, func, select
from sqlalchemy.dialects.postgresql import array

from chassis.database import WriteSession
from chassis.identity import Place
from chassis.perimeters import Dimensions
from services.towns.errors import UnknownEpci, UnknownTown
from services.towns.tables import Epci, TownCard, card

_epci = Epci.__table__.c

OF_TOWNS: Dimensions = {
    "town": func.array_append(card.insee_codes, card.acv_id, type_=ARRAY(Text)),
    "department": card.department_codes,
    "region": card.region_code,
    "epci": card.epci_sirens,
}
"""Of a row joined to the card of its town; a town has the names of `/v1/towns/{code}`."""

_OF_EPCIS: Dimensions = {
    "department": array([_epci.department_code], type_=Text),
    "region": _epci.region_code,
    "epci": array([_epci.siren], type_=Text),
}

OF_TERRITORIES: Dimensions = {
    "town": OF_TOWNS["town"],
    **{name: func.coalesce(OF_TOWNS[name], place) for name, place in _OF_EPCIS.items()},
}
"""Of a row of `with_territory`."""


def with_territory(
    source: FromClause, *, acv_id: ColumnElement[Any], epci_siren: ColumnElement[Any]
) -> FromClause:
    """Return rows that belong to a town (`acv_id`) or to an EPCI, with the card or the EPCI."""
    towns = source.outerjoin(TownCard.__table__, acv_id == card.acv_id)
    return towns.outerjoin(Epci.__table__, epci_siren == _epci.siren)


async def place_of_town(session: WriteSession, acv_id: str) -> Place:
    """Return where a town lies.

    Raises:
        UnknownTown: no programme town has this identifier.
    """
    asked = select(*[value.label(name) for name, value in OF_TOWNS.items()])
    found = (await session.execute(asked.where(card.acv_id == acv_id))).mappings().one_or_none()
    if found is None:
        raise UnknownTown
    return placed(found)


async def place_of_epci(session: WriteSession, siren: str) -> Place:
    """Return where an EPCI lies: in no town, so that a town alone cannot speak for it.

    Raises:
        UnknownEpci: we hold no EPCI with this SIREN.
    """
    asked = select(*[value.label(name) for name, value in _OF_EPCIS.items()])
    found = (await session.execute(asked.where(_epci.siren == siren))).mappings().one_or_none()
    if found is None:
        raise UnknownEpci
    return placed(found)


def placed(row: Mapping[str, Any] | RowMapping) -> Place:
    """Return the place that a row of dimensions tells: each is a value, several, or null."""
    several = {name: [value] if isinstance(value, str) else value for name, value in row.items()}
    return {name: frozenset(values) for name, values in several.items() if values is not None}
