"""What an act of a body on a bid holds while it lasts: the bid, the terms of its call, the body."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chassis.database import WriteSession
from chassis.identity import KIND, OWN, OutsidePerimeter, Place, Principal, Reach
from services.towns.applications.held import held as held_bid
from services.towns.applications.policy import PARTIES
from services.towns.applications.rules import standing
from services.towns.applications.tables import Application
from services.towns.calls.terms import Terms, hold_terms
from services.towns.panel.tables import PanelConflict, PanelOpinion, PanelSheet


@dataclass(frozen=True, slots=True)
class Held:
    """A bid that nobody else acts on meanwhile, and the body of its panel that speaks."""

    application: Application
    terms: Terms
    body: str
    organisation: str
    status: str
    """Where the bid stands for the caller."""

    @property
    def sha256(self) -> str:
        """The hash of the rules in force."""
        return str(self.terms.ruleset_sha256)

    @property
    def place(self) -> Place:
        """Whom its events are told to: the parties, and the one that spoke."""
        return {KIND: frozenset(PARTIES), OWN: frozenset({self.organisation})}


async def held(
    session: WriteSession, application_id: UUID, *, caller: Principal, reach: Reach
) -> Held:
    """Lock a bid within the caller's reach, for the body that the caller speaks for.

    Raises:
        ApplicationNotFound: none that the caller may know of has this id.
        OutsidePerimeter: the caller speaks for no body of the panel.
    """
    application = await held_bid(session, application_id, reach=reach)
    terms = await hold_terms(session, application.call_id)
    body = terms.body_of(caller.organisation)
    if body is None:  # it was detached meanwhile
        raise OutsidePerimeter
    status = standing(
        application.status,
        told_at=application.decision_told_at,
        now=terms.now,
        party=caller.kind in PARTIES,
    )
    return Held(application, terms, body.body, caller.organisation, status)


async def conflicts(session: WriteSession, application_id: UUID) -> set[str]:
    """Return the bodies that declared a conflict of interest about a bid."""
    asked = select(PanelConflict.body).where(PanelConflict.application_id == application_id)
    return set(await session.scalars(asked))


async def opined(session: WriteSession, application_id: UUID) -> set[str]:
    """Return the bodies that gave an opinion on a bid."""
    asked = select(PanelOpinion.body).where(PanelOpinion.application_id == application_id)
    return set(await session.scalars(asked))


async def next_revision(
    session: WriteSession, kind: type[PanelSheet | PanelOpinion], found: Held
) -> int:
    """Return the number of what a body says next of a bid."""
    row = kind.__table__.c
    last: Any = select(func.coalesce(func.max(row.revision), 0))
    said = last.where(row.application_id == found.application.id, row.body == found.body)
    return int(await session.scalar(said)) + 1
