"""Where bids lie: who may know of one depends on whether it was submitted, and on the decision.

Decision: docs/decisions/0077.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import array

from chassis.database import WriteSession
from chassis.identity import KIND, OWN, PUBLISHED, Place
from chassis.perimeters import Dimensions, inside
from chassis.statements import CALLER, bound, code
from services.towns.applications import policy
from services.towns.applications.rules import DECIDED
from services.towns.applications.tables import Application
from services.towns.calls.tables import CallBody
from services.towns.territories import placed

row = Application.__table__.c
_body = CallBody.__table__.c
_NOW: ColumnElement[Any] = literal_column("now()", DateTime(timezone=True))
_PARTIES = [code(kind) for kind in policy.PARTIES]

DECISION = row.status.in_([code(status) for status in sorted(DECIDED)])
_TOLD = row.decision_told_at <= _NOW
_PARTY = bound(f"{CALLER}_kind", Text).in_(_PARTIES)
STANDING: ColumnElement[str] = case(
    (and_(DECISION, ~_TOLD, ~_PARTY), code("examined")), else_=row.status
)
"""Where a bid stands for the caller: `rules.standing`, in SQL."""

WRITTEN_AT: ColumnElement[Any] = case(
    (and_(DECISION, _TOLD), func.greatest(row.updated_at, row.decision_told_at)),
    else_=row.updated_at,
)
"""When a bid last changed for all: a decision is told on its instant, without an act."""


def told(at: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether what is told to others than the parties from an instant on is told to the caller."""
    return (at.is_(None) | (at <= _NOW) | _PARTY).is_(True)


def _once_submitted(values: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((row.submitted_at.is_not(None), values))


_BODIES: ColumnElement[Any] = (
    select(func.array_agg(cast(_body.organisation_id, Text), type_=ARRAY(Text)))
    .where(_body.call_id == row.call_id, _body.organisation_id.is_not(None))
    .correlate(Application.__table__)
    .scalar_subquery()
)

OF_CARRIERS: Dimensions = {"town": row.town_codes, "epci": row.epci_sirens}
"""What a draft lies in: nothing but those who carry it."""
OF_APPLICATIONS: Dimensions = {
    **OF_CARRIERS,
    PUBLISHED: case((and_(row.status == code("selected"), _TOLD), code(PUBLISHED))),
    KIND: _once_submitted(array(_PARTIES, type_=Text)),
    OWN: _once_submitted(_BODIES),
    policy.REGION_PREFECTURE: _once_submitted(row.region_codes),
    policy.DEPARTMENT_PREFECTURE: _once_submitted(row.department_codes),
    policy.CNAM_CENTRE: _once_submitted(row.region_codes),
}
OF_LEAD: Dimensions = {**OF_APPLICATIONS, "town": row.lead_codes, "epci": row.lead_codes}
"""Who may act on a bid: for its carriers, the lead."""

CARRIED: ColumnElement[bool] = inside(OF_CARRIERS, tuple(OF_CARRIERS), of=f"{CALLER}_in").is_(True)
"""Whether the caller carries the bid: it reads what is being written."""


async def place_of(session: WriteSession, application_id: UUID, where: Dimensions) -> Place:
    """Return where a bid lies."""
    asked = select(*[value.label(name) for name, value in where.items()])
    found = await session.execute(asked.where(row.id == application_id))
    return placed(found.mappings().one())
