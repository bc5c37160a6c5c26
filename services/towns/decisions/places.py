"""Where decisions lie: the parties know, the carrier once notified, everybody after the embargo.

Decision: docs/decisions/0078.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import array

from chassis.database import WriteSession
from chassis.identity import KIND, PUBLISHED, Place
from chassis.perimeters import Dimensions
from chassis.statements import code
from services.towns.applications.places import NOW, row
from services.towns.applications.policy import PARTIES
from services.towns.applications.tables import Application
from services.towns.calls.tables import Call
from services.towns.decisions import policy
from services.towns.decisions.tables import Decision
from services.towns.panel.actions import call
from services.towns.territories import placed

decision = Decision.__table__.c
SOURCE = Decision.__table__.join(Application.__table__, decision.application_id == row.id).join(
    Call.__table__, call.id == row.call_id
)
"""Decisions with their bid and its call."""

PUBLISHED_AT: ColumnElement[Any] = case(
    (
        and_(decision.decided_at.is_not(None), call.mode == code("live")),
        func.greatest(decision.decided_at, decision.embargo_until),
    )
)
"""From when on everybody may know: `rules.told_at`, in SQL; what a test call decides, never."""

KINDS: ColumnElement[Any] = array([code(kind) for kind in PARTIES], type_=Text)
_NOTIFIED = decision.notified_at.is_not(None)
OF_DECISIONS: Dimensions = {
    PUBLISHED: case((PUBLISHED_AT <= NOW, code(PUBLISHED))),
    KIND: KINDS,
    "town": case((_NOTIFIED, row.town_codes)),
    "epci": case((_NOTIFIED, row.epci_sirens)),
}
"""Of a row of `SOURCE`."""


async def place_of_decision(session: WriteSession, decision_id: UUID) -> Place:
    """Return where a decision lies now: whom its events are told to."""
    asked = select(*[value.label(name) for name, value in OF_DECISIONS.items()])
    found = await session.execute(asked.select_from(SOURCE).where(decision.id == decision_id))
    return placed(found.mappings().one())


_accompanied = Decision.__table__.alias("accompanied")
_TOLD = or_(
    row.decision_told_at <= NOW,
    select(_accompanied.c.id)
    .where(
        _accompanied.c.application_id == row.id,
        _accompanied.c.status != code("revoked"),
        _accompanied.c.notified_at.is_not(None),
    )
    .correlate(Application.__table__)
    .exists(),
)
_ITS_OWN = and_(row.status == code("accompanied"), _TOLD)
_TOWNS, _EPCIS = case((_ITS_OWN, row.town_codes)), case((_ITS_OWN, row.epci_sirens))
OF_PLANS: Dimensions = {
    KIND: KINDS,
    policy.COMMUNE: _TOWNS,
    policy.EPCI_FOR_TOWN: _TOWNS,
    policy.EPCI: _EPCIS,
    "town": _TOWNS,
    "epci": _EPCIS,
}
"""Of a bid: its carriers read the plan once they may know that it is accompanied.

The last two are for the feed, whose row is that of the bids.
"""


async def place_of_plan(session: WriteSession, application_id: UUID) -> Place:
    """Return where the support plan of a bid lies now."""
    asked = select(*[value.label(name) for name, value in OF_PLANS.items()])
    found = await session.execute(asked.where(row.id == application_id))
    return placed(found.mappings().one())
