"""Where conventions lie: who may know of a text depends on how far it is.

Decision: docs/decisions/0075.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, case, literal_column, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from chassis.database import WriteSession
from chassis.identity import KIND, OWN, PUBLISHED, Place
from chassis.perimeters import Dimensions
from chassis.statements import code
from services.towns.conventions import policy
from services.towns.conventions.tables import IN_PREPARATION, convention, version
from services.towns.tables import TownCard, card
from services.towns.territories import OF_TOWNS, placed

_KINDS = ("acv_directorate", "ministry", "cnam_national", "evaluator")
"""Those who may know of a text, wherever the town is, once the regional committee has seen it."""

opened = version.alias("opened")
"""The version in preparation."""

WITH_TOWN = convention.join(TownCard.__table__, convention.c.acv_id == card.acv_id)
WITH_OPENED = WITH_TOWN.outerjoin(
    opened,
    (opened.c.convention_id == convention.c.id)
    & literal_column(IN_PREPARATION.replace("status", "opened.status")),
)
"""Conventions with their town and the version in preparation, if there is one."""


def of_version(column: ReadOnlyColumnCollection[str, Any]) -> Dimensions:
    """Return where a version lies, of a row joined to the card of its town."""
    seen = column.status.in_([code("observed"), code("deliberated"), code("signed")])
    return {
        PUBLISHED: case((column.status == code("signed"), code(PUBLISHED))),
        KIND: case((seen, array([code(kind) for kind in _KINDS], type_=Text))),
        OWN: case((seen, column.organisations)),
        "town": OF_TOWNS["town"],
        "epci": OF_TOWNS["epci"],
        policy.REGION_PREFECTURE: card.region_code,
        policy.DEPARTMENT_PREFECTURE: card.department_codes,
        policy.CNAM_CENTRE: case((seen, card.region_code)),
        policy.REGION_COUNCIL: case((seen, card.region_code)),
    }


_PUBLISHED: ColumnElement[str] = case((convention.c.signed_on.is_not(None), code(PUBLISHED)))
OF_CONVENTIONS: Dimensions = {**of_version(opened.c), PUBLISHED: _PUBLISHED}
"""Of a row of `WITH_OPENED`: what was signed is everybody's, the rest as its text."""

OF_DRAFTS: Dimensions = of_version(opened.c)
"""Of the version in preparation: that of a signed convention is as hidden as any other."""


_ONE_VERSION = WITH_TOWN.join(version, version.c.convention_id == convention.c.id)


async def place_of_convention(session: WriteSession, convention_id: UUID) -> Place:
    """Return where a convention lies."""
    where = _named(OF_CONVENTIONS).select_from(WITH_OPENED)
    return await _placed(session, where.where(convention.c.id == convention_id))


async def place_of_version(session: WriteSession, version_id: UUID) -> Place:
    """Return where a version lies as it is now: whom its events are told to."""
    where = _named(of_version(version.c)).select_from(_ONE_VERSION)
    return await _placed(session, where.where(version.c.id == version_id))


def _named(where: Dimensions) -> Select[Any]:
    return select(*[value.label(name) for name, value in where.items()])


async def _placed(session: WriteSession, where: Select[Any]) -> Place:
    return placed((await session.execute(where)).mappings().one())
