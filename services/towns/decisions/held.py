"""What an act of a party holds while it lasts: the bid, the terms of its call, the decision."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from chassis.database import WriteSession
from chassis.identity import KIND, Place, Reach
from services.towns.applications.policy import PARTIES
from services.towns.applications.tables import Application
from services.towns.calls.terms import Terms, hold_terms
from services.towns.decisions.errors import DecisionNotFound
from services.towns.decisions.places import place_of_decision
from services.towns.decisions.rules import STANDING
from services.towns.decisions.tables import Decision, DecisionText

TO_PARTIES: Place = {KIND: frozenset(PARTIES)}
"""Where what only the parties know lies."""


@dataclass(frozen=True, slots=True)
class Held:
    """A decision that nobody else acts on meanwhile, nor on its bid."""

    decision: Decision
    application: Application
    terms: Terms


async def held(session: WriteSession, decision_id: UUID, *, reach: Reach) -> Held:
    """Lock a decision within the caller's reach, with its bid: the bid first, as all acts do.

    Raises:
        DecisionNotFound: none that the caller may know of has this id.
        OutsidePerimeter: the caller may know of it only.
    """
    asked = select(Decision.application_id).where(Decision.id == decision_id)
    application_id = await session.scalar(asked)
    if application_id is None:
        raise DecisionNotFound
    bid = select(Application).where(Application.id == application_id)
    application = (await session.scalars(bid.with_for_update(key_share=True))).one()
    reach.check(await place_of_decision(session, decision_id), missing=DecisionNotFound)
    terms = await hold_terms(session, application.call_id)
    return Held(await session.get_one(Decision, decision_id), application, terms)


async def stands(session: WriteSession, application_id: UUID) -> bool:
    """Tell whether a bid has a decision, or a proposal."""
    asked = select(Decision.id).where(
        Decision.application_id == application_id, Decision.status.in_(sorted(STANDING))
    )
    return await session.scalar(asked) is not None


async def next_number(session: WriteSession, application_id: UUID) -> int:
    """Return the number of the next decision on a bid."""
    last = select(func.coalesce(func.max(Decision.number), 0))
    return int(await session.scalar(last.where(Decision.application_id == application_id)) or 0) + 1


async def last_text(session: WriteSession, decision_id: UUID) -> DecisionText:
    """Return the motives of a decision as last corrected."""
    asked = select(DecisionText).where(DecisionText.decision_id == decision_id)
    found = await session.scalars(asked.order_by(DecisionText.number.desc()).limit(1))
    return found.one()
