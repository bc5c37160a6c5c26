"""What towns and the parties do to bids; what is submitted is in `submission`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from chassis.clock import now
from chassis.database import WriteSession
from chassis.identifiers import uuid7
from chassis.identity import Limits, Reach, refuse_outside, seen
from chassis.preconditions import Condition
from chassis.workflow import moved
from services.towns.applications import events, rules
from services.towns.applications.carriers import Carried, carried_by
from services.towns.applications.errors import UnknownApplication, UnknownCall
from services.towns.applications.held import Written, grid_of, held, kept, stepped, told
from services.towns.applications.places import OF_CARRIERS, OF_LEAD, place_of
from services.towns.applications.rules import Carrier, Grid
from services.towns.applications.tables import Application
from services.towns.calls.errors import CallClosed, CallNotFound
from services.towns.calls.terms import Terms, read_terms
from services.towns.catalogue.rules import folded
from services.towns.needs.tables import Need

Json = dict[str, Any]


class Asked(NamedTuple):
    """A bid as somebody wants to begin it; `content` is not needed with `carried_from`."""

    call_id: UUID
    carriers: tuple[Carrier, ...]
    content: Json | None
    carried_from: UUID | None


async def create(
    session: WriteSession, asked: Asked, *, author: str, limits: Limits | None
) -> Written:
    """Begin a bid in a published call that takes bids, or will."""
    terms = await _terms(session, asked.call_id)
    carried = await carried_by(session, asked.carriers)
    refuse_outside(limits, carried.lead_place)
    if terms.status != "published":
        raise CallClosed
    grid = grid_of(terms)
    content = await _content(session, asked, carried=carried, grid=grid, limits=limits)
    bid = Application(
        id=uuid7(),
        call_id=asked.call_id,
        **asdict(carried),
        submitted_number=0,
        asked=[],
        carried_from=asked.carried_from,
        author=author,
        status="draft",
        version=1,
    )
    await _write(session, bid, content, grid=grid)
    session.add(bid)
    await session.flush()
    await stepped(session, bid, "create_application", by=author)
    return await told(session, bid, events.ApplicationCreated)


async def change(
    session: WriteSession,
    application_id: UUID,
    *,
    reach: Reach,
    seen: Condition,
    changed: Callable[[Json], Json],
) -> Written:
    """Change what a bid says as `changed` says, if the caller saw it as it is."""
    bid = await held(session, application_id, reach=reach)
    seen.met(bid.version)
    rules.check_changeable(bid.status)
    terms = await read_terms(session, bid.call_id)
    await _write(session, bid, changed(bid.draft), grid=grid_of(terms))
    carriers = await place_of(session, bid.id, OF_CARRIERS)
    return await kept(session, bid, events.ApplicationChanged, place=carriers)


async def consolidate(
    session: WriteSession, application_id: UUID, *, reach: Reach, asked: Sequence[Json], by: str
) -> Written:
    """Name what a submitted bid has to complete: its lead may write again."""
    bid = await held(session, application_id, reach=reach)
    bid.status = moved(rules.STEPS, bid.status, act="consolidate_application")
    rules.check_asked(asked, grid_of(await read_terms(session, bid.call_id)))
    bid.asked = list(asked)
    await stepped(session, bid, "consolidate_application", by=by, asked=asked)
    return await kept(session, bid, events.ApplicationToConsolidate)


async def examine(
    session: WriteSession, application_id: UUID, *, reach: Reach, motive: str, by: str
) -> Written:
    """Close the examination: the panel judges the version that was last submitted."""
    bid = await held(session, application_id, reach=reach)
    bid.status = moved(rules.STEPS, bid.status, act="examine_application")
    bid.asked = []
    await stepped(session, bid, "examine_application", by=by, motive=motive)
    return await kept(session, bid, events.ApplicationExamined)


async def withdraw(
    session: WriteSession, application_id: UUID, *, reach: Reach, motive: str, by: str
) -> Written:
    """Take a bid back, at the latest before its lead is told of the decision."""
    bid = await held(session, application_id, reach=reach)
    told_at, at = bid.decision_told_at, await now(session)
    status = rules.standing(bid.status, told_at=told_at, now=at, party=False)
    bid.status = moved(rules.STEPS, status, act="withdraw_application")
    await stepped(session, bid, "withdraw_application", by=by, motive=motive)
    return await kept(session, bid, events.ApplicationWithdrawn)


async def _terms(session: WriteSession, call_id: UUID) -> Terms:
    try:
        return await read_terms(session, call_id)
    except CallNotFound:
        raise UnknownCall from None


async def _content(
    session: WriteSession, asked: Asked, *, carried: Carried, grid: Grid, limits: Limits | None
) -> Json:
    """Return what a new bid says; one that is carried over is checked even if it says all anew."""
    if asked.carried_from is None:
        return asked.content or {}
    former = await session.get(Application, asked.carried_from)
    if former is None or not seen(limits, await place_of(session, former.id, OF_LEAD)):
        raise UnknownApplication
    at = await now(session)
    rules.check_carried(
        rules.standing(former.status, told_at=former.decision_told_at, now=at, party=False),
        lead_codes=(former.lead_code, carried.lead_code),
        call_ids=(former.call_id, asked.call_id),
    )
    return asked.content or rules.carried(former.submitted or {}, grid)


async def _write(session: WriteSession, bid: Application, content: Json, *, grid: Grid) -> None:
    """Put what a bid says into it, beside what it lacks and what others are shown."""
    named = [UUID(need) for need in content["needs"]]
    found = await session.scalars(select(Need.id).where(Need.id.in_(named)))
    rules.check_content(content, grid, needs=[str(need) for need in found])
    bid.draft = content
    bid.missing = rules.missing(content, grid)
    if bid.submitted_number == 0:
        entitle(bid, content["title"])


def entitle(bid: Application, title: str) -> None:
    """Give a bid the title under which others find it."""
    bid.title, bid.folded_title = title, folded(title)
