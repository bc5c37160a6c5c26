"""Where sites lie: in the commune of today, for the centre that they are attached to."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, func, select
from sqlalchemy.dialects.postgresql import array

from chassis.database import WriteSession
from chassis.identity import Place
from chassis.perimeters import Dimensions
from services.towns.sites.errors import UnknownCommune
from services.towns.sites.tables import CnamCentre, Site
from services.towns.tables import Commune
from services.towns.territories import placed

site = Site.__table__.c
commune = Commune.__table__.c
centre = CnamCentre.__table__.c

WITH_PLACE = Site.__table__.join(
    Commune.__table__, site.insee_code == commune.insee_code
).outerjoin(CnamCentre.__table__, site.centre_code == centre.code)
"""Sites with their commune and their centre, if there is one."""

_COMMUNE: dict[str, ColumnElement[Any]] = {
    "department": commune.department_code,
    "region": commune.region_code,
    "epci": commune.epci_siren,
    "town": array(
        [commune.insee_code, func.coalesce(commune.acv_id, commune.insee_code)], type_=Text
    ),
}
OF_SITES: Dimensions = {**_COMMUNE, "centre": site.centre_code}
"""Of a row of `WITH_PLACE`."""


async def place_of_site(session: WriteSession, site_id: UUID) -> Place:
    """Return where a site lies."""
    asked = select(*[value.label(name) for name, value in OF_SITES.items()])
    found = await session.execute(asked.select_from(WITH_PLACE).where(site.id == site_id))
    return placed(found.mappings().one())


async def place_in_commune(
    session: WriteSession, insee_code: str, *, centre_code: str | None
) -> Place:
    """Return where a site of a centre would lie in a commune.

    Raises:
        UnknownCommune: we hold no commune with this code.
    """
    asked = select(*[value.label(name) for name, value in _COMMUNE.items()])
    found = await session.execute(asked.where(commune.insee_code == insee_code))
    row = found.mappings().one_or_none()
    if row is None:
        raise UnknownCommune
    return placed({**row, "centre": centre_code})
