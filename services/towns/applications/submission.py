"""How a bid is submitted: one at a time in a call, so that nobody takes a place twice."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from chassis.database import WriteSession
from chassis.identity import Reach
from chassis.workflow import moved
from services.towns.applications import rules
from services.towns.applications.commands import entitle
from services.towns.applications.errors import AlreadyBidding
from services.towns.applications.events import ApplicationSubmitted
from services.towns.applications.held import Written, grid_of, held, kept, stepped
from services.towns.applications.tables import Application, ApplicationVersion
from services.towns.calls.errors import CallClosed
from services.towns.calls.rules import admissible
from services.towns.calls.terms import Terms, hold_terms, lock_terms


async def submit(session: WriteSession, application_id: UUID, *, reach: Reach, by: str) -> Written:
    """Submit a bid if it is whole and the call takes it; the call is locked while it is counted."""
    bid = await held(session, application_id, reach=reach)
    status = moved(rules.STEPS, bid.status, act="submit_application")
    terms = await lock_terms(session, bid.call_id)
    rules.check_complete(rules.missing(bid.draft, grid_of(terms)))
    await _refuse_second(session, bid)
    admissible(
        terms.window,
        in_programme=not bid.outside,
        outside_count=await _count(session, bid, Application.outside.is_(True)),
        at=terms.now,
    )
    bid.submitted_at = func.now()
    return await _submitted(
        session, bid, terms=terms, status=status, act="submit_application", by=by
    )


async def resubmit(
    session: WriteSession, application_id: UUID, *, reach: Reach, by: str
) -> Written:
    """Submit a bid again after a consolidation; the window was checked the first time."""
    bid = await held(session, application_id, reach=reach)
    status = moved(rules.STEPS, bid.status, act="resubmit_application")
    terms = await hold_terms(session, bid.call_id)
    rules.check_complete(rules.missing(bid.draft, grid_of(terms)))
    if terms.status in {"decided", "cancelled"}:
        raise CallClosed
    return await _submitted(
        session, bid, terms=terms, status=status, act="resubmit_application", by=by
    )


async def _submitted(
    session: WriteSession, bid: Application, *, terms: Terms, status: str, act: str, by: str
) -> Written:
    """Keep what a bid says as its next version, under the rules in force."""
    sha256 = terms.ruleset_sha256
    if sha256 is None:
        raise CallClosed
    bid.status, bid.asked = status, []
    bid.submitted = bid.draft
    bid.submitted_number += 1
    entitle(bid, bid.draft["title"])
    session.add(
        ApplicationVersion(
            application_id=bid.id,
            number=bid.submitted_number,
            content=bid.draft,
            ruleset_sha256=sha256,
            submitted_by=by,
        )
    )
    await stepped(session, bid, act, by=by)
    return await kept(session, bid, ApplicationSubmitted, ruleset_sha256=sha256)


async def _refuse_second(session: WriteSession, bid: Application) -> None:
    if await _count(session, bid, Application.lead_code == bid.lead_code):
        raise AlreadyBidding


async def _count(session: WriteSession, bid: Application, which: ColumnElement[bool]) -> int:
    """Return how many submitted bids of the call, beside this one, are as asked."""
    asked = select(func.count()).where(
        Application.call_id == bid.call_id,
        Application.id != bid.id,
        Application.submitted_at.is_not(None),
        Application.status != "withdrawn",
        which,
    )
    return (await session.execute(asked)).scalar_one()
